"""What the shell registers of the things opened beside the money."""

from flask import Flask

from disclosure.opened.views import entries as entries
from disclosure.opened.views.blueprint import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry

NAV = [NavEntry(lazy("其他公开事项"), "opened.index", 34, Permission.DISCLOSURE_OPEN)]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
