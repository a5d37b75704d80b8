"""What the shell registers of the guide."""

from flask import Flask

from mediation.guide.pages import bp
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry

NAV = [NavEntry(lazy("调解"), "mediation_guide.index", 60)]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
