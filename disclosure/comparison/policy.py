"""Who may see points to look at: the street and the district for their area, never a company."""

from portal.kernel.access import Actor, Permission


def may_see(actor: Actor, division_code: str) -> bool:
    """Somebody of the office within the jurisdiction."""
    return actor.may(Permission.FUNDS_READ) and not actor.uscc and actor.covers(division_code)
