"""Who may act on the lists."""

from portal.kernel.access import Actor, Permission


def may_propose(actor: Actor) -> bool:
    """Officers propose for the whole district."""
    return actor.may(Permission.LIST_PROPOSE)


def may_decide(actor: Actor) -> bool:
    """Leads decide and publish."""
    return actor.may(Permission.LIST_DECIDE)


def is_independent(actor: Actor, proposer: str) -> bool:
    """The decider is never the proposer, through whatever channel."""
    return actor.login != proposer
