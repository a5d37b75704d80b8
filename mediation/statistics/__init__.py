"""Counts, kinds, durations and outcomes; small cells suppressed."""
