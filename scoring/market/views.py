"""Decisions of market entry, and contracts of sheets that wait for one. For the office."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.accounts import api as accounts
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry
from scoring.market import queries, service, standing, words
from scoring.market.forms import DecisionForm

bp = Blueprint("market", __name__, template_folder="templates")


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"market_words": words, "person_name": _person_name}


def _person_name(login: str) -> str:
    try:
        return accounts.person(request_session(), login).name
    except NotFound:
        return login


@bp.get("/market")
@needs(Permission.REGISTRY_READ)
def index() -> tuple[str, int]:
    """What waits for a decision, and what was decided."""
    return _page(DecisionForm(formdata=None), 200)


def _page(form: DecisionForm, status: int) -> tuple[str, int]:
    db, today = request_session(), clock.today()
    waiting = [(one, standing.lines(db, standing.standing(db, one.uscc, one.manager_code, today)))
               for one in queries.waiting(db, actor(), today)]  # fmt: skip
    decided = queries.decisions(db, actor())
    names = registry.enterprise_names(db)
    estates = registry.estate_names(db, {row.estate_code for row in decided})
    page = render_template(
        "market/index.html", waiting=waiting, decided=decided, names=names, estates=estates, form=form
    )
    return page, status


@bp.post("/market")
@needs(Permission.REGISTRY_EDIT)
def decide() -> AnyResponse | tuple[str, int]:
    """Record the decision on one of them."""
    form = DecisionForm()
    if not form.validate():
        return _page(form, 422)
    given = {
        name: getattr(form, name).data or "" for name in ("estate_code", "uscc", "manager_code", "decision", "reason")
    }
    with transaction() as db:
        service.decide_later(db, actor(), on=clock.today(), **given)
    flash(_("处理意见已登记。"), "ok")
    return redirect(url_for("market.index"), 303)
