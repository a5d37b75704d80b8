"""Who may act on a credit record."""

from portal.kernel.access import Actor, Permission


def may_propose(actor: Actor) -> bool:
    """Credit records are the district's: a jurisdiction does not divide enterprises, so only a whole district's counts."""
    return actor.may(Permission.CREDIT_PROPOSE) and actor.has_whole_district


def may_decide(actor: Actor, proposer: str) -> bool:
    """The one who decides did not propose."""
    return actor.may(Permission.CREDIT_CONFIRM) and actor.has_whole_district and actor.login != proposer


def may_end(actor: Actor) -> bool:
    """A repair ends an event by the hand of one who may decide events of the whole district."""
    return actor.may(Permission.CREDIT_CONFIRM) and actor.has_whole_district


def may_serve(actor: Actor) -> bool:
    """Notices and decisions are issued by those who propose or decide for the whole district."""
    may = actor.may(Permission.CREDIT_PROPOSE) or actor.may(Permission.CREDIT_CONFIRM)
    return may and actor.has_whole_district


def may_answer(actor: Actor, uscc: str | None) -> bool:
    """The enterprise concerned answers a notice, nobody else."""
    return actor.may(Permission.ENTERPRISE_OWN) and bool(uscc) and actor.uscc == uscc


def may_see(actor: Actor, uscc: str | None) -> bool:
    """The office reads every record, an enterprise what concerns it."""
    return actor.may(Permission.CREDIT_READ) or may_answer(actor, uscc)


def may_judge_link(actor: Actor, proposed_by: str = "") -> bool:
    """A link between enterprises is confirmed or refused by a person of the district; rules propose, nobody's own."""
    return actor.may(Permission.CREDIT_CONFIRM) and actor.has_whole_district and actor.login != proposed_by
