"""Anybody's side: a point about an entry on public notice. The page carries a form token, so nobody may keep it."""

from flask import Response, make_response, render_template, request

from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import public
from scoring.adverse import service
from scoring.adverse.cases import Case
from scoring.adverse.forms import PublicPointForm
from scoring.adverse.views.blueprint import asked_case, bp, done


def _on_notice(case_id: str) -> Case:
    """A red case on public notice today; nothing about any other case can be learned here."""
    case = asked_case("list", case_id)
    if case.chain != "list-red" or not case.is_open_on(clock.today()):
        raise NotFound(_("这一事项现在不在公示期内。"))
    return case


def _private(page: str, status: int = 200) -> Response:
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/lists/notices/<case_id>/object")
@public
def objection(case_id: str) -> Response:
    """The form."""
    case = _on_notice(case_id)
    return _private(
        render_template("adverse/objection.html", case=case, form=PublicPointForm(formdata=None), number="")
    )


@bp.post("/lists/notices/<case_id>/object")
@public
def object_(case_id: str) -> Response:
    """Keep what was said; the contact is sealed."""
    case, form, kept = _on_notice(case_id), PublicPointForm(), []

    def deed(db: object) -> None:
        said = {"text": form.text.data or "", "contact": form.contact.data or ""}
        source = request.remote_addr or ""
        kept.append(service.raise_public_point(db, case.ref, source=source, on=clock.today(), **said))  # type: ignore[arg-type]

    saved = done(form, deed)
    page = render_template("adverse/objection.html", case=case, form=form, number=kept[0][:8] if saved else "")
    return _private(page, 200 if saved else 422)
