"""What the shell registers of the owners: their door and pages, the register, the questions."""

from flask import Flask

from disclosure.owners.views import door as door
from disclosure.owners.views import office as office
from disclosure.owners.views import own as own
from disclosure.owners.views.blueprint import bp, own_bp
from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry

NAV = [
    NavEntry(lazy("业主名册"), "owners.register", 46, Permission.OWNERS_EDIT),
    NavEntry(lazy("业主提问"), "owners.questions", 47, Permission.FUNDS_READ),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
    app.register_blueprint(own_bp)
