"""Who may act on the lists."""

from collections.abc import Iterable

from portal.kernel.access import Actor, Permission, require
from portal.kernel.i18n import _


def may_propose(actor: Actor) -> bool:
    """Officers propose for the whole district, so theirs must be the whole district."""
    return actor.may(Permission.LIST_PROPOSE) and actor.has_whole_district


def may_decide(actor: Actor) -> bool:
    """Leads of the district decide and publish."""
    return actor.may(Permission.LIST_DECIDE) and actor.has_whole_district


def is_independent(actor: Actor, proposer: str) -> bool:
    """The decider is never the proposer, through whatever channel."""
    return actor.login != proposer


def require_lead(actor: Actor, proposers: Iterable[str]) -> None:
    """NotAllowed unless a lead of the district acts who proposed none of the cases."""
    require(may_decide(actor), _("红榜、黑榜由区级审定人员决定。"))
    for proposer in set(proposers):
        require(is_independent(actor, proposer), _("提出建议的人不能作出决定。"))


def is_addressee(actor: Actor, kind: str, uscc: str | None) -> bool:
    """A notice of a black case is addressed to the company that the case is recorded on."""
    own = actor.may(Permission.ENTERPRISE_OWN) and bool(actor.uscc)
    return own and kind == "black" and actor.uscc == uscc
