"""What the shell registers of accounts: the door, my account, and the people's pages."""

from flask import Flask

from portal.accounts.views import account as account
from portal.accounts.views import door as door
from portal.accounts.views import government as government
from portal.accounts.views import people as people
from portal.accounts.views import proof, proofs
from portal.accounts.views import second as second
from portal.accounts.views.blueprint import bp, own_bp
from portal.accounts.words import ROLE_NAMES
from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry

NAV = [
    NavEntry(lazy("人员"), "accounts.people", 80, Permission.PEOPLE_EDIT),
    NavEntry(lazy("我的账号"), "account.index", 99, Permission.WORK),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
    app.register_blueprint(own_bp)
    app.before_request(proofs.set_up_first)
    app.before_request(proof.ask_first)
    app.jinja_env.globals["role_name"] = lambda role: str(ROLE_NAMES[role])
