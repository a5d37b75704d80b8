"""What the shell registers of requests to fix."""

from flask import Flask
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from scoring.rectification import queries
from scoring.rectification.views import orders as orders
from scoring.rectification.views import photos as photos
from scoring.rectification.views.blueprint import bp


def _waiting(db: Session, actor: Actor) -> int | None:
    """What waits for this person's side: answers to verify for an inspector, findings to put right for a company."""
    state = "awaiting" if actor.may(Permission.ORDER_VERIFY) else "open" if actor.uscc else ""
    if not state:
        return None
    return queries.number(db, state, queries.scope(db, within=actor.division_code, uscc=actor.uscc))


NAV = [NavEntry(lazy("整改"), "rectification.index", 24, Permission.ORDER_READ, _waiting)]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
