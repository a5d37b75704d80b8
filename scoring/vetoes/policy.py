"""Who may propose and decide a veto."""

from portal.kernel.access import Actor, Permission


def may_propose(actor: Actor, division_code: str) -> bool:
    """Officers propose, each in the own jurisdiction."""
    return actor.may(Permission.VETO_PROPOSE) and actor.covers(division_code)


def may_decide(actor: Actor, proposer: str) -> bool:
    """Leads of the district decide, never what they proposed."""
    return actor.may(Permission.VETO_DECIDE) and actor.has_whole_district and actor.login != proposer
