"""Who prepares, minutes and closes a conference: the registrars, each of the own place."""

from portal.kernel.access import Actor, Permission


def may_hold(actor: Actor, division_code: str) -> bool:
    """A conference of a place within the jurisdiction; that of the district takes the whole district."""
    return actor.may(Permission.MEDIATION_REGISTER) and actor.covers(division_code)
