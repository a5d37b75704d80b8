"""Who may act on a credit record."""

from portal.kernel.access import Actor, Permission


def may_propose(actor: Actor) -> bool:
    """Credit records are the district's: the officer's jurisdiction does not divide enterprises."""
    return actor.may(Permission.CREDIT_PROPOSE)


def may_decide(actor: Actor, proposer: str) -> bool:
    """The one who decides did not propose."""
    return actor.may(Permission.CREDIT_CONFIRM) and actor.login != proposer
