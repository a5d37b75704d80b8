"""Who may do what with a check. ``division_code`` is the community of the estate."""

from portal.kernel.access import Actor, Permission


def may_read(actor: Actor, division_code: str) -> bool:
    """Whoever reads checks at all, within the jurisdiction."""
    return actor.may(Permission.CHECK_READ) and actor.covers(division_code)


def may_file(actor: Actor, division_code: str) -> bool:
    """An inspector files checks of the own community only."""
    return actor.may(Permission.CHECK_FILE) and actor.covers(division_code)


def may_review(actor: Actor, division_code: str, inspector: str) -> bool:
    """The street reviews within its jurisdiction, and nobody reviews the own check."""
    return actor.may(Permission.CHECK_REVIEW) and actor.covers(division_code) and actor.login != inspector


def may_correct(actor: Actor, division_code: str, inspector: str) -> bool:
    """After the confirmation an officer corrects, never the own check."""
    return actor.may(Permission.CHECK_IMPORT) and actor.covers(division_code) and actor.login != inspector


def may_permit_late(actor: Actor, division_code: str) -> bool:
    """The street permits late submission within its jurisdiction."""
    return actor.may(Permission.LATE_PERMIT) and actor.covers(division_code)


def may_release(actor: Actor, division_code: str) -> bool:
    """The street releases photos within its jurisdiction."""
    return actor.may(Permission.PHOTO_RELEASE) and actor.covers(division_code)


def may_declare(actor: Actor, division_code: str) -> bool:
    """Inspectors and reviewers declare their own interest in an estate of their jurisdiction."""
    mine = actor.may(Permission.CHECK_FILE) or actor.may(Permission.CHECK_REVIEW)
    return mine and actor.covers(division_code)


def may_end_interest(actor: Actor, division_code: str, login: str) -> bool:
    """A declaration is ended by the street or an officer, never by the person it binds."""
    office = actor.may(Permission.CHECK_REVIEW) or actor.may(Permission.CHECK_IMPORT)
    return office and actor.covers(division_code) and actor.login != login
