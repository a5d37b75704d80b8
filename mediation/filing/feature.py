"""What the shell registers of filing: the application, its receipt, the progress by code."""

from flask import Flask

from mediation.filing.views import inside as inside
from mediation.filing.views import pages as pages
from mediation.filing.views.blueprint import bp


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
