"""Who reads the office's figures: the registrars, each of the own place."""

from portal.kernel.access import Actor, Permission


def may_read(actor: Actor, division_code: str) -> bool:
    """The figures of a street or the district within the jurisdiction."""
    return actor.may(Permission.MEDIATION_REGISTER) and actor.covers(division_code)
