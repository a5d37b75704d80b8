"""The public pages of an estate's money."""
