"""Who keeps the register, gives out codes, and answers owners."""

from portal.kernel.access import Actor, Permission


def may_keep(actor: Actor, division_code: str, serving: str | None) -> bool:
    """An officer of the jurisdiction (also for an owners' committee), or the company that serves the estate today."""
    return actor.may(Permission.OWNERS_EDIT) and _concerned(actor, division_code, serving)


def may_give_code(actor: Actor, division_code: str) -> bool:
    """The office alone: a company that could print codes could come in as any owner."""
    return actor.may(Permission.OWNERS_EDIT) and actor.uscc is None and actor.covers(division_code)


def may_see_questions(actor: Actor, division_code: str, serving: str | None) -> bool:
    """Staff of the jurisdiction, and the company that serves the estate."""
    return actor.may(Permission.FUNDS_READ) and _concerned(actor, division_code, serving)


def may_answer(actor: Actor, division_code: str, serving: str | None) -> bool:
    """The company that serves the estate; an officer of the jurisdiction for the owners' committee."""
    return actor.may(Permission.FUNDS_CLASSIFY) and _concerned(actor, division_code, serving)


def _concerned(actor: Actor, division_code: str, serving: str | None) -> bool:
    if actor.uscc is not None:
        return actor.uscc == serving
    return actor.role != "enterprise" and actor.covers(division_code)
