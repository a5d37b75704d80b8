"""What the shell registers of conferences."""

from flask import Flask

from mediation.conferences.views import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry

NAV = [NavEntry(lazy("联席会议"), "conferences.index", 63, Permission.MEDIATION_REGISTER)]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
