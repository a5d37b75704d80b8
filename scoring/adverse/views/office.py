"""The office's side: cases on their way, service, paper statements, answers, hearings, the legal review, side flags."""

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel import audit, clock
from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import NotFound
from portal.kernel.forms import Form
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from scoring.adverse import files, policy, queries, service, words
from scoring.adverse.cases import Case, cases_of
from scoring.adverse.forms import AnswerForm, ArrangeForm, MarkForm, MinutesForm, PointForm, ReviewForm
from scoring.adverse.views.blueprint import asked_case, bp, done, file_answer, shown

FORMS: dict[str, type[Form]] = {
    "point": PointForm,
    "arrange": ArrangeForm,
    "minutes": MinutesForm,
    "review": ReviewForm,
}


@bp.get("/adverse")
@needs(Permission.ADVERSE_READ)
def index() -> str:
    """Every case on its way, with the points that wait."""
    db = request_session()
    cases = cases_of(db)
    cases.sort(key=lambda case: (case.due_on or clock.today(), case.ref))
    waiting = queries.unanswered(db, [case.ref for case in cases])
    shown_first = [case for case in cases if case.chain != "list-red" or case.ref in waiting]
    return render_template(
        "adverse/index.html", cases=shown_first, waiting=waiting, hidden=len(cases) - len(shown_first)
    )


@bp.get("/adverse/<any(list, veto):kind>/<case_id>")
@needs(Permission.ADVERSE_READ)
def case(kind: str, case_id: str) -> tuple[str, int]:
    """One case on its way."""
    return page_of(asked_case(kind, case_id))


def page_of(case: Case, failed: tuple[str, Form] | None = None, status: int = 200) -> tuple[str, int]:
    """The page; ``failed`` is the form that comes back with what was typed."""
    db, who = request_session(), actor()
    forms: dict[str, Any] = {name: form(formdata=None) for name, form in FORMS.items()}
    if failed:
        forms[failed[0]] = failed[1]
    found = shown(case)
    last = found["hearing"][-1].step if found["hearing"] else ""
    is_over = case.due_on is not None and case.due_on < clock.today()
    adverse = case.chain != "list-red"
    flags = queries.marked(db, [case.ref]).get(case.ref, [])
    page = render_template(
        "adverse/case.html",
        forms=forms,
        failed=failed[1] if failed else None,
        may_handle=policy.may_handle(who),
        can_arrange=policy.may_handle(who) and last in ("asked", "arranged"),
        can_hold=policy.may_handle(who) and last == "arranged",
        can_review=adverse and is_over and case.state in ("response_open", "hearing") and policy.may_review(who, case),
        reviews=queries.reviews(db, case.ref),
        flags={mark.code: mark for mark in flags},
        may_mark={code: policy.may_mark(who, code) and case.served_on is not None for code in ("review", "stayed")},
        contacts=_contacts(db, found["points"]),
        **found,
    )
    return page, status


def _contacts(db: Session, points: list[queries.PointView]) -> dict[str, str]:
    """How to reach members of the public whose point still waits; only who answers sees it."""
    if not policy.may_handle(actor()):
        return {}
    found = {
        point.id: service.contact_of(db, actor(), point.id)
        for point in points
        if point.party == "public" and not point.verdict
    }
    if found:  # who looked at it stands in the log, before it is shown
        with transaction() as writing:
            audit.record(writing, actor(), "adverse.contact-read", points[0].ref, {"points": sorted(found)})
    return found


def _act(case: Case, name: str, form: Form, deed: Any, sentence: str) -> AnyResponse | tuple[str, int]:
    return _back(case, sentence) if done(form, deed) else page_of(case, (name, form), 422)


def _back(case: Case, sentence: str) -> AnyResponse:
    flash(sentence, "ok")
    return redirect(url_for(".case", kind=case.kind, case_id=case.id), 303)


def _form_page(case: Case, heading: str, form: Form, submit: str, point: Any = None) -> tuple[str, int]:
    """One deed on a page of its own; 422 when the form comes back."""
    fields = [field for field in form if field.name != "csrf_token"]
    page = render_template(
        "adverse/form.html", case=case, heading=heading, form=form, fields=fields, action="", submit=submit, point=point
    )
    return page, 422 if form.errors else 200


@bp.post("/adverse/<any(list, veto):kind>/<case_id>/points")
@needs(Permission.ADVERSE_HANDLE)
def paper_point(kind: str, case_id: str) -> AnyResponse | tuple[str, int]:
    """Put a point on file that came on paper."""
    case, form = asked_case(kind, case_id), PointForm()

    def deed(db: Session) -> None:
        kept = files.keep(db, form.files.data or ())
        text = form.text.data or ""
        service.raise_point(db, actor(), case.ref, text=text, files=kept, on=clock.today(), channel="paper")

    return _act(case, "point", form, deed, _("已登记书面意见。"))


def _point(case: Case, point_id: str) -> queries.PointView:
    for point in queries.points(request_session(), case.ref):
        if point.id == point_id:
            return point
    raise NotFound(_("没有找到这条意见。"))


@bp.get("/adverse/<any(list, veto):kind>/<case_id>/points/<point_id>/answer")
@needs(Permission.ADVERSE_HANDLE)
def answer_form(kind: str, case_id: str, point_id: str) -> tuple[str, int]:
    """The form below the point."""
    case = asked_case(kind, case_id)
    return _form_page(case, _("答复意见"), AnswerForm(formdata=None), _("答复"), _point(case, point_id))


@bp.post("/adverse/<any(list, veto):kind>/<case_id>/points/<point_id>/answer")
@needs(Permission.ADVERSE_HANDLE)
def answer(kind: str, case_id: str, point_id: str) -> AnyResponse | tuple[str, int]:
    """Answer one point."""
    case, form = asked_case(kind, case_id), AnswerForm()
    point = _point(case, point_id)

    def deed(db: Session) -> None:
        said = {"verdict": form.verdict.data or "", "text": form.text.data or ""}
        service.answer_point(db, actor(), point_id, on=clock.today(), **said)

    return _back(case, _("已答复。")) if done(form, deed) else _form_page(case, _("答复意见"), form, _("答复"), point)


@bp.post("/adverse/<any(list, veto):kind>/<case_id>/hearing/arrange")
@needs(Permission.ADVERSE_HANDLE)
def arrange(kind: str, case_id: str) -> AnyResponse | tuple[str, int]:
    """Set the day and place of the hearing."""
    case, form = asked_case(kind, case_id), ArrangeForm()

    def deed(db: Session) -> None:
        place = form.place.data or ""
        service.arrange_hearing(db, actor(), case.ref, held_on=form.held_on.data, place=place, on=clock.today())

    return _act(case, "arrange", form, deed, _("已安排，企业能看到时间和地点。"))


@bp.post("/adverse/<any(list, veto):kind>/<case_id>/hearing/minutes")
@needs(Permission.ADVERSE_HANDLE)
def minutes(kind: str, case_id: str) -> AnyResponse | tuple[str, int]:
    """Record the hearing."""
    case, form = asked_case(kind, case_id), MinutesForm()

    def deed(db: Session) -> None:
        kept = files.keep(db, [form.file.data] if form.file.data else ())
        said = form.minutes.data or ""
        service.hold_hearing(db, actor(), case.ref, minutes=said, file=kept[0] if kept else "", on=clock.today())

    return _act(case, "minutes", form, deed, _("已登记笔录。"))


@bp.post("/adverse/<any(list, veto):kind>/<case_id>/review")
@needs(Permission.LEGAL_REVIEW)
def review(kind: str, case_id: str) -> AnyResponse | tuple[str, int]:
    """Give the legal opinion."""
    case, form = asked_case(kind, case_id), ReviewForm()

    def deed(db: Session) -> None:
        opinion = {"verdict": form.verdict.data or "", "opinion": form.opinion.data or ""}
        service.review(db, actor(), case.ref, on=clock.today(), **opinion)

    return _act(case, "review", form, deed, _("法制审核意见已登记。"))


MARKS = "/adverse/<any(list, veto):kind>/<case_id>/marks/<any(review, stayed):code>/<any(set, lifted):step>"


def _mark_heading(code: str, step: str) -> str:
    sentence = _("标注：%(flag)s") if step == "set" else _("取消标注：%(flag)s")
    return sentence % {"flag": words.flag_label(code)}


@bp.get(MARKS)
@needs(Permission.ADVERSE_READ)
def mark_form(kind: str, case_id: str, code: str, step: str) -> tuple[str, int]:
    """The form of a side flag."""
    require(policy.may_mark(actor(), code))
    return _form_page(asked_case(kind, case_id), _mark_heading(code, step), MarkForm(formdata=None), _("保存"))


@bp.post(MARKS)
@needs(Permission.ADVERSE_READ)
def mark(kind: str, case_id: str, code: str, step: str) -> AnyResponse | tuple[str, int]:
    """Set or lift a side flag."""
    require(policy.may_mark(actor(), code))
    case, form = asked_case(kind, case_id), MarkForm()

    def deed(db: Session) -> None:
        said = {"reason": form.reason.data or "", "document": form.document.data or ""}
        service.mark(db, actor(), case.ref, code, step=step, on=clock.today(), **said)

    if done(form, deed):
        return _back(case, _("标注已改变。"))
    return _form_page(case, _mark_heading(code, step), form, _("保存"))


@bp.get("/adverse/<any(list, veto):kind>/<case_id>/files/<sha256>")
@needs(Permission.ADVERSE_READ)
def file(kind: str, case_id: str, sha256: str) -> Response:
    """A file that was handed in."""
    return file_answer(asked_case(kind, case_id), sha256)
