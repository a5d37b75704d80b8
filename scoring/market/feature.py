"""What the shell registers of market entry."""

from flask import Flask

from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from scoring.market.views import bp

NAV = [NavEntry(lazy("登记核对"), "market.index", 26, Permission.REGISTRY_READ)]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
