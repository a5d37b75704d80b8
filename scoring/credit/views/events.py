"""Events: propose one, see what waits, and confirm, refuse or withdraw one after seeing what it changes."""

from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers.response import Response as AnyResponse
from wtforms.fields.choices import SelectChoice

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.forms import Form
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.points import print_cp
from portal.kernel.web import actor, needs, request_session
from portal.notices import api as notices
from scoring.credit import acts, api, catalogue, documents, due_process, papers, policy, queries, service
from scoring.credit.forms import DecideForm, EventForm, PlainForm, ReasonForm, ServeForm
from scoring.credit.models import CreditCase, CreditStep
from scoring.credit.views.blueprint import bp, tier_name
from scoring.credit.views.overview import subject_name


@bp.get("/credit/waiting")
@needs(Permission.CREDIT_READ)
def waiting() -> str:
    """Proposed events, the oldest first."""
    rows = list(queries.waiting(request_session()).itertuples(index=False))
    names = {(row.subject_type, row.subject): subject_name(row.subject_type, row.subject) for row in rows}
    titles = {row.case_id: catalogue.name_of(row.code, row.points_cp, clock.today()) for row in rows}
    return render_template("credit/waiting.html", rows=rows, names=names, titles=titles)


# --- propose ----------------------------------------------------------------------------------------------------------


def _choices() -> list[SelectChoice]:
    """Active entries of the catalogue, adverse events first."""
    return [
        SelectChoice(
            f"{entry.code}/{entry.variant}".rstrip("/"),
            _choice_text(entry),
            optgroup=_("不良信息") if entry.is_adverse else _("良好信息"),
        )
        for entry in catalogue.in_force(clock.today())
        if entry.active
    ]


def _choice_text(entry: catalogue.CatalogueEntry) -> str:
    points, words = print_cp(abs(entry.points_cp)), tier_name(entry.tier)
    template = _("%(code)s %(name)s（信用扣分%(points)s分，%(months)s个月，%(tier)s）")
    if not entry.is_adverse:
        template = _("%(code)s %(name)s（信用加分%(points)s分，%(months)s个月）")
    return template % {"code": entry.code, "name": entry.name, "points": points, "months": entry.months, "tier": words}


def _form(**options: Any) -> EventForm:
    form = EventForm(**options)
    form.event.choices = [SelectChoice("", _("请选择")), *_choices()]
    return form


@bp.get("/credit/new")
@needs(Permission.CREDIT_PROPOSE)
def new() -> str:
    """An empty form; the address may name the subject."""
    names = ("subject_type", "subject", "uscc", "event", "estate_code", "act")
    asked = {name: request.args.get(name, "") for name in names}
    return _new_page(_form(formdata=None, data=asked))


def _new_page(form: EventForm) -> str:
    """The form, with the act or the commitment that the event belongs to, if the address names one."""
    return render_template("credit/new.html", form=form, act=acts.about(request_session(), form.act.data or ""))


@bp.post("/credit/new")
@needs(Permission.CREDIT_PROPOSE)
def propose() -> AnyResponse | tuple[str, int]:
    """Put an event up for confirmation by somebody else."""
    form = _form()
    if form.validate():
        try:
            with transaction() as db:
                case_id = _proposed(db, form)
        except NotAllowed:
            raise
        except DomainError as error:
            form.form_errors.append(str(error))
        else:
            flash(_("已提出。不良信息请先制作并送达告知书，再由另一名人员核准；生效前不计分、不公开。"), "ok")
            return redirect(url_for("credit.event", case_id=case_id), 303)
    return _new_page(form), 422


def _proposed(db: Session, form: EventForm) -> str:
    code, _slash, variant = form.event.data.partition("/")
    sha256 = documents.keep(db, form.file.data.stream)
    subject, uscc = _code(form.subject.data), _code(form.uscc.data) or None
    common = {
        "code": code,
        "variant": variant,
        "document": form.document.data or "",
        "document_on": form.document_on.data,
        "issued_by": form.issued_by.data or "",
        "document_sha256": sha256,
        "estate_code": _code(form.estate_code.data) or None,
        "note": (form.note.data or "").strip(),
        "act_id": acts.act_id(db, form.act.data or "", subject, uscc) or f"page:{new_id()}",
    }
    kind = form.subject_type.data
    case = service.propose(db, actor(), service.NewEvent(kind, subject, uscc=uscc, **common), on=clock.today())
    if kind == "manager" and form.on_both.data and uscc:
        service.propose(db, actor(), service.NewEvent("enterprise", uscc, **common), on=clock.today())
    return case.id


def _code(text: str | None) -> str:
    """A code as people type it: small letters, spaces and hyphens within a 18-character code are let pass."""
    bare = (text or "").strip().upper()
    joined = bare.replace(" ", "").replace("-", "")
    return joined if len(joined) == 18 else bare


# --- one case ---------------------------------------------------------------------------------------------------------


def _case_page(case_id: str, refusal: Any = None, status: int = 200) -> tuple[str, int]:
    db = request_session()
    case = db.get(CreditCase, case_id)
    if case is None:
        raise NotFound(_("没有找到这个信用事项。"))
    event = next(e for e in api.timeline(db, case.subject_type, case.subject) if e.case_id == case_id)
    version, steps = queries.last_version(db, case_id), queries.steps_of(db, case_id)
    proposer = service.proposer(case, steps)
    forms = {name: _shown_form(kind, refusal) for name, kind in FORMS.items()}
    page = render_template(
        "credit/event.html",
        case=case,
        event=event,
        version=version,
        steps=steps,
        entry=catalogue.recorded_entry(version.catalogue, version.code, version.points_cp),
        name=subject_name(case.subject_type, case.subject),
        company=subject_name("enterprise", event.uscc) if event.uscc and case.subject_type == "manager" else "",
        changes=_changes(db, case, event),
        may_decide=policy.may_decide(actor(), proposer),
        may_serve=policy.may_serve(actor()),
        is_own=actor().login == proposer,
        from_rating=proposer == "",
        is_adverse=service.needs_service(case, version),
        papers=papers.of_case(db, case_id),
        answers=due_process.answers_of(db, case_id),
        answer_until=_answer_until(db, steps),
        refusal=refusal,
        **forms,
    )
    return page, status


FORMS: dict[str, type[Form]] = {
    "form": ReasonForm,
    "plain": PlainForm,
    "decide_form": DecideForm,
    "serve_form": ServeForm,
}


def _shown_form(kind: type[Form], refusal: Form | None) -> Form:
    if isinstance(refusal, kind):
        return refusal
    return kind(formdata=None, data={"on": clock.today()})


def _answer_until(db: Session, steps: list[CreditStep]) -> date | None:
    return due_process.answer_until(db, steps) if any(step.step == "noticed" for step in steps) else None


def _changes(db: Session, case: CreditCase, event: api.EventView) -> list[dict[str, str]]:
    """Score and grade of everybody concerned, now and once the event counts."""
    if event.step not in queries.WAITING:
        return []
    subjects = [(case.subject_type, case.subject)]
    if case.subject_type == "manager" and event.uscc and event.points_cp < 0:
        subjects.append(("enterprise", event.uscc))
    return [_change(db, kind, subject, case, event) for kind, subject in subjects]


def _change(db: Session, kind: str, subject: str, case: CreditCase, event: api.EventView) -> dict[str, str]:
    now, then = api.score_if(db, kind, subject, clock.today(), case.id)
    template = _("%(name)s的信用得分和等级")
    return {
        "label": template % {"name": subject_name(kind, subject)},
        "old": f"{print_cp(now.score_cp)} {now.grade}",
        "new": f"{print_cp(then.score_cp)} {then.grade}",
    }


@bp.get("/credit/events/<case_id>")
@needs(Permission.CREDIT_READ)
def event(case_id: str) -> tuple[str, int]:
    """One event: what it says, its documents, its steps, and what a decision would change."""
    return _case_page(case_id)


def _back(case_id: str) -> AnyResponse:
    return redirect(url_for("credit.event", case_id=case_id), 303)


@bp.post("/credit/events/<case_id>/notice")
@needs(Permission.CREDIT_READ)
def notice(case_id: str) -> AnyResponse:
    """Issue the notice; the policy says who may."""
    with transaction() as db:
        paper = papers.issue_notice(db, actor(), case_id, on=clock.today())
    flash(
        _("告知书%(number)s已制作。", number=paper.number) if not paper.served_on else _("告知书已在平台上送达。"), "ok"
    )
    return _back(case_id)


@bp.post("/credit/events/<case_id>/serve")
@needs(Permission.CREDIT_READ)
def serve(case_id: str) -> AnyResponse | tuple[str, int]:
    """Enter how a notice or decision was served on paper, with its proof."""
    form = ServeForm()
    if form.validate():
        try:
            with transaction() as db:
                proof = documents.keep(db, form.file.data.stream) if form.file.data else None
                given = {"on": form.on.data, "method": form.method.data, "proof_sha256": proof}
                note = form.note.data or ""
                papers.serve(db, actor(), case_id, form.document_id.data or "", note=note, **given)
        except (NotAllowed, NotFound, Conflict):
            raise
        except DomainError as error:
            form.form_errors.append(str(error))
        else:
            flash(_("已登记送达。"), "ok")
            return _back(case_id)
    return _case_page(case_id, form, 422)


@bp.post("/credit/events/<case_id>/confirm")
@needs(Permission.CREDIT_CONFIRM)
def confirm(case_id: str) -> AnyResponse | tuple[str, int]:
    """A commendation counts from today; an adverse event gets its decision, which is then served."""
    form = DecideForm()
    try:
        with transaction() as db:
            case, held = db.get(CreditCase, case_id), queries.live_event(db, case_id)
            if case is not None and held is not None and service.needs_service(case, held):
                papers.decide(db, actor(), case_id, reply=form.reply.data or "", on=clock.today())
                told = _("已作出登记决定。决定书送达之日起计分、公开。")
            else:
                service.confirm(db, actor(), case_id, on=clock.today())
                told = _("已核准，从今天起计分。")
    except (NotAllowed, NotFound, Conflict):
        raise
    except DomainError as error:
        form.form_errors.append(str(error))
        return _case_page(case_id, form, 409)
    flash(told, "ok")
    return _back(case_id)


@bp.post("/credit/events/<case_id>/<any(refuse, withdraw):verb>")
@needs(Permission.CREDIT_CONFIRM)
def end(case_id: str, verb: str) -> AnyResponse | tuple[str, int]:
    """Do not record it, or take it back; either with a reason."""
    form = ReasonForm()
    if not form.validate():
        return _case_page(case_id, form, 422)
    with transaction() as db:
        getattr(service, verb)(db, actor(), case_id, reason=form.reason.data or "", on=clock.today())
    flash(_("已决定不予登记。") if verb == "refuse" else _("已撤销，不再计分。"), "ok")
    return _back(case_id)


# --- its files --------------------------------------------------------------------------------------------------------


def sent(kept: documents.Document) -> Response:
    """A kept file as a download."""
    answer = Response(kept.data, mimetype=kept.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{kept.name}"'
    return answer


def sent_paper(case_id: str, document_id: str) -> Response:
    """A numbered document of a case as PDF."""
    db = request_session()
    if document_id not in {one.id for one in papers.of_case(db, case_id)}:
        raise NotFound(_("没有找到这份文书。"))
    return Response(notices.pdf(db, document_id), mimetype="application/pdf")


@bp.get("/credit/events/<case_id>/document")
@needs(Permission.CREDIT_READ)
def document(case_id: str) -> Response:
    """The source document, for the office."""
    return sent(documents.read(request_session(), case_id))


@bp.get("/credit/events/<case_id>/answers/<answer_id>/document")
@needs(Permission.CREDIT_READ)
def answer_file(case_id: str, answer_id: str) -> Response:
    """What the enterprise handed in, for the office."""
    return sent(documents.read_answer(request_session(), answer_id, case_id))


@bp.get("/credit/events/<case_id>/papers/<document_id>.pdf")
@needs(Permission.CREDIT_READ)
def paper(case_id: str, document_id: str) -> Response:
    """The notice or the decision, for the office."""
    return sent_paper(case_id, document_id)
