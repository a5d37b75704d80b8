"""Who may act for whom in accounts."""

from portal.kernel.access import Actor, Permission


def may_manage(actor: Actor, division_code: str) -> bool:
    """Add or change people of a division: an administrator, inside the own jurisdiction."""
    return actor.may(Permission.PEOPLE_EDIT) and actor.covers(division_code)


def may_revoke(actor: Actor, owner: str) -> bool:
    """End a session: one's own."""
    return actor.login == owner
