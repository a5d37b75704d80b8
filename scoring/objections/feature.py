"""What the shell registers of objections: the company's side, the office's side, the public statistics."""

from flask import Flask
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from scoring.objections import queries
from scoring.objections.views import office as office
from scoring.objections.views import own as own
from scoring.objections.views import proceedings as proceedings
from scoring.objections.views import public as public
from scoring.objections.views.blueprint import bp, own_bp


def _waiting(db: Session, actor: Actor) -> int | None:
    """Objections that the person's office has to deal with."""
    if not actor.may(Permission.OBJECTION_REVIEW):
        return None
    return queries.waiting(db, actor) or None


NAV = [
    NavEntry(lazy("异议"), "objections.index", 68, Permission.OBJECTION_READ, _waiting),
    NavEntry(lazy("提出异议"), "my_objections.index", 30, Permission.ENTERPRISE_OWN),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
    app.register_blueprint(own_bp)
