"""Who may speak, answer, review and mark on the way to an adverse decision."""

from portal.kernel.access import Actor, Permission
from scoring.adverse.cases import Case


def may_respond(actor: Actor, case: Case) -> bool:
    """The company to which the notice was addressed."""
    return actor.may(Permission.ENTERPRISE_OWN) and bool(actor.uscc) and actor.uscc == case.uscc


def may_handle(actor: Actor) -> bool:
    """Officers of the district put paper statements on file, answer points, hold hearings."""
    return actor.may(Permission.ADVERSE_HANDLE) and actor.has_whole_district


def may_review(actor: Actor, case: Case) -> bool:
    """法制审核: not by the proposer, not by who inspected."""
    is_apart = actor.login != case.proposer and actor.login not in case.inspectors
    return actor.may(Permission.LEGAL_REVIEW) and actor.has_whole_district and is_apart


def may_decide(actor: Actor, case: Case, reviewers: frozenset[str]) -> bool:
    """The decider proposed nothing, inspected nothing and gave no legal opinion; the deed's permission comes on top."""
    return actor.has_whole_district and actor.login not in {case.proposer, *case.inspectors, *reviewers}


def may_mark(actor: Actor, code: str) -> bool:
    """Officers note a reconsideration or lawsuit; only a lead stays the display."""
    needed = Permission.ADVERSE_HANDLE if code == "review" else Permission.LIST_DECIDE
    either = actor.may(needed) or actor.may(Permission.LIST_DECIDE)
    return either and actor.has_whole_district
