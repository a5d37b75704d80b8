"""What the shell registers of repairs."""

from flask import Flask
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from scoring.repair import queries
from scoring.repair.views.pages import bp


def _to_decide(db: Session, actor: Actor) -> int | None:
    return (
        len(queries.cases(db, steps=("accepted", "extended"))) or None if actor.may(Permission.REPAIR_DECIDE) else None
    )


NAV = [
    NavEntry(lazy("信用修复"), "repair.index", 67, Permission.ADVERSE_READ, _to_decide),
    NavEntry(lazy("信用修复"), "repair.company", 41, Permission.ENTERPRISE_OWN),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
