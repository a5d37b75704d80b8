"""What the shell registers of credit: staff pages of the records, and the public catalogue of events."""

from flask import Flask
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from scoring.credit import api
from scoring.credit.views import catalogue as catalogue
from scoring.credit.views import company as company
from scoring.credit.views import events as events
from scoring.credit.views import links as links
from scoring.credit.views import overview as overview
from scoring.credit.views.blueprint import bp


def _to_confirm(db: Session, actor: Actor) -> int | None:
    return api.waiting_count(db, actor) or None


NAV = [
    NavEntry(lazy("信用"), "credit.index", 60, Permission.CREDIT_READ, _to_confirm),
    NavEntry(lazy("信用记录"), "credit.mine", 60, Permission.ENTERPRISE_OWN),
    NavEntry(lazy("信用承诺"), "credit.my_commitments", 61, Permission.ENTERPRISE_OWN),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
