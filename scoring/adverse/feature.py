"""What the shell registers of the common path of adverse decisions."""

from flask import Flask
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from scoring.adverse import queries
from scoring.adverse.views import anybody as anybody
from scoring.adverse.views import company as company
from scoring.adverse.views import office as office
from scoring.adverse.views.blueprint import bp


def _to_answer(db: Session, actor: Actor) -> int | None:
    return (queries.waiting_points(db) or None) if actor.may(Permission.ADVERSE_HANDLE) else None


NAV = [
    NavEntry(lazy("告知和申辩"), "adverse.index", 66, Permission.ADVERSE_READ, _to_answer),
    NavEntry(lazy("告知书和决定书"), "adverse.company", 40, Permission.ENTERPRISE_OWN),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
