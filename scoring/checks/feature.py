"""What the shell registers of checks: the month, the steps of a check, the street's desk, photos, interests."""

from flask import Flask
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from scoring.checks import reading
from scoring.checks.views import filing as filing
from scoring.checks.views import month as month
from scoring.checks.views import permits as permits
from scoring.checks.views import photos as photos
from scoring.checks.views import reviews as reviews
from scoring.checks.views.blueprint import bp, reviews_bp


def _to_file(db: Session, actor: Actor) -> int | None:
    """What an inspector still has to file; nothing waits here for those who only read."""
    if not actor.may(Permission.CHECK_FILE):
        return None
    waiting = reading.counts(db, actor)
    return waiting["to_check"] + waiting["drafts"] + waiting["returned"]


def _to_review(db: Session, actor: Actor) -> int:
    return reading.counts(db, actor)["to_review"]


NAV = [
    NavEntry(lazy("检查"), "checks.inspections", 20, Permission.CHECK_READ, _to_file),
    NavEntry(lazy("审核"), "reviews.queue", 22, Permission.CHECK_REVIEW, _to_review),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
    app.register_blueprint(reviews_bp)
