"""The pages of vetoes: what is on its way, propose one, decide, drop or revoke one."""

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers.response import Response as AnyResponse
from wtforms.fields.choices import SelectChoice

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.classes import Audience
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotAllowed, NotFound
from portal.kernel.forms import Form
from portal.kernel.i18n import _, language
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry
from scoring.adverse import api as adverse
from scoring.surveys import api as surveys
from scoring.vetoes import described, policy, queries, service, work
from scoring.vetoes.forms import DecisionForm, ProposalForm, WhyForm

bp = Blueprint("vetoes", __name__, template_folder="../templates", url_prefix="/vetoes")


def _done(form: Form, deed: Callable[[Session], Any]) -> bool:
    if not form.validate():
        return False
    try:
        with transaction() as db:
            deed(db)
    except NotAllowed:
        raise
    except DomainError as error:
        form.form_errors.append(str(error))
        return False
    return True


@bp.get("")
@needs(Permission.ADVERSE_READ)
def index() -> str:
    """Cases with their states, and hints that wait for a look."""
    db = request_session()
    cases = list(described.many(db, [case for case, _last in queries.cases(db)]).values())
    found = work.hints(db) if actor().may(Permission.VETO_PROPOSE) else []
    names = registry.estate_names(db, {hint.estate_code for hint in found})
    can_propose = actor().may(Permission.VETO_PROPOSE)
    return render_template("vetoes/index.html", cases=cases, hints=found, names=names, can_propose=can_propose)


@bp.get("/new")
@needs(Permission.VETO_PROPOSE)
def new() -> tuple[str, int]:
    """The form; a hint fills it in."""
    form = ProposalForm(formdata=None)
    ref = request.args.get("hint", "")
    hint = next((one for one in work.hints(request_session()) if one.ref == ref), None)
    form.year.data = clock.today().year
    if hint:
        form.estate_code.data, form.year.data, form.hint.data = hint.estate_code, hint.year, hint.ref
        form.veto_code.data, form.facts.data = hint.veto_code, hint.text
    else:
        form.estate_code.data = request.args.get("estate_code", "")
    return _form_page(form)


def _form_page(form: ProposalForm, status: int = 200) -> tuple[str, int]:
    form.veto_code.choices = _grounds()
    return render_template("vetoes/new.html", form=form), status


def _grounds() -> list[SelectChoice]:
    grounds = surveys.veto_grounds(clock.today().year)
    named = [SelectChoice(one.code, f"{one.code} {one.name(language())}") for one in grounds]
    return [SelectChoice("", _("请选择")), *named]


@bp.post("/new")
@needs(Permission.VETO_PROPOSE)
def propose() -> AnyResponse | tuple[str, int]:
    """Open the case: the notice is issued and, where that can be done, served."""
    form, made = ProposalForm(), []
    form.veto_code.choices = _grounds()

    def deed(db: Session) -> None:
        kept = adverse.keep_files(db, form.evidence.data or (), Audience.PARTY)
        wanted = service.NewVeto(
            form.year.data or 0, (form.estate_code.data or "").strip().upper(), form.veto_code.data,
            form.facts.data or "", kept, form.responsibility.data or "", form.hint.data or "",
        )  # fmt: skip
        made.append(service.propose(db, actor(), wanted, on=clock.today()))

    if not _done(form, deed):
        return _form_page(form, 422)
    flash(_("已提出，告知书已制作。没有电子送达确认书的，请用书面方式送达，并登记送达凭证。"), "ok")
    return redirect(url_for("vetoes.case", case_id=made[0]), 303)


def _page(case_id: str, failed: Form | None = None, status: int = 200) -> tuple[str, int]:
    db = request_session()
    case = service.case_by_id(db, case_id)
    view = described.one(db, case)
    may = policy.may_decide(actor(), view.proposer)
    wanted = DecisionForm if view.state == "review" else WhyForm
    form = failed if isinstance(failed, wanted) else wanted(formdata=None)
    page = render_template(
        "vetoes/case.html",
        row=case,
        case=view,
        ground=described.ground_of(case),
        estate=registry.estate(db, case.estate_code),
        company=registry.enterprise(db, case.uscc),
        evidence=json.loads(case.evidence),
        may=may,
        form=form,
        failed=failed,
    )
    return page, status


@bp.get("/<case_id>")
@needs(Permission.ADVERSE_READ)
def case(case_id: str) -> tuple[str, int]:
    """One case: facts, evidence, what can be done next."""
    return _page(case_id)


@bp.post("/<case_id>/decide")
@needs(Permission.VETO_DECIDE)
def decide(case_id: str) -> AnyResponse | tuple[str, int]:
    """Decide a reviewed case."""
    form = DecisionForm()
    vetoed, why = form.outcome.data == "veto", form.why.data or ""
    if not _done(form, lambda db: service.decide(db, actor(), case_id, vetoed=vetoed, why=why, on=clock.today())):
        return _page(case_id, form, 422)
    flash(_("已作出决定。决定书送达之日起生效。"), "ok")
    return redirect(url_for("vetoes.case", case_id=case_id), 303)


@bp.post("/<case_id>/<any(drop, revoke):verb>")
@needs(Permission.VETO_DECIDE)
def end(case_id: str, verb: str) -> AnyResponse | tuple[str, int]:
    """Drop a proposal before it is served, or revoke a veto in force."""
    form, deed = WhyForm(), service.drop if verb == "drop" else service.revoke
    why = form.why.data or ""
    if not _done(form, lambda db: deed(db, actor(), case_id, why=why, on=clock.today())):
        return _page(case_id, form, 422)
    flash(_("已终止。") if verb == "drop" else _("已撤销，评价结果同时更正。"), "ok")
    return redirect(url_for("vetoes.case", case_id=case_id), 303)


@bp.get("/<case_id>/files/<sha256>")
@needs(Permission.ADVERSE_READ)
def evidence(case_id: str, sha256: str) -> Response:
    """A file of the annex, for the office."""
    db = request_session()
    if sha256 not in json.loads(service.case_by_id(db, case_id).evidence):
        raise NotFound(_("没有找到这个文件。"))
    data, media_type, name = adverse.read_file(db, sha256)
    answer = Response(data, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
