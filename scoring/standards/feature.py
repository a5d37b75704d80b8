"""What the shell registers of the checklist."""

from flask import Flask

from portal.kernel.access import Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from scoring.standards.views import office as office
from scoring.standards.views import public as public
from scoring.standards.views.blueprint import bp

NAV = [
    NavEntry(lazy("检查标准"), "standards.index", 60),
    NavEntry(lazy("标准维护"), "standards.edit", 80, Permission.STANDARD_EDIT),
    NavEntry(lazy("标准发布"), "standards.to_publish", 81, Permission.STANDARD_PUBLISH),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
