"""Who may see, enter and correct the facts of a year, and decide a veto."""

from portal.kernel.access import Actor, Permission


def may_read(actor: Actor, division_code: str) -> bool:
    """The facts of an estate of one's jurisdiction."""
    return actor.may(Permission.YEAR_FACTS_READ) and actor.covers(division_code)


def may_edit(actor: Actor, division_code: str) -> bool:
    """Enter or correct surveys, indicators and collection rates of an estate."""
    return actor.may(Permission.YEAR_FACTS_EDIT) and actor.covers(division_code)


def may_decide_veto(actor: Actor, division_code: str) -> bool:
    """Enter a veto that was decided and served, or take back a wrong one."""
    return actor.may(Permission.VETO_DECIDE) and actor.covers(division_code)
