"""Who may act for whom in accounts."""

from datetime import date

from portal.kernel.access import Actor, Permission
from portal.kernel.settings import settings


def may_manage(actor: Actor, division_code: str) -> bool:
    """Add or change people of a division: an administrator, inside the own jurisdiction."""
    return actor.may(Permission.PEOPLE_EDIT) and actor.covers(division_code)


def may_revoke(actor: Actor, owner: str) -> bool:
    """End a session: one's own."""
    return actor.login == owner


def must_have_factor(role: str, on: date) -> bool:
    """Whether people of this role come in with a second factor only (``SECOND_FACTOR_FROM``, ``SECOND_FACTOR_ROLES``)."""
    since = settings().second_factor_from
    return since is not None and since <= on and role in settings().second_factor_roles


def should_have_factor(role: str) -> bool:
    """Whether the page of the account advises one with emphasis: these roles decide and publish."""
    return role in settings().second_factor_roles
