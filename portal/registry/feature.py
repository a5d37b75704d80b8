"""What the shell registers of the registry."""

from flask import Flask

from portal.kernel.access import Permission
from portal.kernel.i18n import _, lazy
from portal.kernel.nav import NavEntry
from portal.kernel.web import actor
from portal.registry.columns import LEVEL_LABELS
from portal.registry.kinds import KINDS, kind_choices, kind_name
from portal.registry.views import contracts as contracts
from portal.registry.views import estates as estates
from portal.registry.views import overview as overview
from portal.registry.views import parties as parties
from portal.registry.views.common import bp

NAV = [NavEntry(lazy("登记"), "registry.index", 30, Permission.REGISTRY_READ)]


def may_edit_registry() -> bool:
    """Whether the reader of the page may add and change records."""
    return actor().may(Permission.REGISTRY_EDIT)


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
    app.jinja_env.globals["may_edit_registry"] = may_edit_registry
    app.jinja_env.globals["registry_kinds"] = list(KINDS)
    app.jinja_env.globals["estate_kind"] = kind_name
    app.jinja_env.globals["estate_kinds"] = kind_choices
    app.jinja_env.globals["division_level"] = lambda level: _(dict(LEVEL_LABELS)[level])
