"""Accounts of the common funds, the bank's statements, and the proof that books equal the bank."""
