"""The pages of repairs: the company applies and follows, the office decides."""

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers.response import Response as AnyResponse

from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotAllowed, NotFound
from portal.kernel.forms import Form
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.notices import api as notices
from portal.registry import api as registry
from scoring.adverse import api as adverse
from scoring.repair import policy, queries, service, targets, words
from scoring.repair.forms import ApplicationForm, DecisionForm, PlainForm, WhyForm
from scoring.repair.models import RepairCase

bp = Blueprint("repair", __name__, template_folder="../templates")


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"repair_words": words}


def _done(form: Form, deed: Callable[[Session], Any]) -> bool:
    if not form.validate():
        return False
    try:
        with transaction() as db:
            deed(db)
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.form_errors.append(str(error))
        return False
    return True


def _own_code() -> str:
    found = actor().uscc
    if not found:
        raise NotFound(_("您的账号没有对应的企业，请联系系统管理员。"))
    return found


# --- the company ------------------------------------------------------------------------------------------------------


@bp.get("/company/repairs")
@needs(Permission.ENTERPRISE_OWN)
def company() -> str:
    """What can be repaired, from when, and one's applications."""
    db, uscc, today = request_session(), _own_code(), clock.today()
    found = targets.of_company(db, uscc, today)
    cases = queries.cases(db, uscc=uscc)
    running = {case.target for case, last in cases if last.step in queries.OPEN}
    titles = {one.ref: one for one in found}
    return render_template("repair/company.html", targets=found, cases=cases, running=running, titles=titles)


def _target(kind: str, case_id: str) -> targets.Target:
    found = targets.find(request_session(), f"{kind}:{case_id}", _own_code(), clock.today())
    if found is None:
        raise NotFound(_("没有找到可以修复的事项。"))
    return found


@bp.get("/company/repairs/<any(list, credit):kind>/<case_id>/new")
@needs(Permission.ENTERPRISE_OWN)
def new(kind: str, case_id: str) -> tuple[str, int]:
    """The form, with what is needed."""
    return _form_page(_target(kind, case_id), ApplicationForm(formdata=None))


def _form_page(target: targets.Target | None, form: ApplicationForm, status: int = 200, **more: Any) -> tuple[str, int]:
    text = adverse.commitment()
    return render_template("repair/new.html", target=target, form=form, commitment=text, **more), status


@bp.post("/company/repairs/<any(list, credit):kind>/<case_id>/new")
@needs(Permission.ENTERPRISE_OWN)
def apply(kind: str, case_id: str) -> AnyResponse | tuple[str, int]:
    """Hand it in: accepted on the spot, or told at once what is missing."""
    target, form, made = _target(kind, case_id), ApplicationForm(), []

    def deed(db: Session) -> None:
        kept = adverse.keep_files(db, form.files.data or ())
        made.append(service.apply(db, actor(), target.ref, files=kept, on=clock.today(), **_said(form)))

    if not _done(form, deed):
        return _form_page(target, form, 422)
    flash(_("申请已提交。材料齐全的，3个工作日内作出决定；材料不齐的，一次告诉您缺什么。"), "ok")
    return redirect(url_for("repair.company_case", case_id=made[0]), 303)


def _said(form: ApplicationForm) -> dict[str, Any]:
    return {
        "statement": form.statement.data or "",
        "is_committed": bool(form.is_committed.data),
        "signer": form.signer.data or "",
    }


def _own_case(case_id: str) -> RepairCase:
    case = service.case_by_id(request_session(), case_id)
    if not policy.may_apply(actor(), case.uscc):
        raise NotFound(_("没有找到这件修复申请。"))
    return case


def _shown(case: RepairCase) -> dict[str, Any]:
    db = request_session()
    clocks = deadlines.of_subjects(db, [service.ref_of(case)]).get(service.ref_of(case), [])
    return {
        "case": case,
        "target": targets.find(db, case.target, case.uscc, clock.today()),
        "steps": queries.steps_of(db, case.id),
        "papers": [(paper, json.loads(paper.files)) for paper in queries.papers(db, case.id)],
        "documents": notices.documents_of(db, service.ref_of(case)),
        "deadline": next((one for one in clocks if one.closed_at is None), None),
        "refusal": words.refusal_said(case.id, queries.steps_of(db, case.id)),
    }


@bp.get("/company/repairs/<case_id>")
@needs(Permission.ENTERPRISE_OWN)
def company_case(case_id: str) -> tuple[str, int]:
    """One application of the own company."""
    return _company_page(_own_case(case_id), ApplicationForm(formdata=None))


def _company_page(case: RepairCase, form: ApplicationForm, status: int = 200) -> tuple[str, int]:
    plain, text = PlainForm(formdata=None), adverse.commitment()
    return render_template("repair/company_case.html", form=form, plain=plain, commitment=text, **_shown(case)), status


@bp.post("/company/repairs/<case_id>/supplement")
@needs(Permission.ENTERPRISE_OWN)
def supplement(case_id: str) -> AnyResponse | tuple[str, int]:
    """Hand in what was missing."""
    case, form, accepted = _own_case(case_id), ApplicationForm(), []

    def deed(db: Session) -> None:
        kept = adverse.keep_files(db, form.files.data or ())
        accepted.append(service.supplement(db, actor(), case_id, files=kept, on=clock.today(), **_said(form)))

    if not _done(form, deed):
        return _company_page(case, form, 422)
    flash(_("已受理。") if accepted[0] else _("材料仍不齐全，不予修复。"), "ok" if accepted[0] else "late")
    return redirect(url_for("repair.company_case", case_id=case_id), 303)


@bp.post("/company/repairs/<case_id>/withdraw")
@needs(Permission.ENTERPRISE_OWN)
def withdraw(case_id: str) -> AnyResponse | tuple[str, int]:
    """Take the application back."""
    case, form = _own_case(case_id), PlainForm()
    if not _done(form, lambda db: service.withdraw(db, actor(), case_id, on=clock.today())):
        page = ApplicationForm(formdata=None)
        page.form_errors = list(form.form_errors)
        return _company_page(case, page, 422)
    flash(_("已撤回。"), "ok")
    return redirect(url_for("repair.company_case", case_id=case_id), 303)


@bp.get("/company/repairs/<case_id>/files/<sha256>")
@needs(Permission.ENTERPRISE_OWN)
def company_file(case_id: str, sha256: str) -> Response:
    """A file of one's own application."""
    return _file(_own_case(case_id), sha256)


def _file(case: RepairCase, sha256: str) -> Response:
    db = request_session()
    if sha256 not in {sha for paper in queries.papers(db, case.id) for sha in json.loads(paper.files)}:
        raise NotFound(_("没有找到这个文件。"))
    data, media_type, name = adverse.read_file(db, sha256)
    answer = Response(data, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# --- the office -------------------------------------------------------------------------------------------------------


@bp.get("/repairs")
@needs(Permission.ADVERSE_READ)
def index() -> str:
    """Every application, the newest first."""
    db = request_session()
    cases = queries.cases(db)
    names = registry.enterprise_names(db) if cases else {}
    clocks = deadlines.of_subjects(db, [service.ref_of(case) for case, _last in cases])
    due = {ref: next((one for one in rows if one.closed_at is None), None) for ref, rows in clocks.items()}
    return render_template("repair/index.html", cases=cases, names=names, due=due)


@bp.get("/repairs/<case_id>")
@needs(Permission.ADVERSE_READ)
def case(case_id: str) -> tuple[str, int]:
    """One application: what was handed in, and the decision."""
    return _office_page(service.case_by_id(request_session(), case_id))


def _office_page(case: RepairCase, failed: Form | None = None, status: int = 200) -> tuple[str, int]:
    found = _shown(case)
    may = policy.may_decide(actor(), service.hands_on_target(request_session(), case, clock.today()))
    form = failed if isinstance(failed, DecisionForm) else DecisionForm(formdata=None)
    why = failed if isinstance(failed, WhyForm) else WhyForm(formdata=None)
    company = registry.enterprise(request_session(), case.uscc)
    again = found["target"] is not None and targets.has_happened_again(
        request_session(), found["target"], clock.today()
    )
    page = render_template(
        "repair/case.html", may=may, form=form, why=why, failed=failed, company=company, again=again, **found
    )
    return page, status


@bp.post("/repairs/<case_id>/decide")
@needs(Permission.REPAIR_DECIDE)
def decide(case_id: str) -> AnyResponse | tuple[str, int]:
    """Approve or refuse."""
    case, form = service.case_by_id(request_session(), case_id), DecisionForm()

    def deed(db: Session) -> None:
        approved, code = form.outcome.data == "approve", form.code.data or ""
        service.decide(db, actor(), case_id, approved=approved, code=code, why=form.why.data or "", on=clock.today())

    if not _done(form, deed):
        return _office_page(case, form, 422)
    flash(_("已作出决定。准予修复的，公示和使用同时停止。"), "ok")
    return redirect(url_for("repair.case", case_id=case_id), 303)


@bp.post("/repairs/<case_id>/extend")
@needs(Permission.REPAIR_DECIDE)
def extend(case_id: str) -> AnyResponse | tuple[str, int]:
    """Three working days more."""
    case, form = service.case_by_id(request_session(), case_id), WhyForm()
    if not _done(form, lambda db: service.extend(db, actor(), case_id, why=form.more.data or "", on=clock.today())):
        return _office_page(case, form, 422)
    flash(_("已延长3个工作日。"), "ok")
    return redirect(url_for("repair.case", case_id=case_id), 303)


@bp.get("/repairs/<case_id>/files/<sha256>")
@needs(Permission.ADVERSE_READ)
def file(case_id: str, sha256: str) -> Response:
    """A file of an application."""
    return _file(service.case_by_id(request_session(), case_id), sha256)
