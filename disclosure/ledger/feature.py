"""What the shell registers of the ledger."""

from flask import Flask

from disclosure.ledger.views import lines as lines
from disclosure.ledger.views import months as months
from disclosure.ledger.views import rules as rules
from disclosure.ledger.views import spending as spending
from disclosure.ledger.views import vouchers as vouchers
from disclosure.ledger.views.blueprint import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry

NAV = [NavEntry(lazy("资金台账"), "ledger.index", 32, Permission.FUNDS_READ)]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
