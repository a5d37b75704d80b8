"""What the shell registers of the lists: the public page, and the office's way from candidates to entries."""

from flask import Flask
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import lazy
from portal.kernel.nav import NavEntry
from scoring.lists import api
from scoring.lists.views import cases as cases
from scoring.lists.views import public as public
from scoring.lists.views import served as served
from scoring.lists.views import work as work
from scoring.lists.views.blueprint import bp


def _to_decide(db: Session, actor: Actor) -> int | None:
    return api.waiting_count(db, actor) or None


NAV = [
    NavEntry(lazy("红黑榜"), "lists.index", 50),
    NavEntry(lazy("榜单管理"), "lists.manage", 65, Permission.LIST_READ, _to_decide),
]


def register(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(bp)
