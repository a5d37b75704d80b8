"""What the shell registers of comparison: points to look at, for the office."""

from flask import Flask

from disclosure.comparison.views import hints as hints
from disclosure.comparison.views.blueprint import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry

NAV = [NavEntry(lazy("关注提示"), "comparison.hints", 49, Permission.FUNDS_CONFIRM)]


def register(app: Flask) -> None:
    """Connect the page."""
    app.register_blueprint(bp)
