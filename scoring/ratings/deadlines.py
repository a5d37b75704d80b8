"""Until when each step of a quarter is to be done (design rules, 1.2)."""

from datetime import date

from portal.kernel.periods import Quarter

INITIAL_DAY, STREET_DAY = 12, 20


def initial_due(quarter: Quarter) -> date:
    """The initial result: the 12th after the quarter."""
    return quarter.next.first.replace(day=INITIAL_DAY)


def street_due(quarter: Quarter) -> date:
    """The street review: the 20th after the quarter."""
    return quarter.next.first.replace(day=STREET_DAY)


def publication_due(quarter: Quarter) -> date:
    """Publication: the end of the month after the quarter."""
    return quarter.next.months[0].last
