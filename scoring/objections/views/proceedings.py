"""The register of reconsiderations and lawsuits, for the district's officers."""

from datetime import date

from flask import flash, render_template, request, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotAllowed, NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from scoring.objections import policy, proceedings, queries
from scoring.objections.contested import contested
from scoring.objections.forms import EndForm, ProceedingForm
from scoring.objections.views.blueprint import bp, see_other


def _page(form: ProceedingForm, ending: EndForm, failed: str = "", status: int = 200) -> tuple[str, int]:
    db = request_session()
    rows = [(own, steps, contested(db, own.ref)) for own, steps in queries.proceeding_rows(db)]
    page = render_template(
        "objections/proceedings.html",
        rows=rows,
        form=form,
        ending=ending,
        failed=failed,
        may_register=policy.may_register(actor()),
        has_errors=bool(form.errors or ending.errors),
    )
    return page, status


def _empty() -> tuple[ProceedingForm, EndForm]:
    form, ending = ProceedingForm(formdata=None), EndForm(formdata=None)
    form.ref.data, form.since.data = request.args.get("ref", ""), clock.today()
    ending.ended_on.data = clock.today()
    return form, ending


@bp.get("/objections/proceedings")
@needs(Permission.OBJECTION_READ)
def proceedings_list() -> tuple[str, int]:
    """What is pending, and what ended how."""
    if not actor().has_whole_district:
        raise NotFound(_("没有找到这个页面。"))
    return _page(*_empty())


@bp.post("/objections/proceedings")
@needs(Permission.PROCEEDING_EDIT)
def register() -> AnyResponse | tuple[str, int]:
    """Register one."""
    form, ending = ProceedingForm(), _empty()[1]
    if form.validate():
        try:
            with transaction() as db:
                proceedings.register(
                    db, actor(), (form.ref.data or "").strip(), kind=form.kind.data, authority=form.authority.data or "",
                    number=form.number.data or "", on=form.since.data or date.min,
                )  # fmt: skip
        except NotAllowed:
            raise
        except DomainError as error:
            form.form_errors.append(str(error))
        else:
            flash(_("已登记，有关结果已标注。"), "ok")
            return see_other(url_for("objections.proceedings_list"))
    return _page(form, ending, status=422)


@bp.post("/objections/proceedings/<proceeding_id>/end")
@needs(Permission.PROCEEDING_EDIT)
def end(proceeding_id: str) -> AnyResponse | tuple[str, int]:
    """Note how one ended."""
    form, ending = _empty()[0], EndForm()
    if ending.validate():
        try:
            with transaction() as db:
                proceedings.end(
                    db, actor(), proceeding_id, result=ending.result.data, reason=ending.why.data or "",
                    on=ending.ended_on.data or date.min,
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            ending.form_errors.append(str(error))
        else:
            flash(_("已登记结果，标注已更新。"), "ok")
            return see_other(url_for("objections.proceedings_list"))
    return _page(form, ending, failed=proceeding_id, status=422)
