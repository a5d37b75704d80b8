"""The enterprise's own credit record: every event explained, notices answered, commitments signed."""

from datetime import date

from flask import Response, flash, redirect, render_template, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.classes import Audience
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.notices import api as notices
from portal.registry import api as registry
from scoring.credit import api, commitments, documents, due_process, links, papers, queries, service
from scoring.credit.forms import AnswerForm, SignForm
from scoring.credit.models import CreditCase
from scoring.credit.views.blueprint import asked_day, bp
from scoring.credit.views.events import sent, sent_paper
from scoring.rules.credit import tariff_on


def _uscc() -> str:
    """The company of the person; every query of these pages starts from it."""
    found = actor().uscc
    if not found:
        raise NotFound(_("您的账号没有对应的企业，请联系系统管理员。"))
    return found


@bp.get("/company/credit")
@needs(Permission.ENTERPRISE_OWN)
def mine() -> str:
    """Score of a day with every event in a sentence, the notices, links to other enterprises."""
    db, uscc, (day, problem) = request_session(), _uscc(), asked_day()
    shown, told = api.score(db, "enterprise", uscc, day), list(queries.told_cases(db, uscc).itertuples(index=False))
    related = links.links(db, uscc)
    names = {code: registry.enterprise(db, code).name for link in related for code in (link.former, link.later)}
    return render_template(
        "credit/mine.html", view=registry.enterprise(db, uscc), uscc=uscc, credit=shown, tariff=tariff_on(day.isoformat()),
        as_of=day, problem=problem, told=told, titles={row.case_id: api.event_name(row.code) for row in told},
        related=related, names=names, repairable=_repairable(day, shown),
    )  # fmt: skip


def _repairable(day: date, shown: api.CreditView) -> set[str]:
    """Events of the record whose minimum time for a repair is over."""
    db = request_session()
    own = [event for event in shown.events if event.points_cp < 0]
    return {event.case_id for event in own if service.may_be_repaired(db, event.case_id, day)}


def _case(case_id: str) -> CreditCase:
    """A case of the own company of which it was told; for any other there is none."""
    db = request_session()
    case, mine = db.get(CreditCase, case_id), queries.told_cases(db, _uscc())
    if case is None or case_id not in set(mine["case_id"]):
        raise NotFound(_("没有找到这个信用事项。"))
    return case


@bp.get("/company/credit/<case_id>")
@needs(Permission.ENTERPRISE_OWN)
def my_case(case_id: str) -> tuple[str, int]:
    """One case: notice, time to answer, answers, decision."""
    return _case_page(case_id, AnswerForm(formdata=None), 200)


def _case_page(case_id: str, form: AnswerForm, status: int) -> tuple[str, int]:
    db, case = request_session(), _case(case_id)
    steps, event = queries.steps_of(db, case_id), queries.last_version(db, case_id)
    until = due_process.answer_until(db, steps)
    page = render_template(
        "credit/my_case.html", case=case, event=event, steps=steps, title=api.event_name(event.code), form=form,
        papers=[one for one in papers.of_case(db, case_id) if one.served_on], until=until,
        answers=due_process.answers_of(db, case_id),
        may_answer=steps[-1].step in ("noticed", "answered") and clock.today() <= until,
    )  # fmt: skip
    return page, status


@bp.post("/company/credit/<case_id>")
@needs(Permission.ENTERPRISE_OWN)
def answer(case_id: str) -> AnyResponse | tuple[str, int]:
    """Answer the notice."""
    _case(case_id)
    form = AnswerForm()
    if form.validate():
        try:
            with transaction() as db:
                file = documents.keep(db, form.file.data.stream, Audience.PARTY) if form.file.data else ""
                body = form.body.data or ""
                due_process.answer(db, actor(), case_id, body=body, file_sha256=file, on=clock.today())
        except (NotAllowed, NotFound, Conflict):
            raise
        except DomainError as error:
            form.form_errors.append(str(error))
        else:
            flash(_("陈述、申辩已提交。作出决定时会逐项答复。"), "ok")
            return redirect(url_for("credit.my_case", case_id=case_id), 303)
    return _case_page(case_id, form, 422)


@bp.get("/company/credit/<case_id>/answers/<answer_id>/document")
@needs(Permission.ENTERPRISE_OWN)
def my_answer_file(case_id: str, answer_id: str) -> Response:
    """What the company itself handed in."""
    _case(case_id)
    return sent(documents.read_answer(request_session(), answer_id, case_id))


@bp.get("/company/credit/<case_id>/papers/<document_id>.pdf")
@needs(Permission.ENTERPRISE_OWN)
def my_paper(case_id: str, document_id: str) -> Response:
    """A document that was served on the company."""
    _case(case_id)
    if notices.served_on(request_session(), document_id) is None:
        raise NotFound(_("没有找到这份文书。"))
    return sent_paper(case_id, document_id)


# --- commitments ------------------------------------------------------------------------------------------------------


@bp.get("/company/commitments")
@needs(Permission.ENTERPRISE_OWN)
def my_commitments() -> str:
    """What the company signed, and what it can sign."""
    signed = commitments.of_enterprise(request_session(), _uscc())
    held = {one.template.code for one in signed if one.is_in_force(clock.today())}
    offered = [one for code, one in commitments.templates().items() if code not in held]
    return render_template("credit/my_commitments.html", signed=signed, offered=offered, today=clock.today())


@bp.route("/company/commitments/<code>", methods=["GET", "POST"])
@needs(Permission.ENTERPRISE_OWN)
def sign(code: str) -> AnyResponse | tuple[str, int]:
    """Read a commitment and sign it."""
    template, form, _own = commitments.template(code), SignForm(), _uscc()
    if form.validate_on_submit():
        try:
            with transaction() as db:
                made = commitments.sign(db, actor(), code, signer=form.signer.data or "", on=clock.today())
        except (NotAllowed, NotFound, Conflict):
            raise
        except DomainError as error:
            form.form_errors.append(str(error))
        else:
            flash(_("已签署，编号%(number)s。", number=made.number), "ok")
            return redirect(url_for("credit.my_commitments"), 303)
    page = render_template("credit/sign.html", template=template, form=form)
    return page, 422 if form.errors else 200


@bp.get("/company/commitments/<commitment_id>/paper.pdf")
@needs(Permission.ENTERPRISE_OWN)
def my_commitment_paper(commitment_id: str) -> Response:
    """The signed paper of the own company."""
    found = commitments.commitment(request_session(), commitment_id)
    if found.uscc != _uscc():
        raise NotFound(_("没有找到这份承诺书。"))
    return Response(notices.pdf(request_session(), found.document_id), mimetype="application/pdf")
