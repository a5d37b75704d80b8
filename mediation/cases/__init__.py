"""A dispute from its application to its sealed file."""
