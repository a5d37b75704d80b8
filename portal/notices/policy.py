"""Who may see and serve documents, and who keeps confirmations of electronic service."""

from portal.kernel.access import Actor, Permission
from portal.notices.queries import DocumentView


def may_read(actor: Actor, document: DocumentView) -> bool:
    """The office of the whole district, since a document names a company and no street; a company its own once they are
    served: before that nothing has reached it."""
    if not actor.may(Permission.DOCUMENT_READ):
        return False
    if actor.may(Permission.ENTERPRISE_OWN) and actor.role is not None:
        return bool(actor.uscc) and document.addressee.uscc == actor.uscc and document.service is not None
    return actor.has_whole_district


def may_serve(actor: Actor) -> bool:
    """Officers of the whole district note how a document was served."""
    return actor.may(Permission.DOCUMENT_SERVE) and actor.has_whole_district


def may_confirm(actor: Actor, uscc: str) -> bool:
    """A company its own confirmation; an officer that of a company that handed it in on paper."""
    if actor.may(Permission.DOCUMENT_SERVE):
        return actor.has_whole_district
    return actor.may(Permission.ENTERPRISE_OWN) and actor.uscc == uscc
