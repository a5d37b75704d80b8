"""Owners of a household: the register, their access, their questions."""
