"""What the shell registers of the replies: the enterprise's results, the moderators' queue, the photos."""

from flask import Flask
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from scoring.replies import queries
from scoring.replies.views import company as company
from scoring.replies.views import moderation as moderation
from scoring.replies.views import photos as photos
from scoring.replies.views.blueprint import bp


def _waiting(db: Session, actor: Actor) -> int | None:
    return queries.waiting(db) or None


NAV = [
    NavEntry(lazy("结果和说明"), "replies.results", 12, Permission.ENTERPRISE_OWN),
    NavEntry(lazy("企业说明"), "replies.queue", 28, Permission.REPLY_MODERATE, _waiting),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
