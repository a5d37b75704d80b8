"""What the shell registers of deadlines: the page of the working-day table."""

from flask import Flask

from portal.deadlines.views import calendar
from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry

NAV = [NavEntry(lazy("工作日历"), "calendar.index", 85, Permission.CALENDAR_EDIT)]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(calendar.bp)
