"""What the guide before filing shows of the figures, small ones hidden; other pages link to the addresses."""

from mediation.statistics.queries import outcomes as outcomes
