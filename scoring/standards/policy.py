"""Who may write and publish a checklist."""

from portal.kernel.access import Actor, Permission
from scoring.standards.models import StandardVersion


def may_edit(actor: Actor, row: StandardVersion) -> bool:
    """A draft, by who holds the permission; a published version is nobody's to edit."""
    return may_draft(actor) and row.published_at is None


def may_draft(actor: Actor) -> bool:
    """Whoever may edit may begin a draft. A checklist holds for the district, so it is not a street's to write."""
    return actor.may(Permission.STANDARD_EDIT) and actor.has_whole_district


def may_publish(actor: Actor, row: StandardVersion) -> bool:
    """A lead publishes; who wrote the draft does not publish it, the command line aside."""
    own = actor.role is not None and actor.login == row.created_by
    return actor.may(Permission.STANDARD_PUBLISH) and actor.has_whole_district and not own
