"""What the shell registers of reports and their calendar."""

from flask import Flask
from sqlalchemy.orm import Session

from disclosure.reports.told import waiting_number
from disclosure.reports.views import calendar as calendar
from disclosure.reports.views import deciding as deciding
from disclosure.reports.views import filing as filing
from disclosure.reports.views.blueprint import bp
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry


def _waiting(db: Session, actor: Actor) -> int | None:
    return waiting_number(db, actor) or None


NAV = [NavEntry(lazy("公开日历"), "reports.calendar", 61, Permission.FUNDS_READ, _waiting)]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
