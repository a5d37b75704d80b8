"""The company's side: what can be contested, the form, and what became of it."""

from typing import Any

from flask import Response, flash, render_template, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.files import store
from portal.kernel.flags import flags
from portal.kernel.formats import date_text
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, page_asked, request_session
from portal.notices import api as notices
from scoring.objections import policy, queries, saying
from scoring.objections.contested import Contested, contested
from scoring.objections.files import NewFile, file_of
from scoring.objections.forms import FilingForm, PlainForm
from scoring.objections.models import OPEN_STEPS, Objection
from scoring.objections.results import results_of
from scoring.objections.service import filing
from scoring.objections.service.journal import ACCEPT, DECIDE, office_words, subject_of
from scoring.objections.views.blueprint import own_bp, paper, see_other, seen, sent

PAGE = 50


def _uscc() -> str:
    found = actor().uscc
    if not found:
        raise NotFound(_("您的账号没有对应的企业，请联系系统管理员。"))
    return found


def _own(objection_id: str) -> queries.Case:
    case = queries.case(request_session(), objection_id)
    if not policy.is_own(actor(), case.objection.uscc):
        raise queries.nothing()
    return case


@own_bp.get("")
@needs(Permission.ENTERPRISE_OWN)
def index() -> str:
    """The company's objections, the newest first, and the way to its results."""
    db, uscc, page = request_session(), _uscc(), page_asked()
    mine = Objection.uscc == uscc
    total = queries.count(db, mine)
    rows = queries.rows(db, mine, limit=PAGE, offset=(page - 1) * PAGE)
    return render_template(
        "objections/own.html",
        rows=[(own, last, queries.case(db, own.id).facts) for own, last in rows],
        page=page,
        pages=max(1, -(-total // PAGE)),
    )


@own_bp.get("/results")
@needs(Permission.ENTERPRISE_OWN)
def results() -> str:
    """Every result that is recorded on the company, of estates that it served before too."""
    db, uscc = request_session(), _uscc()
    found = results_of(db, uscc)
    refs = [row.ref for row in found]
    return render_template(
        "objections/results.html",
        rows=found,
        open_refs=queries.open_refs(db, refs, uscc),
        flags=flags(db, refs),
    )


def _target(ref: str) -> Contested:
    target = contested(request_session(), ref)
    if not policy.may_file(actor(), target):
        raise queries.nothing()
    return target


def _form_page(target: Contested, form: FilingForm, problem: str = "", status: int = 200) -> tuple[str, int]:
    db = request_session()
    open_id = queries.open_refs(db, [target.ref], _uscc()).get(target.ref)
    today = clock.today()
    page = render_template(
        "objections/new.html",
        target=target,
        form=form,
        errors=[{"text": problem, "href": "#points-0"}] if problem else [],
        has_errors=bool(problem),
        open_id=open_id,
        accept_by=deadlines.last_day(db, ACCEPT, today),
    )
    return page, status


@own_bp.get("/new/<path:ref>")
@needs(Permission.ENTERPRISE_OWN)
def new(ref: str) -> tuple[str, int]:
    """The form of an objection to one result."""
    return _form_page(_target(ref), FilingForm(formdata=None))


@own_bp.post("/new/<path:ref>")
@needs(Permission.ENTERPRISE_OWN)
def file(ref: str) -> AnyResponse | tuple[str, int]:
    """File the objection."""
    target, form = _target(ref), FilingForm()
    if not form.validate():
        return _form_page(target, form, status=422)
    points = [str(entry.data or "") for entry in form.points]
    files = [NewFile(one.filename or "", one.read()) for one in form.files.data or [] if one and one.filename]
    try:
        with transaction() as db:
            made = filing.file(db, actor(), target.ref, points=points, files=files, on=clock.today())
    except (NotAllowed, NotFound, Conflict):
        raise
    except DomainError as error:
        return _form_page(target, form, str(error), 422)
    flash(_told(made), "ok")
    return see_other(url_for("my_objections.case", objection_id=made.id))


def _told(made: Objection) -> str:
    """What happens next (glossary, ``next.objection``)."""
    today = clock.today()
    accept_by = deadlines.last_day(request_session(), ACCEPT, today)
    decide_by = deadlines.last_day(request_session(), DECIDE, accept_by)
    sentence = (
        "异议已提交，编号%(no)s。最迟%(d1)s告知是否受理，最迟%(d2)s作出决定。复核人员没有参与过原来的检查和决定。"
    )
    return _(sentence, no=made.number, d1=date_text(accept_by), d2=date_text(decide_by))


@own_bp.get("/<objection_id>")
@needs(Permission.ENTERPRISE_OWN)
def case(objection_id: str) -> str:
    """Where the objection stands: its clock, steps, answers and documents."""
    db, found = request_session(), _own(objection_id)
    return render_template("objections/own_case.html", **shared(found), form=PlainForm(formdata=None),
                           may_withdraw=found.last.step in OPEN_STEPS,
                           office=office_words(db, found.objection.level, found.objection.division_code))  # fmt: skip


def shared(found: queries.Case) -> dict[str, Any]:
    """What both sides see of an objection."""
    db = request_session()
    documents = {step.document_id: notices.document(db, step.document_id) for step in found.steps if step.document_id}
    clocks = deadlines.of_subjects(db, [subject_of(found.objection.id)]).get(subject_of(found.objection.id), [])
    return {
        "found": found,
        "documents": documents,
        "clock_now": next((one for one in clocks if one.closed_at is None), None),
        "clocks": clocks,
        "said": saying.said(found),
        "flags": flags(db, [found.objection.ref]).get(found.objection.ref, ()),
    }


@own_bp.post("/<objection_id>/withdraw")
@needs(Permission.ENTERPRISE_OWN)
def withdraw(objection_id: str) -> AnyResponse:
    """Take the objection back."""
    with transaction() as db:
        filing.withdraw(db, actor(), objection_id, on=clock.today(), seen=seen())
    flash(_("异议已撤回。"), "ok")
    return see_other(url_for("my_objections.case", objection_id=objection_id))


@own_bp.get("/<objection_id>/files/<sha256>")
@needs(Permission.ENTERPRISE_OWN)
def own_file(objection_id: str, sha256: str) -> Response:
    """A file that the company handed in."""
    _own(objection_id)
    one = file_of(request_session(), objection_id, sha256)
    return sent(store().read(one.sha256), one.media_type, one.sha256[:12])


@own_bp.get("/<objection_id>/documents/<document_id>.pdf")
@needs(Permission.ENTERPRISE_OWN)
def document(objection_id: str, document_id: str) -> Response:
    """A document of the objection."""
    found = _own(objection_id)
    if document_id not in {step.document_id for step in found.steps} - {""}:
        raise NotFound(_("没有找到这份文书。"))
    return paper(document_id, found.objection.number)
