"""Nothing of the guide is used elsewhere: other pages link to its addresses. It asks for ``mediation.outcomes`` by announcement."""
