"""The company's side: its cases, one case with what was told, points with files, the wish to be heard in person."""

from flask import Response, flash, redirect, render_template, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from scoring.adverse import files, policy, service
from scoring.adverse.cases import Case, cases_of
from scoring.adverse.forms import PlainForm, PointForm
from scoring.adverse.views.blueprint import asked_case, bp, done, file_answer, shown


def _own(kind: str, case_id: str) -> Case:
    """A case of the reader's own company whose notice was served; any other is not there."""
    case = asked_case(kind, case_id)
    if not policy.may_respond(actor(), case) or case.served_on is None:
        raise NotFound(_("没有找到这份告知书。"))
    return case


@bp.get("/company/decisions")
@needs(Permission.ENTERPRISE_OWN)
def company() -> str:
    """What the office intends or decided about the company, the newest first."""
    uscc = actor().uscc
    cases = cases_of(request_session(), uscc) if uscc else []
    cases.sort(key=lambda case: (case.served_on or clock.today(), case.ref), reverse=True)
    return render_template("adverse/company.html", cases=cases)


@bp.get("/company/decisions/<any(list, veto):kind>/<case_id>")
@needs(Permission.ENTERPRISE_OWN)
def company_case(kind: str, case_id: str) -> tuple[str, int]:
    """One case: the notice, until when one may answer, what was said and answered."""
    return _page(_own(kind, case_id), PointForm(formdata=None))


def _page(case: Case, form: PointForm, status: int = 200) -> tuple[str, int]:
    until = shown(case)
    hearing = until["hearing"]
    last = hearing[-1].step if hearing else ""
    can_ask = not hearing and case.state == "response_open" and until["hearing_until"] >= clock.today()
    page = render_template(
        "adverse/company_case.html",
        form=form,
        plain=PlainForm(formdata=None),
        can_ask=can_ask,
        can_withdraw=last in ("asked", "arranged"),
        **until,
    )
    return page, status


@bp.post("/company/decisions/<any(list, veto):kind>/<case_id>/points")
@needs(Permission.ENTERPRISE_OWN)
def company_point(kind: str, case_id: str) -> AnyResponse | tuple[str, int]:
    """State one point."""
    case, form = _own(kind, case_id), PointForm()

    def deed(db: object) -> None:
        kept = files.keep(db, form.files.data or ())  # type: ignore[arg-type]
        service.raise_point(db, actor(), case.ref, text=form.text.data or "", files=kept, on=clock.today())  # type: ignore[arg-type]

    if not done(form, deed):
        return _page(case, form, 422)
    flash(_("意见已提交。每一条意见都会得到书面答复。"), "ok")
    return redirect(url_for(".company_case", kind=kind, case_id=case_id), 303)


@bp.post("/company/decisions/<any(list, veto):kind>/<case_id>/hearing/<any(ask, withdraw):verb>")
@needs(Permission.ENTERPRISE_OWN)
def company_hearing(kind: str, case_id: str, verb: str) -> AnyResponse | tuple[str, int]:
    """Ask to be heard in person, or no longer."""
    case, form = _own(kind, case_id), PlainForm()
    deed = service.ask_hearing if verb == "ask" else service.withdraw_hearing
    if not done(form, lambda db: deed(db, actor(), case.ref, on=clock.today())):
        page = PointForm(formdata=None)
        page.form_errors = list(form.form_errors)
        return _page(case, page, 422)
    flash(_("已提出。我们会告诉您时间和地点。") if verb == "ask" else _("已撤回。"), "ok")
    return redirect(url_for(".company_case", kind=kind, case_id=case_id), 303)


@bp.get("/company/decisions/<any(list, veto):kind>/<case_id>/files/<sha256>")
@needs(Permission.ENTERPRISE_OWN)
def company_file(kind: str, case_id: str, sha256: str) -> Response:
    """A file that the company handed in."""
    return file_answer(_own(kind, case_id), sha256)
