"""What the shell registers of the statistics."""

from flask import Flask

from mediation.statistics.views import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry

NAV = [NavEntry(lazy("调解统计"), "mediation_statistics.office", 64, Permission.MEDIATION_REGISTER)]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
