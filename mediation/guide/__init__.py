"""Before filing: what helps, which clause, a letter to send first."""
