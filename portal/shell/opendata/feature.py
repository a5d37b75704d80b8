"""The open data: their page, the download and the dictionary."""

from flask import Flask

from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from portal.shell.opendata import proving as proving
from portal.shell.opendata import views

NAV = [NavEntry(lazy("数据核对"), "opendata.proving", 78, Permission.DATA_EXPORT)]


def register(app: Flask) -> None:
    """Connect the pages; the page itself belongs to the public pages, whose footer links to it."""
    app.register_blueprint(views.bp)
    app.add_url_rule("/data", "public.data", views.data)
    app.add_url_rule("/data.json", "public.data_json", views.data_json)
