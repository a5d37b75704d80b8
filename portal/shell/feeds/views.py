"""The feeds, asking for one, and the page from which a subscription is looked after."""

from smtplib import SMTPException
from threading import BoundedSemaphore
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _, language
from portal.kernel.settings import settings
from portal.kernel.sources import source
from portal.kernel.web import public, request_session
from portal.notices.api import mail_server
from portal.receipts import api as receipts
from portal.shell.errors import answer
from portal.shell.feeds import atom, delivering, service, topics
from portal.shell.feeds.models import CHANNELS
from portal.shell.public.answers import json_answer

bp = Blueprint("feeds", "portal.shell.feeds", template_folder="templates")
ATOM = "application/atom+xml; charset=utf-8"
OFTEN = 10  # within ten minutes: questions that one asker has us send, deeds of one subscription
_asking = BoundedSemaphore()  # a listener may take its time: of those who serve pages, one at most waits for it


def _prefix() -> str:
    return settings().base_url + request.script_root


def _atom(code: str) -> Response:
    db = request_session()
    name = settings().operator_en if language() == "en" else settings().operator
    made = atom.feed(topics.topic(db, code), topics.entries(db, code), _prefix() + request.path, _prefix(), name)
    response = Response(made, content_type=ATOM)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@bp.get("/feeds/lists/<any(red, black):colour>.atom", endpoint="list_feed")
@public
def list_feed(colour: str) -> Response:
    """Entries of a list: entered and withdrawn."""
    return _atom(f"list:{colour}")


@bp.get("/feeds/estates/<code>.atom", endpoint="estate_feed")
@public
def estate_feed(code: str) -> Response:
    """What is published about an estate."""
    return _atom(f"estate:{code.upper()}")


@bp.get("/feeds/enterprises/<uscc>.atom", endpoint="enterprise_feed")
@public
def enterprise_feed(uscc: str) -> Response:
    """List entries concerning a company."""
    return _atom(f"enterprise:{uscc.upper()}")


@bp.get("/feeds/corrections.atom", endpoint="corrections_feed")
@public
def corrections_feed() -> Response:
    """Every correction of a published figure: old value, new value, why, who decided."""
    return _atom("corrections")


@bp.get("/feeds/corrections.json", endpoint="corrections_json")
@public
def corrections_json() -> Response:
    """The same for programs, every changed value."""
    found = topics.entries(request_session(), "corrections")
    return json_answer({"items": [one.facts for one in found]})


@bp.get("/feeds", endpoint="index")
@public
def index() -> Response:
    """What can be followed and how; the form."""
    return _index()


def _index(problem: str = "", status: int = 200) -> Response:
    db = request_session()
    asked = request.values.get("topic", "")[:60]
    try:
        wanted = topics.topic(db, asked) if asked else None
    except NotFound:
        wanted = None
    page = render_template(
        "feeds/index.html", problem=problem, wanted=wanted, form=request.form, has_errors=bool(problem)
    )
    return _unkept(make_response(page, status))


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"  # one person's link, or a form of one's own
    return response


@bp.post("/feeds", endpoint="subscribe")
@public
def subscribe() -> AnyResponse:
    """Ask for a topic; the address itself has to confirm."""
    channel, topic = request.form.get("channel", ""), request.form.get("topic", "")[:60]
    address = request.form.get("address", "")[:500]
    try:
        if channel not in CHANNELS:
            raise DomainError(_("请选择接收方式。"))
        with transaction() as db:
            receipts.count_look(db, f"feeds {source(request.remote_addr or '')}", OFTEN)
            asked = service.subscribe(db, channel, topic, address, language())
    except DomainError as error:
        return _index(str(error), 422)
    if channel == "email":
        if settings().smtp_host:
            found = service.held_by(request_session(), asked.code)
            try:
                with mail_server() as server:
                    server.send_message(delivering.question(found, address.strip(), asked.code))
            except (SMTPException, OSError):  # refused there, or nobody answers: it can be asked for again
                return _index(_("电子邮件没有发出去，请核对地址，或者稍后再试。"), 422)
        return _unkept(make_response(render_template("feeds/asked.html", has_server=bool(settings().smtp_host))))
    return redirect(url_for("feeds.manage", code=asked.code), 303)


@bp.get("/feeds/manage/<code>", endpoint="manage")
@public
def manage(code: str) -> Response:
    """State, deliveries and what can be done, for whoever holds the code."""
    db = request_session()
    found = service.held_by(db, code)
    page = render_template(
        "feeds/manage.html", found=found, state=service.state(db, found.id), topic=topics.topic(db, found.topic), code=code,
        log=service.log_of(db, found.id),
    )  # fmt: skip
    return _unkept(make_response(page))


@bp.post("/feeds/manage/<code>/<any(confirm, leave, resend):deed>", endpoint="act")
@public
def act(code: str, deed: str) -> AnyResponse:
    """Confirm, leave, or send something again."""
    found = service.held_by(request_session(), code)
    if deed != "leave":
        with transaction() as db:
            receipts.count_look(db, f"feeds {found.id}", OFTEN)
    if deed == "confirm" and found.channel == "webhook":
        if not _asking.acquire(blocking=False):
            return answer(429)
        try:
            is_wanted = delivering.confirm_webhook(request_session(), found, code)
        finally:
            _asking.release()
        if not is_wanted:
            return answer(
                409, _("推送地址没有按要求应答：它应当返回200，并在回答里带上challenge的内容。内网地址不能使用。")
            )
    deeds: dict[str, Any] = {
        "confirm": lambda db: service.confirm(db, code),
        "leave": lambda db: service.leave(db, code),
        "resend": lambda db: service.send_again(db, code, request.form.get("delivery", "")),
    }
    with transaction() as db:
        deeds[deed](db)
    return redirect(url_for("feeds.manage", code=code), 303)


@bp.get("/feeds/leave/<code>", endpoint="leave_form")
@public
def leave_form(code: str) -> Response:
    """One button: mail programs post to the same address by themselves (RFC 8058)."""
    return _unkept(make_response(render_template("feeds/leave.html", code=code)))


@bp.post("/feeds/leave/<code>", endpoint="leave")
@public
def leave(code: str) -> Response:
    """Leave, whoever asks: the code can do nothing else."""
    with transaction() as db:
        service.leave_by_mark(db, code, delivering.leave_code)
    return _unkept(make_response(render_template("feeds/left.html")))


FORMLESS = (leave,)
