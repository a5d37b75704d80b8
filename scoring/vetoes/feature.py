"""What the shell registers of the vetoes."""

from flask import Flask

from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from scoring.vetoes.views.pages import bp

NAV = [NavEntry(lazy("一票否决"), "vetoes.index", 64, Permission.ADVERSE_READ)]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
