"""What the shell registers of the batches: all certificates or posters of a year in one file."""

from flask import Flask

from portal.kernel.nav import NavEntry
from portal.shell.batches.views import bp

NAV: list[NavEntry] = []


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
