"""The owners' door: find the estate, name the household, give the code. The answers say nothing of who lives where."""

from datetime import datetime

from flask import Response, current_app, make_response, redirect, render_template, request, session, url_for

from disclosure.owners.api import COOKIE
from disclosure.owners.forms import AskForm, CodeForm
from disclosure.owners.service import door, sessions
from disclosure.owners.service.door import Asked
from disclosure.owners.views.blueprint import bp, private, see_other
from portal.kernel.db import transaction
from portal.kernel.formats import instant_text
from portal.kernel.i18n import _
from portal.kernel.settings import settings
from portal.kernel.sms import hand_over
from portal.kernel.web import cookie_name, public, request_session
from portal.registry import api as registry

ASKED = "owner_request"
SHOWN = 10


def _address() -> str:
    return request.remote_addr or ""


@bp.get("/owner/enter")
@public
def start() -> Response:
    """Find the own estate."""
    q = request.args.get("q", "").strip()[:50]
    found = registry.find_estates(request_session(), q, limit=SHOWN)[0] if q else []
    return private(render_template("owners/start.html", q=q, estates=found))


@bp.get("/owner/enter/<code>")
@public
def ask_form(code: str) -> Response:
    """Name the household."""
    estate = registry.estate(request_session(), code)
    return private(render_template("owners/ask.html", form=AskForm(), estate=estate))


@bp.post("/owner/enter/<code>")
@public
def ask(code: str) -> Response:
    """Start a request; the next page is the same whether it fits anybody or not."""
    estate, form = registry.estate(request_session(), code), AskForm()
    if not form.validate():
        return private(render_template("owners/ask.html", form=form, estate=estate), 422)
    said = Asked(estate.code, form.building.data, form.unit.data, form.name.data, form.last4.data)
    with transaction() as db:
        started = door.start(db, said, _address())
    if started.shut_until:
        page = render_template("owners/ask.html", form=form, estate=estate, sentence=_shut(started.shut_until))
        return private(page, 429)
    hand_over(started.message, wait=current_app.testing)
    session[ASKED] = started.request_id
    return see_other("owners.code_form")


def _shut(until: datetime) -> str:
    return _(
        "尝试次数过多，%(until)s以后才能再试。急需查看的，请带身份证明和产权证明到街道办事处领取纸质验证码。",
        until=instant_text(until),
    )


@bp.get("/owner/code")
@public
def code_form() -> Response:
    """Give the code."""
    if not session.get(ASKED):
        return make_response(redirect(url_for("owners.start"), 303))
    return private(render_template("owners/code.html", form=CodeForm()))


@bp.post("/owner/code")
@public
def enter() -> Response:
    """Look at the code and open a session."""
    form = CodeForm()
    if not form.validate():
        return private(render_template("owners/code.html", form=form), 422)
    with transaction() as db:
        entered = door.enter(db, str(session.get(ASKED, "")), form.code.data, _address())
    hand_over(entered.message, wait=current_app.testing)
    if not entered.token:
        sentence = _shut(entered.shut_until) if entered.shut_until else _("验证码不对或者已失效，请核对后再试。")
        page = render_template("owners/code.html", form=form, sentence=sentence, has_errors=True)
        return private(page, 429 if entered.shut_until else 401)
    return _let_in(entered.token)


def _let_in(token: str) -> Response:
    session.clear()  # a form token from before the door is worth nothing behind it
    response = see_other("my_estate.index")
    response.set_cookie(
        cookie_name(COOKIE), token, httponly=True, samesite="Lax", secure=settings().secure_cookies, path="/",
        max_age=sessions.SESSION_LIFE,
    )  # fmt: skip
    return response
