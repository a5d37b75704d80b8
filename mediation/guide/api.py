"""What other slices use of the guide: the clause of a kind. Pages link to its addresses; it asks for ``mediation.outcomes``."""

from mediation.guide.content import articles_of as articles_of
