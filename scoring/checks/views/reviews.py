"""The street's desk: what waits, one check beside its photos, and what can be done with it."""

from functools import partial
from typing import Any

from flask import Response, flash, render_template, request, url_for

from portal.kernel import clock
from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from scoring.checks import policy, reading, service, standing
from scoring.checks.draft import MAX_NOTE
from scoring.checks.forms import FOUND, ResultForm
from scoring.checks.reading import CheckView, ItemLine
from scoring.checks.views import words
from scoring.checks.views.blueprint import bp, reviews_bp, see_other
from scoring.checks.views.filing import street_name

COMMENT = "comment-"


@reviews_bp.get("/reviews")
@needs(Permission.CHECK_REVIEW)
def queue() -> str:
    """The submitted checks of my area, the first to fall due on top."""
    db = request_session()
    rows = reading.review_queue(db, actor())
    people = {row.inspector: standing.person_name(db, row.inspector) for row in rows}
    return render_template(
        "checks/reviews.html", rows=rows, people=people, review_due=partial(standing.review_due, request_session())
    )


def _shown(check: CheckView, code: int = 200) -> tuple[str, int]:
    db = request_session()
    barred = any(view.estate_code == check.estate.code for view in standing.interests_shown(db, actor(), True))
    bars = [
        {"label": words.category_name(line.category), "earned_cp": line.earned_cp, "max_cp": line.applicable_cp}
        for line in check.categories
    ]
    page = render_template(
        "checks/review.html", check=check, bars=bars, barred=barred, street=street_name(check),
        versions=standing.item_versions(db, check.id, check.month), inspector=standing.person_name(db, check.inspector),
        people={step.actor: standing.person_name(db, step.actor) for step in check.steps},
        decides=check.state == "submitted" and not barred
        and policy.may_review(actor(), check.estate.division_code, check.inspector),
        review_due=standing.review_due(request_session(), check.steps[-1].on) if check.state == "submitted" else None,
    )  # fmt: skip
    return page, code


@reviews_bp.get("/reviews/<check_id>")
@needs(Permission.CHECK_REVIEW)
def review(check_id: str) -> tuple[str, int]:
    """A check beside its photos and points."""
    return _shown(_visible(check_id))


def _visible(check_id: str) -> CheckView:
    return reading.visible_check(request_session(), actor(), check_id)


@reviews_bp.post("/reviews/<check_id>/confirm")
@needs(Permission.CHECK_REVIEW)
def confirm(check_id: str) -> Response:
    """The check counts from now on."""
    with transaction() as db:
        service.confirm(db, actor(), check_id, clock.today())
    flash(_("已确认。这份检查将计入季度得分。"), "ok")
    return see_other(url_for("reviews.queue"))


@reviews_bp.get("/reviews/<check_id>/return")
@needs(Permission.CHECK_REVIEW)
def return_form(check_id: str) -> str:
    """Say what must be mended, item by item."""
    return _return_page(_decidable(check_id), {}, "")


def _decidable(check_id: str) -> CheckView:
    check = _visible(check_id)
    require(policy.may_review(actor(), check.estate.division_code, check.inspector))
    if check.state != "submitted":
        state = words.state_text(check.state)
        raise Conflict(_("这份检查现在是“%(state)s”，不能这样办理。请刷新页面后再看。", state=state))
    return check


def _return_page(check: CheckView, comments: dict[str, str], error: str) -> str:
    return render_template(
        "checks/return.html", check=check, comments=comments, error=error, has_errors=bool(error), most=MAX_NOTE
    )


@reviews_bp.post("/reviews/<check_id>/return")
@needs(Permission.CHECK_REVIEW)
def return_now(check_id: str) -> Response | tuple[str, int]:
    """Give the check back with the comments."""
    said = {name.removeprefix(COMMENT): text.strip() for name, text in request.form.items() if name.startswith(COMMENT)}
    comments = {code: text for code, text in said.items() if text}
    try:
        with transaction() as db:
            service.return_check(db, actor(), check_id, comments, clock.today())
    except (Conflict, NotAllowed, NotFound):
        raise
    except DomainError as error:
        return _return_page(_visible(check_id), comments, str(error)), 422
    flash(_("已退回，写明了%(n)s条意见。改好再提交后，仍由您审核。", n=len(comments)), "ok")
    return see_other(url_for("reviews.queue"))


# ---- another result for one item ----


def _item(check: CheckView, code: str) -> ItemLine:
    if code not in check.lines:
        raise NotFound(_("检查标准没有检查项%(item)s。", item=code))
    return check.lines[code]


def _result_page(check: CheckView, line: ItemLine, form: ResultForm, back: str, correcting: bool) -> str:
    versions = standing.item_versions(request_session(), check.id, check.month).get(line.item.item_code, [])
    return render_template(
        "checks/result.html", check=check, line=line, form=form, back=back, correcting=correcting, versions=versions
    )


def _result_form(line: ItemLine) -> ResultForm:
    return ResultForm(choices=words.answer_choices(line.item))


def _blank_form(line: ItemLine) -> ResultForm:
    count = int(line.result) if line.result.isdigit() else None
    now: dict[str, Any] = {"answer": FOUND if count else line.result or None, "count": count}
    return ResultForm(formdata=None, data=now, choices=words.answer_choices(line.item))


def _change(check: CheckView, line: ItemLine, verb: Any, back: str, correcting: bool) -> Response | tuple[str, int]:
    """Change one item; a refused form comes back filled."""
    form = _result_form(line)
    if form.validate():
        code = line.item.item_code
        try:
            with transaction() as db:
                changed = verb(db, actor(), check.id, code, form.result, form.reason.data, clock.today())
        except (Conflict, NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.reason.errors = [str(error)]
        else:
            new = words.result_text(form.result)
            told = (
                _("%(item)s已改为“%(new)s”，原来的结果仍可看到。", item=code, new=new) if changed else _("没有改动。")
            )
            flash(told, "ok" if changed else "plain")
            return see_other(back)
    return _result_page(check, line, form, back, correcting), 422


@reviews_bp.get("/reviews/<check_id>/items/<code>")
@needs(Permission.CHECK_REVIEW)
def adjust_form(check_id: str, code: str) -> str:
    """Adjust one item of a submitted check."""
    check = _decidable(check_id)
    line = _item(check, code)
    back = url_for("reviews.review", check_id=check_id, _anchor=f"finding-{code}")
    return _result_page(check, line, _blank_form(line), back, False)


@reviews_bp.post("/reviews/<check_id>/items/<code>")
@needs(Permission.CHECK_REVIEW)
def adjust(check_id: str, code: str) -> Response | tuple[str, int]:
    """Put another result beside the inspector's."""
    check = _visible(check_id)
    back = url_for("reviews.review", check_id=check_id, _anchor=f"finding-{code}")
    return _change(check, _item(check, code), service.adjust_item, back, False)


def _correctable(check_id: str) -> CheckView:
    check = _visible(check_id)
    require(policy.may_correct(actor(), check.estate.division_code, check.inspector))
    if check.state != "confirmed":
        raise Conflict(_("确认之后才能更正。确认之前，由街道调整或退回。"))
    return check


@bp.get("/inspections/<check_id>/items/<code>/correct")
@needs(Permission.CHECK_IMPORT)
def correct_form(check_id: str, code: str) -> str:
    """Correct one item of a confirmed check."""
    check = _correctable(check_id)
    line = _item(check, code)
    return _result_page(check, line, _blank_form(line), url_for("checks.inspection", check_id=check_id), True)


@bp.post("/inspections/<check_id>/items/<code>/correct")
@needs(Permission.CHECK_IMPORT)
def correct(check_id: str, code: str) -> Response | tuple[str, int]:
    """The correction, with its reason."""
    check = _correctable(check_id)
    back = url_for("checks.inspection", check_id=check_id)
    return _change(check, _item(check, code), service.correct_item, back, True)
