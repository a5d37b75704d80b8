"""What the shell registers of cases: the pages of everybody concerned, the parties' door, the queue."""

from flask import Flask
from sqlalchemy.orm import Session

from mediation.cases import listing
from mediation.cases.views import door as door
from mediation.cases.views import handing as handing
from mediation.cases.views import pages as pages
from mediation.cases.views import papers as papers
from mediation.cases.views import talk as talk
from mediation.cases.views.blueprint import bp, my_bp
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry


def _to_accept(db: Session, actor: Actor) -> int | None:
    if not actor.may(Permission.MEDIATION_REGISTER):
        return None
    return sum(listing.counts(db, actor, ("submitted", "acceptance_check")).values()) or None


NAV = [
    NavEntry(lazy("调解案件"), "mediation_cases.index", 68, Permission.MEDIATION_READ, _to_accept),
    NavEntry(lazy("我的日程"), "mediation_cases.agenda", 69, Permission.MEDIATION_CASE),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
    app.register_blueprint(my_bp)
