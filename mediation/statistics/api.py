"""Nothing of the statistics is used elsewhere: other pages link to their addresses."""
