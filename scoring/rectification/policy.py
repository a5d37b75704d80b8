"""Who may do what with a request to fix. ``division_code`` is the community of the estate, ``uscc`` the company asked, None
where nobody serves and the street sees to it."""

from portal.kernel.access import Actor, Permission


def may_read(actor: Actor, division_code: str, uscc: str | None) -> bool:
    """The company that was asked, or the staff of the jurisdiction."""
    if not actor.may(Permission.ORDER_READ):
        return False
    return actor.uscc == uscc if actor.uscc else actor.covers(division_code)


def may_answer(actor: Actor, division_code: str, uscc: str | None) -> bool:
    """Only people of the company that was asked, never the office on its behalf; where nobody serves, the street."""
    if uscc is None:
        return may_extend(actor, division_code)
    return actor.may(Permission.ORDER_ANSWER) and actor.uscc == uscc


def may_verify(actor: Actor, division_code: str) -> bool:
    """An inspector of the community; nobody who acts for a company."""
    return actor.may(Permission.ORDER_VERIFY) and actor.uscc is None and actor.covers(division_code)


def may_extend(actor: Actor, division_code: str) -> bool:
    """The street grants more time within its jurisdiction."""
    return actor.may(Permission.ORDER_EXTEND) and actor.uscc is None and actor.covers(division_code)


def may_release(actor: Actor, division_code: str) -> bool:
    """The street releases photos within its jurisdiction."""
    return actor.may(Permission.PHOTO_RELEASE) and actor.covers(division_code)
