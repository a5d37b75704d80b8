"""What the shell registers of notices: a person's notices with the number of unread ones, and documents."""

from flask import Flask

from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from portal.notices.queries import unread
from portal.notices.views import confirmations as confirmations
from portal.notices.views import documents as documents
from portal.notices.views import inbox as inbox
from portal.notices.views.blueprint import bp

NAV = [
    NavEntry(lazy("通知"), "notices.index", 15, Permission.WORK, unread),
    NavEntry(lazy("文书"), "notices.documents", 68, Permission.DOCUMENT_READ),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
