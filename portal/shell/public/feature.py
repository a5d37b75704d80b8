"""Public pages that compose several slices, and the API."""

from flask import Flask

from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from portal.shell.public.api.routes import bp as api_blueprint
from portal.shell.public.views import enterprises, estates, home, texts
from portal.shell.public.views.blueprint import bp

NAV = [
    NavEntry(lazy("nav|小区"), "public.search", 10),
    NavEntry(lazy("nav|企业"), "public.enterprises", 20),
    NavEntry(lazy("开放数据"), "public.data", 90),
]
PAGES = (enterprises, estates, home, texts)


def register(app: Flask) -> None:
    """Connect the pages and the API."""
    app.register_blueprint(bp)
    app.register_blueprint(api_blueprint)
