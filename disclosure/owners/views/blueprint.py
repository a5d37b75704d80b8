"""The blueprints of the owners' pages: the door and the office's side; what lies behind the door."""

from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, url_for

from disclosure.owners import queries
from disclosure.owners.queries import Owner
from portal.kernel.i18n import _
from portal.kernel.web import request_session
from portal.registry import api as registry

bp = Blueprint("owners", __name__, template_folder="../templates")
own_bp = Blueprint("my_estate", __name__, template_folder="../templates", url_prefix="/owner")


def see_other(endpoint: str, **values: Any) -> Response:
    """After a deed: the page to look at."""
    return make_response(redirect(url_for(endpoint, **values), 303))


def private(page: str, status: int = 200) -> Response:
    """Pages of the door carry a form token, so nobody may keep them."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def me() -> Owner:
    """The owner of this request: every question of the pages behind the door starts from it."""
    found: Owner = g.owner
    return found


def owner_page(template: str, **shown: Any) -> str:
    """A page behind the door, with the owner's frame."""
    db, owner = request_session(), me()
    estate, unit = registry.estate(db, owner.estate_code), queries.unit_view(db, owner.unit_id)
    entries = [
        (_("资金收支"), url_for("my_estate.index")),
        (_("逐笔明细"), url_for("my_estate.lines")),
        (_("提问和异议"), url_for("my_estate.questions")),
        (_("我家维修资金"), url_for("my_estate.home")),
    ]
    here = url_for(f"my_estate.{shown.pop('here')}") if "here" in shown else ""
    nav = [{"label": label, "url": url, "active": url == here} for label, url in entries]
    name = f"{estate.name} {unit.building} {unit.unit}".replace("  ", " ")
    staff = {"name": name, "sign_out_url": url_for("my_estate.leave")}
    return render_template(template, estate=estate, unit=unit, staff=staff, nav_public=nav, **shown)
