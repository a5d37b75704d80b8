"""What the shell registers of the public pages of the common funds."""

from flask import Flask

from disclosure.public.views import district as district
from disclosure.public.views import estates as estates
from disclosure.public.views.blueprint import bp
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry

NAV = [NavEntry(lazy("资金公开"), "disclosure.index", 45)]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
