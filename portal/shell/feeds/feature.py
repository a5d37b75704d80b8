"""Feeds, webhooks and mail subscriptions."""

from flask import Flask

from portal.kernel.nav import NavEntry
from portal.shell.feeds import views

NAV: list[NavEntry] = []


def register(app: Flask) -> None:
    """Connect the pages; mail programs post to the leaving address without a form of ours (RFC 8058)."""
    app.register_blueprint(views.bp)
    for deed in views.FORMLESS:
        app.extensions["csrf"].exempt(deed)
