"""Mediators and lawyers: qualifications, load, conflicts of interest."""
