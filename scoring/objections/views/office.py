"""The office's side: the queue with its numbers, and one case with its facts and the deeds that are open."""

from typing import Any

from flask import Response, flash, render_template, request, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.files import store
from portal.kernel.forms import Form
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, page_asked, request_session
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.objections import policy, queries
from scoring.objections.choices import FixChoice, fix_choices
from scoring.objections.contested import contested
from scoring.objections.corrections import Correction
from scoring.objections.files import NewFile, file_of
from scoring.objections.forms import DecisionForm, ExtensionForm, PlainForm, ReasonForm, RefuseForm, ServiceForm
from scoring.objections.models import NEXT_STEPS, OPEN_STEPS, Objection, ObjectionStep
from scoring.objections.service import decision, review
from scoring.objections.service.journal import ACCEPT, DECIDE, bar_to_review, level_of, office_words, subject_of
from scoring.objections.views.blueprint import bp, paper, see_other, seen, sent
from scoring.objections.views.own import shared
from scoring.objections.words import SERVICE

PAGE = 50
FORMS: dict[str, type[Form]] = {
    "accept": PlainForm,
    "refuse": RefuseForm,
    "ask": ReasonForm,
    "extension": ExtensionForm,
    "decide": DecisionForm,
    "serve": ServiceForm,
}
RULES = (ACCEPT, DECIDE)


@bp.get("/objections")
@needs(Permission.OBJECTION_READ)
def index() -> str:
    """What waits, the longest first; what was settled; how many, and how many in time."""
    db, page, show = request_session(), page_asked(), request.args.get("show", "open")
    mine = queries.for_staff(actor())
    wanted = [*mine, ObjectionStep.step.in_(OPEN_STEPS)] if show != "settled" else [
        *mine, ObjectionStep.step.not_in(OPEN_STEPS)]  # fmt: skip
    total = queries.count(db, *wanted)
    rows = queries.rows(db, *wanted, limit=PAGE, offset=(page - 1) * PAGE, newest=show == "settled")
    clocks = deadlines.of_subjects(db, [subject_of(own.id) for own, _last in rows])
    within = None if actor().has_whole_district else actor().division_code
    return render_template(
        "objections/index.html",
        rows=[
            (own, last, queries.case(db, own.id).facts, _running(clocks.get(subject_of(own.id), [])))
            for own, last in rows
        ],
        show=show,
        page=page,
        pages=max(1, -(-total // PAGE)),
        companies=registry.enterprise_names(db) if rows else {},
        numbers=queries.numbers(db, *mine),
        on_time=deadlines.on_time(db, rules=list(RULES), within=within),
    )


def _running(clocks: list[deadlines.DeadlineView]) -> deadlines.DeadlineView | None:
    return next((one for one in clocks if one.closed_at is None), None)


def _readable(objection_id: str) -> queries.Case:
    case = queries.case(request_session(), objection_id)
    if not policy.may_read(actor(), case.objection.kind, case.objection.division_code):
        raise queries.nothing()
    return case


def _page(found: queries.Case, forms: dict[str, Form] | None = None, problem: str = "") -> tuple[str, int]:
    db, own = request_session(), found.objection
    target, is_open = contested(db, own.ref), found.last.step in OPEN_STEPS
    barred = bar_to_review(db, actor(), own) if is_open and actor().may(Permission.OBJECTION_REVIEW) else ""
    may = is_open and not barred and actor().may(Permission.OBJECTION_REVIEW)
    asked_by = found.last.actor.split(" (")[0]
    given = forms or {}
    known = {name: given.get(name) or kind(formdata=None) for name, kind in FORMS.items()}
    errors = [{"text": problem, "href": ""}] if problem else []
    page = render_template(
        "objections/case.html",
        **shared(found),
        target=target,
        line=_line(target),
        office=office_words(db, level_of(db, own, target), own.division_code),
        company=registry.enterprise(db, own.uscc),
        barred=barred,
        after=NEXT_STEPS.get(found.last.step, ()) if may else (),
        settles=found.last.step == "extension_asked" and policy.may_settle_extension(actor(), asked_by),
        serves=_waits_for_service(found),
        choices=fix_choices(db, target) if may and found.last.step != "filed" else [],
        forms=known,
        failed=next(iter(given), ""),
        errors=errors,
        has_errors=bool(errors) or any(form.errors for form in given.values()),
        typed=request.form,
        earlier=[one for one in queries.rows(db, Objection.ref == own.ref) if one[0].id != own.id],
    )
    return page, 422 if given or problem else 200


def _line(target: Any) -> checks.ItemLine | None:
    if target.kind != "check":
        return None
    check_id, item_code = target.ref.partition(":")[2].split("/")
    return checks.check_view(request_session(), check_id).lines.get(item_code)


def _waits_for_service(found: queries.Case) -> bool:
    document_id = found.last.document_id
    office = policy.is_of_level(actor(), found.objection.level, found.objection.division_code)
    from_here = office or (actor().has_whole_district and actor().may(Permission.OBJECTION_REVIEW))
    if not document_id or not from_here:
        return False
    return shared(found)["documents"][document_id].served_on is None


@bp.get("/objections/<objection_id>")
@needs(Permission.OBJECTION_READ)
def case(objection_id: str) -> tuple[str, int]:
    """One objection: what is contested, the points, earlier steps, and what can be done now."""
    return _page(_readable(objection_id))


def _done(objection_id: str, sentence: str) -> AnyResponse:
    flash(sentence, "ok")
    return see_other(url_for("objections.case", objection_id=objection_id))


def _failed(objection_id: str, name: str, form: Form, problem: str = "") -> tuple[str, int]:
    return _page(_readable(objection_id), {name: form}, problem)


@bp.post("/objections/<objection_id>/accept")
@needs(Permission.OBJECTION_REVIEW)
def accept(objection_id: str) -> AnyResponse:
    """Accept it."""
    with transaction() as db:
        review.accept(db, actor(), objection_id, on=clock.today(), seen=seen())
    return _done(objection_id, _("异议已受理，受理通知书已制作。"))


@bp.post("/objections/<objection_id>/refuse")
@needs(Permission.OBJECTION_REVIEW)
def refuse(objection_id: str) -> AnyResponse | tuple[str, int]:
    """Do not accept it."""
    form = RefuseForm()
    if not form.validate():
        return _failed(objection_id, "refuse", form)
    with transaction() as db:
        review.refuse(
            db,
            actor(),
            objection_id,
            code=form.code.data,
            reason=form.refusal.data or "",
            on=clock.today(),
            seen=seen(),
        )
    return _done(objection_id, _("异议不予受理，不予受理通知书已制作。"))


@bp.post("/objections/<objection_id>/ask-extension")
@needs(Permission.OBJECTION_REVIEW)
def ask_extension(objection_id: str) -> AnyResponse | tuple[str, int]:
    """Ask a lead for more time."""
    form = ReasonForm()
    if not form.validate():
        return _failed(objection_id, "ask", form)
    with transaction() as db:
        review.ask_extension(db, actor(), objection_id, reason=form.why.data or "", on=clock.today(), seen=seen())
    return _done(objection_id, _("已申请延期，等待区级审定人员批准。"))


@bp.post("/objections/<objection_id>/extension")
@needs(Permission.OBJECTION_EXTEND)
def settle_extension(objection_id: str) -> AnyResponse | tuple[str, int]:
    """Grant more time, or not."""
    form = ExtensionForm()
    if not form.validate():
        return _failed(objection_id, "extension", form)
    granted = form.granted.data == "yes"
    try:
        with transaction() as db:
            review.settle_extension(
                db, actor(), objection_id, granted=granted, reason=form.ground.data or "", on=clock.today(), seen=seen()
            )
    except (NotAllowed, NotFound, Conflict):
        raise
    except DomainError as error:
        return _failed(objection_id, "extension", form, str(error))
    return _done(objection_id, _("已批准延期。") if granted else _("没有批准延期。"))


@bp.post("/objections/<objection_id>/decide")
@needs(Permission.OBJECTION_REVIEW)
def decide(objection_id: str) -> AnyResponse | tuple[str, int]:
    """Decide it: answers, corrections, the reason."""
    found, form = _readable(objection_id), DecisionForm()
    if not form.validate():
        return _failed(objection_id, "decide", form)
    target = contested(request_session(), found.objection.ref)
    fixes = read_fixes(fix_choices(request_session(), target))
    try:
        with transaction() as db:
            decision.decide(
                db, actor(), objection_id, answers=read_answers(found), fixes=fixes, reason=form.reason.data or "",
                on=clock.today(), seen=seen(),
            )  # fmt: skip
    except (NotAllowed, NotFound, Conflict):
        raise
    except DomainError as error:
        return _failed(objection_id, "decide", form, str(error))
    return _done(objection_id, _("复核决定已作出，决定书已制作。"))


def read_answers(found: queries.Case) -> list[decision.Answer]:
    """The answers as typed, those that are there."""
    typed = request.form
    return [
        decision.Answer(point.seq, typed.get(f"verdict-{point.seq}", ""), typed.get(f"answer-{point.seq}", ""))
        for point in found.points
        if typed.get(f"verdict-{point.seq}") or typed.get(f"answer-{point.seq}")
    ]


def read_fixes(choices: list[FixChoice]) -> list[Correction]:
    """The corrections as chosen; what is left as it is makes none."""
    found = []
    for number, choice in enumerate(choices, 1):
        value = request.form.get(f"fix-{number}", "").strip()
        if value and value != choice.now:
            found.append(Correction(choice.target, value))
    return found


@bp.post("/objections/<objection_id>/serve")
@needs(Permission.OBJECTION_REVIEW)
def serve(objection_id: str) -> AnyResponse | tuple[str, int]:
    """Note the paper service of the last document."""
    _readable(objection_id)
    form = ServiceForm()
    if not form.validate():
        return _failed(objection_id, "serve", form)
    try:
        with transaction() as db:
            review.record_service(
                db, actor(), objection_id, method=form.method.data, note=form.note.data or "", on=form.served_on.data,
                proof=NewFile(form.proof.data.filename or "", form.proof.data.read()) if form.proof.data else None,
            )  # fmt: skip
    except (NotAllowed, NotFound, Conflict):
        raise
    except DomainError as error:
        return _failed(objection_id, "serve", form, str(error))
    return _done(objection_id, _("送达已登记（%(method)s）。", method=SERVICE[form.method.data]))


@bp.get("/objections/<objection_id>/files/<sha256>")
@needs(Permission.OBJECTION_READ)
def case_file(objection_id: str, sha256: str) -> Response:
    """A file that the company handed in."""
    _readable(objection_id)
    one = file_of(request_session(), objection_id, sha256)
    return sent(store().read(one.sha256), one.media_type, one.sha256[:12])


@bp.get("/objections/<objection_id>/documents/<document_id>.pdf")
@needs(Permission.OBJECTION_READ)
def document(objection_id: str, document_id: str) -> Response:
    """A document of the objection."""
    found = _readable(objection_id)
    if document_id not in {step.document_id for step in found.steps} - {""}:
        raise NotFound(_("没有找到这份文书。"))
    return paper(document_id, found.objection.number)
