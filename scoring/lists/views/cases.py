"""One case: its facts, conditions and steps; its notice and its decision as documents; taking its entry off."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotAllowed, NotFound
from portal.kernel.forms import Form
from portal.kernel.i18n import _
from portal.kernel.web import actor, fresh, needs, request_session
from scoring.lists import documents, exits, policy, queries, service, words
from scoring.lists.forms import DecideForm, TakeOffForm, WithdrawalForm
from scoring.lists.models import ListCase, ListStep
from scoring.lists.views.blueprint import bp
from scoring.lists.views.work import names_of
from scoring.rules.rulesets import rule_set


def _case(case_id: str) -> tuple[ListCase, list[ListStep]]:
    case = request_session().get(ListCase, case_id)
    if case is None:
        raise NotFound(_("没有找到这个榜单事项。"))
    return case, queries.steps_of(request_session(), case_id)


def _page(case_id: str, failed: Form | None = None, status: int = 200) -> tuple[str, int]:
    db, (case, steps) = request_session(), _case(case_id)
    facts, outcomes = service.case_detail(case)
    entry, today = queries.live_entry(db, case_id), clock.today()
    is_in_force = entry is not None and (entry.valid_to is None or entry.valid_to >= today)
    may_decide = policy.may_decide(actor()) and policy.is_independent(actor(), steps[0].actor)
    ready = steps[-1].step == ("review" if case.kind == "black" else "public_notice")
    page = render_template(
        "lists/case.html",
        case=case,
        steps=steps,
        taken={step.step: step for step in steps},
        facts=facts,
        outcomes=outcomes,
        names=names_of([case]),
        rules=rule_set(case.rule_set),
        entry=entry,
        is_in_force=is_in_force,
        may_take_off=is_in_force and may_decide,
        may_decide=may_decide and ready,
        may_order=is_in_force and policy.may_propose(actor()),
        failed=failed,
        form=failed if isinstance(failed, TakeOffForm) else TakeOffForm(formdata=None),
        decide_form=failed if isinstance(failed, DecideForm) else DecideForm(formdata=None),
        order_form=failed if isinstance(failed, WithdrawalForm) else WithdrawalForm(formdata=None),
    )
    return page, status


@bp.get("/lists/cases/<case_id>")
@needs(Permission.LIST_READ)
def case(case_id: str) -> tuple[str, int]:
    """The case, opened down to the facts."""
    return _page(case_id)


def _done(case_id: str, form: Form, deed: Callable[[Session], None], sentence: str) -> AnyResponse | tuple[str, int]:
    """Do it, or show the page again with what was typed and what the domain refuses."""
    if form.validate():
        try:
            with transaction() as db:
                deed(db)
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.form_errors.append(str(error))
        else:
            flash(sentence, "ok")
            return redirect(url_for("lists.case", case_id=case_id), 303)
    return _page(case_id, form, 422)


@bp.post("/lists/cases/<case_id>/decide")
@needs(Permission.LIST_DECIDE)
@fresh
def decide_case(case_id: str) -> AnyResponse | tuple[str, int]:
    """Decide one case with its reason."""
    form = DecideForm()
    listed, why = form.outcome.data == "list", form.why.data or ""

    def deed(db: Session) -> None:
        service.decide_one(db, actor(), case_id, listed=listed, why=why, on=clock.today())

    return _done(case_id, form, deed, _("已作出决定，决定书已制作。没有在平台上送达的，请书面送达并登记。"))


@bp.post("/lists/cases/<case_id>/withdrawal")
@needs(Permission.LIST_PROPOSE)
def order_withdrawal(case_id: str) -> AnyResponse | tuple[str, int]:
    """Note that the decision was revoked: the entry goes within three working days."""
    form = WithdrawalForm()

    def deed(db: Session) -> None:
        exits.order_withdrawal(db, actor(), case_id, document=form.document.data or "", on=clock.today())

    return _done(case_id, form, deed, _("已登记，请审定人员在3个工作日内移出。"))


@bp.post("/lists/cases/<case_id>/take-off")
@needs(Permission.LIST_DECIDE)
@fresh
def take_off(case_id: str) -> AnyResponse | tuple[str, int]:
    """End the entry before its time."""
    form = TakeOffForm()

    def deed(db: Session) -> None:
        exits.take_off(db, actor(), case_id, reason=form.reason.data, why=form.why.data or "", on=clock.today())

    return _done(case_id, form, deed, _("已移出，公开页面从今天起不再显示。"))


def document_page(case_id: str, which: str, step: str) -> str:
    """A document of a case, once its step is taken."""
    case, steps = _case(case_id)
    taken = {step.step: step for step in steps}
    if step not in taken:
        raise NotFound(_("这份文书还没有制作。"))
    names, (facts, outcomes) = names_of([case]), service.case_detail(case)
    rules, begun = rule_set(case.rule_set).list_rules(case.kind), _begins(taken)
    return render_template(
        f"lists/{which}.html",
        case=case,
        taken=taken,
        step=taken[step],
        names=names,
        company=names.get(("enterprise", case.uscc or ""), case.uscc),
        findings=[f"{words.condition_name(one)}（{words.fact(one, case.year)}）" for one in outcomes if one["met"]],
        rules=rules,
        begun=begun,
        until=service.entry_ends(case.kind, case.rule_set, begun),
        entry=queries.live_entry(request_session(), case_id),
        facts=facts,
    )


def _begins(taken: dict[str, Any]) -> date:
    """The first day in force: as published, else as if it were published today."""
    return taken["effective"].on if "effective" in taken else clock.today()


def _document(case_id: str, kind: str, which: str, step: str) -> AnyResponse | str:
    """The document as issued; of a case from before documents were kept, its text from the facts of the case."""
    _case(case_id)
    issued = documents.of_case(request_session(), case_id, kind)
    if issued is not None:
        return redirect(url_for("notices.document", document_id=issued.id), 302)
    return document_page(case_id, which, step)


@bp.get("/lists/cases/<case_id>/notice")
@needs(Permission.LIST_READ)
def notice(case_id: str) -> AnyResponse | str:
    """The notice of a black case, or the announcement of a red one, to print and serve."""
    if _case(case_id)[0].kind == "black":
        return _document(case_id, documents.NOTICE, "notice", "notice_served")
    return _document(case_id, documents.PUBLIC_NOTICE, "notice", "public_notice")


@bp.get("/lists/cases/<case_id>/decision")
@needs(Permission.LIST_READ)
def decision(case_id: str) -> AnyResponse | str:
    """The decision, to print and serve."""
    return _document(case_id, documents.DECISION, "decision", "decided_list")
