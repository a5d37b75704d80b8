"""Who may open things to an estate's owners: the company that serves it, and the officers of its area."""

from portal.kernel.access import Actor, Permission


def may_open(actor: Actor, division_code: str, serving: str | None) -> bool:
    """The serving company for its estates, an officer within the jurisdiction (also what a committee hands in on paper)."""
    if not actor.may(Permission.DISCLOSURE_OPEN):
        return False
    if actor.uscc:
        return actor.uscc == serving
    return actor.covers(division_code)


def may_withdraw(actor: Actor, division_code: str, serving: str | None, entered_by: str | None) -> bool:
    """A company takes back its own entries while it serves; an officer any within the jurisdiction."""
    return may_open(actor, division_code, serving) and (not actor.uscc or actor.uscc == entered_by)
