"""What the shell registers of the roster: its pages for registrars, and one's own ties for mediators."""

from flask import Flask

from mediation.roster.views import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry

NAV = [
    NavEntry(lazy("调解员名册"), "roster.index", 65, Permission.MEDIATION_REGISTER),
    NavEntry(lazy("我的利害关系"), "roster.my_ties", 70, Permission.MEDIATION_CASE),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
