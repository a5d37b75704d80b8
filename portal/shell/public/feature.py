"""Public pages that compose several slices, and the API."""

from flask import Flask, Response

from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from portal.receipts.api import TooMany
from portal.shell import errors
from portal.shell.public.api import check as check_api
from portal.shell.public.api.routes import bp as api_blueprint
from portal.shell.public.kept.limits import rate_headers
from portal.shell.public.views import check, enterprises, estates, home, papers, streets, texts, verify
from portal.shell.public.views.blueprint import bp

NAV = [
    NavEntry(lazy("nav|小区"), "public.search", 10),
    NavEntry(lazy("nav|企业"), "public.enterprises", 20),
    NavEntry(lazy("开放数据"), "public.data", 90),
]
PAGES = (check, enterprises, estates, home, papers, streets, texts, verify)
OPEN_DEEDS = (check_api.check, check_api.verify)  # of programs: no session, so no form token that could be stolen


def register(app: Flask) -> None:
    """Connect the pages and the API."""
    app.register_blueprint(bp)
    app.register_blueprint(api_blueprint)
    app.register_error_handler(TooMany, _too_many)
    for deed in OPEN_DEEDS:
        app.extensions["csrf"].exempt(deed)


def _too_many(error: TooMany) -> Response:
    answer = errors.answer(429, str(error))
    answer.headers.extend(rate_headers(error.quota, is_refused=True))
    return answer
