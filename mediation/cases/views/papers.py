"""Papers of a case: to read, to sign, to take along, to verify; the draft of an agreement; sessions as calendar entries."""

from datetime import timedelta
from typing import Any

from flask import Response, flash, render_template
from icalendar import Calendar, Event
from werkzeug.wrappers.response import Response as AnyResponse

from mediation.cases import policy, printing, reading, words
from mediation.cases.forms import SignForm, TermsForm
from mediation.cases.models.record import TALKING
from mediation.cases.reading import CaseView
from mediation.cases.service import agreeing, record, sessions, talking
from mediation.cases.service.papers import PaperView
from mediation.cases.service.sessions import SessionView
from mediation.cases.service.talking import term_of
from mediation.cases.views.blueprint import both, bp, private, see
from mediation.cases.views.pages import named
from mediation.cases.views.seeing import seen_case
from mediation.cases.views.terms import prepare, terms_of
from mediation.roster import api as roster
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session

AHEAD = timedelta(days=60)


def _paper(paper_id: str) -> tuple[CaseView, PaperView]:
    db = request_session()
    found = reading.paper(db, actor(), paper_id)
    return seen_case(found.case_id), found


def _signs(view: CaseView, found: PaperView) -> tuple[bool, list[tuple[str, str]]]:
    """Whether the reader's own signature is missing, and (for the mediator) which parties may have signed on paper."""
    there = {one.signer for one in found.signatures}
    if found.kind not in ("agreement", "minutes") or (
        found.kind == "agreement" and view.state not in ("agreed", "partial")
    ):
        return False, []
    if view.who.part == "mediator":
        sides = ("applicant", "respondent") if (wall := found.content.get("wall", "joint")) == "joint" else (wall,)
        absent = [one for one in view.parties if one.id not in there and one.side in sides and not one.spoken_for_by]
        names = named(view)
        return actor().login not in there, [(one.id, names[one.id]) for one in absent if one.left_on is None]
    own = next((one for one in view.parties if one.is_me), None)
    return own is not None and own.id not in there and not own.spoken_for_by, []


def _page(paper_id: str, failed: SignForm | None = None, status: int = 200) -> Response:
    view, found = _paper(paper_id)
    may_sign, absent = _signs(view, found)
    form = failed or SignForm(formdata=None, data={"sha256": found.sha256})
    form.signer.choices = [("", _("请选择")), *absent]
    terms = [term_of(one) for one in found.content.get("terms", [])]
    page = render_template(
        "cases/paper.html", view=view, paper=found, terms=terms, names=named(view), form=form, may_sign=may_sign,
        absent=absent,
    )  # fmt: skip
    return private(page, status)


@both("/papers/<paper_id>")
def paper(paper_id: str) -> Response:
    """A paper, with the place to sign."""
    return _page(paper_id)


@both("/papers/<paper_id>/sign", "POST")
def sign(paper_id: str) -> AnyResponse:
    """Sign what the page showed; the mediator may note a signature on paper."""
    view, found = _paper(paper_id)
    form = SignForm()
    if not form.validate():
        return _page(paper_id, form, 422)
    try:
        with transaction() as db:
            if form.signer.data and view.who.part == "mediator":
                agreeing.sign_on_paper(db, actor(), paper_id, form.signer.data, form.sha256.data or "")
            else:
                agreeing.sign(db, actor(), paper_id, form.sha256.data or "")
    except (NotAllowed, NotFound, Conflict):
        raise
    except DomainError as error:
        form.form_errors.append(str(error))
        return _page(paper_id, form, 422)
    flash(_("签署已经记下。"), "ok")
    return see("paper", paper_id=found.id)


def _download(data: bytes, media_type: str, name: str) -> Response:
    answer = Response(data, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@both("/papers/<paper_id>.pdf")
def paper_pdf(paper_id: str) -> Response:
    """A paper to print."""
    _paper(paper_id)
    return _download(printing.pdf(request_session(), actor(), paper_id), "application/pdf", f"{paper_id}.pdf")


@both("/papers/<paper_id>.docx")
def paper_docx(paper_id: str) -> Response:
    """A paper for Word."""
    _paper(paper_id)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return _download(printing.docx(request_session(), actor(), paper_id), kind, f"{paper_id}.docx")


@both("/<case_id>/bundle.zip")
def bundle(case_id: str) -> Response:
    """What the court needs to confirm the agreement."""
    view = seen_case(case_id)
    data = printing.bundle(request_session(), actor(), case_id)
    return _download(data, "application/zip", f"{view.code}.zip")


def _may_draft(case_id: str) -> CaseView:
    view = reading.case_view(request_session(), actor(), case_id)
    if not policy.may_mediate(view.who):
        raise NotAllowed(_("您没有办理此事项的权限。工作需要时，请联系系统管理员。"))
    if view.state not in TALKING:
        raise Conflict(_("案件已经到了下一步，请刷新页面后再办理。"))
    return view


@bp.get("/<case_id>/draft")
@needs(Permission.MEDIATION_CASE)
def draft_form(case_id: str) -> Response:
    """Write an agreement, beginning with the last offer that somebody accepted."""
    view, form = _may_draft(case_id), TermsForm(formdata=None)
    prepare(form)
    _begin(view, form)
    return private(render_template("cases/draft.html", view=view, form=form))


def _begin(view: CaseView, form: Any) -> None:
    db = request_session()
    joint = next((one for one in talking.rooms(db, actor(), view.id) if one.wall == "joint"), None)
    made = talking.offers(db, actor(), joint.id) if joint else []
    last = next((one for one in reversed(made) if "accepted" in one.verdicts.values()), None)
    for number, term in enumerate(last.terms[:6] if last else ()):
        form[f"kind{number}"].data, form[f"side{number}"].data = term.kind, term.side
        form[f"act{number}"].data, form[f"due{number}"].data = term.act, term.due_on
        if term.amount_fen:
            form[f"amount{number}"].data = term.amount_fen / 100


@bp.post("/<case_id>/draft")
@needs(Permission.MEDIATION_CASE)
def draft(case_id: str) -> AnyResponse:
    """Put it before the parties."""
    view, form = _may_draft(case_id), TermsForm()
    prepare(form)
    if form.validate():
        try:
            with transaction() as db:
                made = agreeing.draft(
                    db, actor(), case_id, terms_of(form), text=form.text.data or "", partial=bool(form.partial.data)
                )
        except (NotAllowed, NotFound, Conflict):
            raise
        except DomainError as error:
            form.form_errors.append(str(error))
        else:
            return see("paper", paper_id=made)
    return private(render_template("cases/draft.html", view=view, form=form), 422)


@bp.get("/agenda")
@needs(Permission.MEDIATION_CASE)
def agenda() -> Response:
    """A mediator's sessions of the coming weeks."""
    db, now = request_session(), clock.now()
    found = sessions.agenda(db, actor(), now - timedelta(hours=12), now + AHEAD)
    codes = {one.case_id: reading.case_view(db, actor(), one.case_id).code for one in found}
    places = {one.code: one.name for one in roster.places(db, clock.today())}
    return private(render_template("cases/agenda.html", sessions=found, codes=codes, places=places))


@both("/<case_id>/sessions/<session_id>.ics")
def session_file(case_id: str, session_id: str) -> Response:
    """A session as a calendar entry: number of the case, time and place, and nothing of what it is about."""
    db = request_session()
    view = reading.case_view(db, actor(), case_id)
    found = next((one for one in sessions.sessions(db, actor(), case_id) if one.id == session_id), None)
    if found is None:
        raise record.no_case()
    place = next(
        (one.name for one in roster.places(db, clock.today()) if one.code == found.place_code), found.place_code
    )
    return _download(_entry(view, found, place), "text/calendar", f"{view.code}.ics")


def _entry(view: CaseView, found: SessionView, place: str) -> bytes:
    calendar, event = Calendar(), Event()
    calendar.add("prodid", "-//mediation//")
    calendar.add("version", "2.0")
    event.add("uid", found.uid)
    event.add("sequence", found.sequence)
    event.add("dtstamp", clock.now())
    event.add("dtstart", found.starts_at)
    event.add("dtend", found.ends_at)
    event.add("summary", _("调解会%(code)s", code=view.code))
    event.add("location", place)
    event.add("status", "CANCELLED" if found.step == "cancelled" else "CONFIRMED")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


@bp.app_template_global("paper_name")
def paper_name(kind: str) -> str:
    """The name of a kind of paper."""
    return str(words.PAPER_NAMES[kind])
