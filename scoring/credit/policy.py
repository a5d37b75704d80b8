"""Who may act on a credit record."""

from portal.kernel.access import Actor, Permission


def may_propose(actor: Actor) -> bool:
    """Credit records are the district's: a jurisdiction does not divide enterprises, so only a whole district's counts."""
    return actor.may(Permission.CREDIT_PROPOSE) and actor.has_whole_district


def may_decide(actor: Actor, proposer: str) -> bool:
    """The one who decides did not propose."""
    return actor.may(Permission.CREDIT_CONFIRM) and actor.has_whole_district and actor.login != proposer
