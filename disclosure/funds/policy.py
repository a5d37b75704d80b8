"""Who may do what with an account. ``division_code`` is the community of its estate, ``uscc`` the company that serves it."""

from portal.kernel.access import Actor, Permission


def may_read(actor: Actor, division_code: str, uscc: str) -> bool:
    """The company that serves the estate, or the staff of the jurisdiction."""
    if not actor.may(Permission.FUNDS_READ):
        return False
    return actor.uscc == uscc if actor.uscc else actor.covers(division_code)


def may_import(actor: Actor, division_code: str, uscc: str) -> bool:
    """The same, with the permission to bring statements."""
    return actor.may(Permission.FUNDS_IMPORT) and may_read(actor, division_code, uscc)


def may_withdraw(actor: Actor, division_code: str, uscc: str) -> bool:
    """Only the office takes a statement back: a company cannot make its own account look better."""
    return actor.uscc is None and may_import(actor, division_code, uscc)
