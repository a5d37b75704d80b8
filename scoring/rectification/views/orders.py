"""The list of requests to fix, one of them with what can be done, and its notice on paper."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, render_template, request, url_for
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.forms import Form
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, page_asked, request_session
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.rectification import policy, reading
from scoring.rectification.forms import AnswerForm, DecideForm, ExtensionForm, ProtectForm, RefuseForm
from scoring.rectification.moves import MOST_PHOTOS
from scoring.rectification.reading import OrderView
from scoring.rectification.service import answering, deciding
from scoring.rectification.service.record import Upload
from scoring.rectification.views.blueprint import bp, see_other

PAGE = 50
FORMS: dict[str, type[Form]] = {
    "answer": AnswerForm, "protect": ProtectForm, "extension": ExtensionForm, "refuse": RefuseForm, "decide": DecideForm,
}  # fmt: skip
FIRST_FIELD = {"answer": "photos", "protect": "pictures", "extension": "why", "refuse": "reason", "decide": "remark"}


@bp.get("/rectification")
@needs(Permission.ORDER_READ)
def index() -> str:
    """My company's or my area's requests to fix, what is due first on top."""
    db, page = request_session(), page_asked()
    first = "awaiting" if actor().may(Permission.ORDER_VERIFY) else "open"
    asked = request.args.get("state", "")
    state = asked if asked in reading.FILTERS else first
    estate = request.args.get("estate", "")[:32]
    hazard = request.args.get("class", "")[:1]
    found = reading.listing(db, actor(), state, estate, hazard, PAGE, (page - 1) * PAGE)
    return render_template(
        "rectification/index.html", found=found, state=state, estate=estate, hazard=hazard, page=page,
        pages=max(1, -(-found.total // PAGE)), areas=registry.divisions(db), is_company=bool(actor().uscc),
        estate_name=registry.estate_names(db, [estate]).get(estate, estate) if estate else "",
        link=lambda n: _address({"state": state, "estate": estate or None, "page": n, "class": hazard or None}),
    )  # fmt: skip


def _address(values: dict[str, Any]) -> str:
    return url_for("rectification.index", **values)


@bp.get("/rectification/<order_id>")
@needs(Permission.ORDER_READ)
def order(order_id: str) -> str:
    """One request to fix: what was found, until when, what happened, and what I can do."""
    return _page(reading.order_view(request_session(), actor(), order_id))


def _page(view: OrderView, wrong: tuple[str, Form] | None = None) -> str:
    db, me = request_session(), actor()
    barred = not me.uscc and (me.login, view.row.estate_code) in checks.interests(db, me.login)
    forms = {name: form(formdata=None) for name, form in FORMS.items()}
    if wrong:
        forms[wrong[0]] = wrong[1]
    found = {one.item_code: one for one in checks.findings(db, view.row.check_id, staff=True)}
    return render_template(
        "rectification/order.html", view=view, forms=forms, barred=barred, most=MOST_PHOTOS,
        wrong=forms[wrong[0]] if wrong else None, may=_deeds(me, view, barred),
        finding=found.get(view.row.item_code), reads_check=me.may(Permission.CHECK_READ),
        releases=policy.may_release(me, view.place.division_code) and not barred,
    )  # fmt: skip


def _deeds(me: Actor, view: OrderView, barred: bool) -> set[str]:
    """What this person can do now."""
    row, place, found = view.row, view.place.division_code, set()
    if row.state == "open" and not barred and policy.may_answer(me, place, row.uscc):
        found.add("answer")
        if row.hazard_class == "C":
            found.add("protect")
        if row.uscc is not None and not view.extension and not view.overdue:
            found.add("extension")
    if row.state == "awaiting" and not barred and policy.may_verify(me, place):
        found.add("verify")
    if row.state == "open" and view.extension == "asked" and not barred and policy.may_extend(me, place):
        found.add("decide")
    return found


@bp.get("/rectification/<order_id>/notice")
@needs(Permission.ORDER_READ)
def notice(order_id: str) -> str:
    """The request to fix as a sheet of paper."""
    view = reading.order_view(request_session(), actor(), order_id)
    station = registry.division_name(request_session(), view.place.division_code)
    return render_template("rectification/notice.html", view=view, station=station)


# ---- deeds ----


def _seq() -> int:
    return request.form.get("seq", 0, int)


def _uploads(name: str) -> list[Upload]:
    return [(file.read(), file.filename or "") for file in request.files.getlist(name) if file.filename]


def _act(
    order_id: str, name: str, done: str, deed: Callable[[Session, Any], None]
) -> Response | tuple[str, int]:  # fmt: skip
    """Run a deed with its form; what is wrong with it stands in the form again, nothing typed is lost."""
    form = FORMS[name]()
    if form.validate():
        try:
            with transaction() as db:
                deed(db, form)
        except (Conflict, NotAllowed, NotFound):
            raise
        except DomainError as error:
            form[FIRST_FIELD[name]].errors = [str(error)]
        else:
            flash(done, "ok")
            return see_other(url_for("rectification.order", order_id=order_id))
    return _page(reading.order_view(request_session(), actor(), order_id), (name, form)), 422


@bp.post("/rectification/<order_id>/answer")
@needs(Permission.ORDER_ANSWER)
def answer(order_id: str) -> Response | tuple[str, int]:
    """What was put right, with photos."""

    def deed(db: Session, form: Any) -> None:
        answering.answer(db, actor(), order_id, _seq(), form.text.data, _uploads("photos"), clock.today())

    return _act(order_id, "answer", _("已提交整改反馈，等待社区复查。复查期间整改期限中止。"), deed)


@bp.post("/rectification/<order_id>/protection")
@needs(Permission.ORDER_ANSWER)
def protect(order_id: str) -> Response | tuple[str, int]:
    """What keeps people safe until then."""

    def deed(db: Session, form: Any) -> None:
        answering.protect(db, actor(), order_id, _seq(), form.measures.data, _uploads("pictures"), clock.today())

    return _act(order_id, "protect", _("已登记临时防护措施。整改期限不变。"), deed)


@bp.post("/rectification/<order_id>/extension")
@needs(Permission.ORDER_ANSWER)
def ask_extension(order_id: str) -> Response | tuple[str, int]:
    """Ask the street for more time."""

    def deed(db: Session, form: Any) -> None:
        answering.ask_extension(db, actor(), order_id, _seq(), form.why.data, clock.today())

    return _act(order_id, "extension", _("已提交延期申请，由街道审批。批准以前，原期限不变。"), deed)


@bp.post("/rectification/<order_id>/extension/decision")
@needs(Permission.ORDER_EXTEND)
def decide_extension(order_id: str) -> Response | tuple[str, int]:
    """The street grants more time, or not."""

    def deed(db: Session, form: Any) -> None:
        granted = form.decision.data == "yes"
        deciding.decide_extension(db, actor(), order_id, _seq(), granted, form.remark.data or "", clock.today())

    return _act(order_id, "decide", _("已作出决定，并通知企业。"), deed)


@bp.post("/rectification/<order_id>/verification")
@needs(Permission.ORDER_VERIFY)
def verify(order_id: str) -> Response:
    """It was put right."""
    with transaction() as db:
        deciding.verify(db, actor(), order_id, _seq(), clock.today())
    flash(_("复查通过，已办结。"), "ok")
    return see_other(url_for("rectification.order", order_id=order_id))


@bp.post("/rectification/<order_id>/refusal")
@needs(Permission.ORDER_VERIFY)
def refuse(order_id: str) -> Response | tuple[str, int]:
    """It was not put right, and why."""

    def deed(db: Session, form: Any) -> None:
        deciding.refuse(db, actor(), order_id, _seq(), form.reason.data, clock.today())

    return _act(order_id, "refuse", _("已退回企业继续整改。期限恢复计算。"), deed)
