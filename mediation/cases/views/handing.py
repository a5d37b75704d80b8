"""Codes that were lost or used up: handed out to somebody who was seen, sent as a text message, or taken by the party itself."""

from flask import Response, current_app, flash, render_template
from werkzeug.wrappers.response import Response as AnyResponse

from mediation.cases import reading
from mediation.cases.forms import HandForm
from mediation.cases.reading import CaseView, PartyView
from mediation.cases.service import codes
from mediation.cases.views.blueprint import both, bp, private, see
from mediation.cases.views.seeing import seen_case
from portal.kernel import sms
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotAllowed, NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.receipts.api import printed


def _named(case_id: str, party_id: str) -> tuple[CaseView, PartyView]:
    view = seen_case(case_id)
    who = next((one for one in view.parties if one.id == party_id), None)
    if who is None:
        raise NotFound(_("没有找到这位当事人。"))
    return view, who


def _shown(view: CaseView, who: PartyView, code: str, is_progress: bool) -> Response:
    return private(
        render_template(
            "cases/code.html",
            view=view,
            who=who,
            code=printed(code),
            by_code=actor().role is None,
            is_progress=is_progress,
        )
    )


@bp.get("/<case_id>/codes/<party_id>")
@needs(Permission.MEDIATION_READ)
def hand_form(case_id: str, party_id: str) -> Response:
    """How a party gets a code again: by whom it was seen, or by text message."""
    view, who = _named(case_id, party_id)
    if view.who.part not in ("registrar", "mediator") or who.uscc or who.left_on:
        raise NotFound(_("没有找到这位当事人。"))
    return _form(view, who, HandForm(view.who.part == "registrar" and who.side == "applicant", bool(who.phone)))


def _form(view: CaseView, who: PartyView, form: HandForm, status: int = 200) -> Response:
    return private(render_template("cases/hand.html", view=view, who=who, form=form), status)


@both("/<case_id>/codes/<party_id>", "POST")
def new_code(case_id: str, party_id: str) -> AnyResponse:
    """A fresh code; the page shows it this once, or the phone alone does."""
    view, who = _named(case_id, party_id)
    if view.who.is_party:
        with transaction() as db:
            code = codes.new_entry_code(db, actor(), party_id)
        return _shown(view, who, code, is_progress=False)
    form = HandForm(view.who.part == "registrar" and who.side == "applicant", bool(who.phone))
    if not form.validate():
        return _form(view, who, form, 422)
    try:
        return _handed(view, who, form.way.data)
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.form_errors.append(str(error))
        return _form(view, who, form, 422)


def _handed(view: CaseView, who: PartyView, way: str) -> AnyResponse:
    with transaction() as db:
        if way == "sms":
            message = codes.send_entry_code(db, actor(), who.id)
        elif way == "progress":
            code = codes.new_progress_code(db, actor(), view.id, way="seen")
        else:
            code = codes.new_entry_code(db, actor(), who.id, way="seen")
    if way != "sms":
        return _shown(view, who, code, is_progress=way == "progress")
    sms.hand_over(message, wait=current_app.testing)
    flash(_("入门码已经用短信发给本人。"), "ok")
    return see("case", case_id=view.id)


@both("/<case_id>/progress-code", "POST")
def new_progress(case_id: str) -> Response:
    """An applicant takes a new code of the progress."""
    view = reading.case_view(request_session(), actor(), case_id)
    own = next((one for one in view.parties if one.is_me and one.side == "applicant"), None)
    if own is None:
        raise NotAllowed(_("您没有办理此事项的权限。工作需要时，请联系系统管理员。"))
    with transaction() as db:
        code = codes.new_progress_code(db, actor(), case_id)
    return _shown(view, own, code, is_progress=True)
