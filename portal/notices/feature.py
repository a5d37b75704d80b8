"""What the shell registers of notices: a person's notices with the number of unread ones, and documents."""

from flask import Flask
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from portal.notices import queries
from portal.notices.views import confirmations as confirmations
from portal.notices.views import documents as documents
from portal.notices.views import inbox as inbox
from portal.notices.views.blueprint import bp


def _unread(db: Session, actor: Actor) -> int | None:
    """How many are unread; nothing is shown for none."""
    return queries.unread(db, actor) or None


NAV = [
    NavEntry(lazy("通知"), "notices.index", 15, Permission.WORK, _unread, live=True),
    NavEntry(lazy("文书"), "notices.documents", 68, Permission.DOCUMENT_READ),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
