"""The page of a case for everybody concerned, its deeds, and the lists."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from mediation.cases import listing, policy, reading, words
from mediation.cases.models.record import KINDS, OPEN_STEPS
from mediation.cases.reading import CaseView
from mediation.cases.service import performing, sessions, talking
from mediation.cases.views.blueprint import both, bp, my_bp, private, see
from mediation.cases.views.deeds import Deed, form_of, offered
from mediation.cases.views.office_deeds import OFFICE
from mediation.cases.views.seeing import seen_case
from mediation.cases.views.talk_deeds import DESK, PARTY
from mediation.roster import api as roster
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.forms import Form
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, page_asked, party, request_session
from portal.registry import api as registry

PAGE = 50
DEEDS = (*PARTY, *OFFICE, *DESK)
TONES = {
    "declined": "plain",
    "terminated": "plain",
    "rejected": "plain",
    "breached": "late",
    "performed": "ok",
    "archived": "plain",
}


def tone(state: str) -> str:
    """The sign of a state: only a broken agreement is a warning."""
    return TONES.get(state, "soon" if state in OPEN_STEPS else "plain")


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {"case_words": words, "case_tone": tone}


def named(view: CaseView) -> dict[str, str]:
    """Author or signer (login, party's id) to the name that the reader may see."""
    db = request_session()
    found = roster.names(db, [one.login for one in view.assigned])
    for one in view.parties:
        found[one.id] = registry.enterprise(db, one.uscc).name if one.uscc else one.name
    return found


def case_page(view: CaseView, failed: tuple[str, str, Any] | None = None, status: int = 200) -> Response:
    """The page; ``failed`` is the form of a deed that was refused, with its name and what it was to be done to."""
    db, me = request_session(), actor()
    deeds = offered(DEEDS, db, me, view)
    knows = policy.may_read_names(view.who, view.state, is_opened=False)
    shown = {
        "view": view,
        "estate": registry.estate_names(db, [view.estate_code]).get(view.estate_code, view.estate_code),
        "names": named(view),
        "deeds": [_with(one, failed) for one in deeds],
        "failed": failed[2] if failed else None,
        "rooms": talking.rooms(db, me, view.id),
        "papers": reading.paper_list(db, me, view.id),
        "sessions": sessions.sessions(db, me, view.id),
        "places": {one.code: one.name for one in roster.places(db, clock.today())},
        "promises": performing.promises(db, me, view.id) if knows else [],
        "by_code": me.role is None,
    }
    return private(render_template("cases/case.html", **shown), status)


def _with(one: Any, failed: tuple[str, str, Any] | None) -> Any:
    if failed is None or (one.deed.name, one.ref) != failed[:2]:
        return one
    return type(one)(one.deed, one.ref, one.about, failed[2])


@both("/<case_id>")
def case(case_id: str) -> Response:
    """A case as the reader may see it. That the office looked at names stands in the log."""
    return case_page(seen_case(case_id))


@both("/<case_id>/do/<name>/<ref>", "POST")
def act(case_id: str, name: str, ref: str) -> AnyResponse:
    """Do a deed that the page offered."""
    db = request_session()
    view = reading.case_view(db, actor(), case_id)
    deed = next((one for one in DEEDS if one.name == name), None)
    if deed is None:
        raise NotFound(_("没有找到这个页面。可能是地址有误，也可能是内容已按规定撤下。"))
    _refuse(deed, view, ref)
    form = form_of(deed, db, actor(), view, ref, is_sent=True)
    if not _done(deed, view, ref, form):
        return case_page(view, (name, ref, form), 422)
    flash(str(deed.told), "ok")
    if deed.name == "leave_case":
        return redirect(url_for("mediation_cases.enter_form" if actor().role is None else ".index"), 303)
    return see("case", case_id=case_id)


def _refuse(deed: Deed, view: CaseView, ref: str) -> None:
    """A deed of others is forbidden; one whose time has passed is a conflict."""
    if deed.may(view) and ref in [one for one, _about in deed.refs(request_session(), actor(), view)]:
        return
    theirs = {"party": PARTY, "registrar": OFFICE, "mediator": (*DESK, *PARTY), "lawyer": DESK[-1:]}
    if deed not in theirs[view.who.part]:
        raise NotAllowed(_("您没有办理此事项的权限。工作需要时，请联系系统管理员。"))
    raise Conflict(_("案件已经到了下一步，请刷新页面后再办理。"))


def _done(deed: Deed, view: CaseView, ref: str, form: Form) -> bool:
    if not form.validate():
        return False
    try:
        with transaction() as db:
            deed.call(db, actor(), view, ref, dict(form.data))
    except (NotAllowed, NotFound, Conflict):
        raise
    except DomainError as error:
        form.form_errors.append(str(error))
        return False
    return True


@bp.get("")
@needs(Permission.MEDIATION_READ)
def index() -> str:
    """A company's own cases; the queue of a mediator or registrar, the longest waiting first."""
    db, me = request_session(), actor()
    if me.may(Permission.MEDIATION_OWN):
        lines, total, counts, page = listing.own_cases(db, me), 0, {}, 1
    else:
        state, kind, page = request.args.get("state", ""), request.args.get("kind", ""), page_asked()
        states = [state] if state in words.STATE_NAMES else list(OPEN_STEPS)
        lines, total = listing.queue(
            db, me, states=states, kind=kind if kind in KINDS else "", limit=PAGE, offset=(page - 1) * PAGE
        )
        counts = listing.counts(db, me)
    names = registry.estate_names(db, {one.estate_code for one in lines})
    return render_template(
        "cases/index.html", lines=lines, total=total, counts=counts, names=names, page=page,
        open_steps=OPEN_STEPS, pages=max(1, -(-total // PAGE)), own=me.may(Permission.MEDIATION_OWN), state=request.args.get("state", ""),
        office=me.may(Permission.MEDIATION_REGISTER), link=lambda n: url_for(".index", **{**request.args, "page": n}),
    )  # fmt: skip


@my_bp.get("")
@party
def home() -> AnyResponse:
    """The one case that the code opened."""
    lines = listing.own_cases(request_session(), actor())
    if not lines:
        raise NotFound(_("没有找到这件调解案件。"))
    return redirect(url_for("my_case.case", case_id=lines[0].id), 303)
