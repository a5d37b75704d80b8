"""Who may write and publish a checklist."""

from portal.kernel.access import Actor, Permission
from scoring.standards.models import StandardVersion


def may_edit(actor: Actor, row: StandardVersion) -> bool:
    """A draft, by who holds the permission; a published version is nobody's to edit."""
    return actor.may(Permission.STANDARD_EDIT) and row.published_at is None


def may_draft(actor: Actor) -> bool:
    """Whoever may edit may begin a draft."""
    return actor.may(Permission.STANDARD_EDIT)


def may_publish(actor: Actor, row: StandardVersion) -> bool:
    """A lead publishes; who wrote the draft does not publish it, the command line aside."""
    return actor.may(Permission.STANDARD_PUBLISH) and (actor.role is None or actor.login != row.created_by)
