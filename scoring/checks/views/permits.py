"""Late submission and declared interests."""

from typing import Any

from flask import Response, flash, render_template, request, url_for

from portal.kernel import clock
from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry
from scoring.checks import service, standing
from scoring.checks.forms import InterestForm, LateForm, ReasonForm
from scoring.checks.views.blueprint import bp, reviews_bp, see_other


@reviews_bp.get("/reviews/late")
@needs(Permission.LATE_PERMIT)
def late() -> str:
    """Permissions to submit late, and the form for another one (an address may name estate and month)."""
    asked = {"estate": request.args.get("estate", ""), "month": request.args.get("month", "")}
    return _late_page(LateForm(formdata=None, data=asked))


def _late_page(form: LateForm) -> str:
    return render_template("checks/late.html", form=form, rows=standing.late_shown(request_session(), actor()))


@reviews_bp.post("/reviews/late")
@needs(Permission.LATE_PERMIT)
def permit_late() -> Response | tuple[str, int]:
    """Permit an estate's check of a month to come late."""
    form = LateForm()
    if form.validate():
        estate, month = form.estate.data.strip(), form.month.data.strip()
        try:
            with transaction() as db:
                changed = service.permit_late(db, actor(), estate, month, form.reason.data, clock.today())
        except NotAllowed:
            raise
        except NotFound as error:
            form.estate.errors = [str(error)]
        except DomainError as error:
            form.month.errors = [str(error)]
        else:
            told = _("已准许逾期提交，检查人员现在可以提交。") if changed else _("以前已经准许过，没有改动。")
            flash(told, "ok" if changed else "plain")
            return see_other(url_for("reviews.late"))
    return _late_page(form), 422


# ---- interests ----


def _estates() -> list[tuple[str, str]]:
    frame = registry.estates_frame(request_session(), clock.today(), within=actor().division_code)
    return [(row.estate_code, f"{row.name}（{row.estate_code}）") for row in frame.itertuples(index=False)]


def _declares() -> bool:
    return actor().may(Permission.CHECK_FILE) or actor().may(Permission.CHECK_REVIEW)


def _ends() -> bool:
    return actor().may(Permission.CHECK_REVIEW) or actor().may(Permission.CHECK_IMPORT)


def _interests_page(form: InterestForm | None) -> str:
    db = request_session()
    own_only = not actor().may(Permission.CHECK_REVIEW) and actor().may(Permission.CHECK_FILE)
    shown: dict[str, Any] = {
        "rows": standing.interests_shown(db, actor(), own_only),
        "ends": _ends(),
        "me": actor().login,
    }
    if form is None and _declares():
        asked = {"estate": request.args.get("estate", "")}
        form = InterestForm(formdata=None, data=asked, choices=_estates())
    return render_template("checks/interests.html", form=form, **shown)


@bp.get("/interests")
@needs(Permission.CHECK_READ)
def interests() -> str:
    """Declared interests in force: one's own, or those of the area."""
    return _interests_page(None)


@bp.post("/interests")
@needs(Permission.CHECK_READ)
def declare() -> Response | tuple[str, int]:
    """Declare an interest in an estate."""
    require(_declares())
    form = InterestForm(choices=_estates())
    if form.validate():
        try:
            with transaction() as db:
                changed = service.declare_interest(db, actor(), form.estate.data, form.reason.data)
        except (NotAllowed, NotFound, Conflict):
            raise
        except DomainError as error:
            form.reason.errors = [str(error)]
        else:
            told = _("已申报。您不能再检查或审核这个小区。") if changed else _("以前已经申报过，没有改动。")
            flash(told, "ok" if changed else "plain")
            return see_other(url_for("checks.interests"))
    return _interests_page(form), 422


def _ending(login: str, estate: str) -> standing.InterestView:
    require(_ends())
    for view in standing.interests_shown(request_session(), actor(), False):
        if (view.login, view.estate_code) == (login, estate):
            return view
    raise NotFound(_("没有找到这项申报。"))


@bp.get("/interests/<login>/<estate>/end")
@needs(Permission.CHECK_READ)
def end_form(login: str, estate: str) -> str:
    """End a declaration, with the reason."""
    return render_template("checks/end_interest.html", interest=_ending(login, estate), form=ReasonForm(formdata=None))


@bp.post("/interests/<login>/<estate>/end")
@needs(Permission.CHECK_READ)
def end(login: str, estate: str) -> Response | tuple[str, int]:
    """The interest is over, as the office found."""
    view, form = _ending(login, estate), ReasonForm()
    if not form.validate():
        return render_template("checks/end_interest.html", interest=view, form=form), 422
    with transaction() as db:
        service.end_interest(db, actor(), login, estate, form.reason.data)
    flash(_("已结束这项申报，%(person)s可以检查和审核这个小区。", person=view.person), "ok")
    return see_other(url_for("checks.interests"))
