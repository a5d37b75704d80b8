"""What the shell registers of the facts of a year."""

from flask import Flask

from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from scoring.surveys.views import bp

NAV = [NavEntry(lazy("年度数据"), "surveys.index", 55, Permission.YEAR_FACTS_READ)]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
