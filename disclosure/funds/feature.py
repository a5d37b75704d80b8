"""What the shell registers of accounts and statements."""

from flask import Flask

from disclosure.funds.views import accounts as accounts
from disclosure.funds.views import manage as manage
from disclosure.funds.views import uploads as uploads
from disclosure.funds.views.blueprint import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry

NAV = [NavEntry(lazy("账户和对账单"), "funds.index", 31, Permission.FUNDS_READ)]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
