"""The enterprise's side: its results, held or public, and what it says about them."""

from flask import Response, flash, render_template, request

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.formats import date_text
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry
from scoring.ratings import api as ratings
from scoring.replies import queries, results, service
from scoring.replies.forms import ActForm, WriteForm
from scoring.replies.models import REFUSED, Reply
from scoring.replies.queries import ReplyView
from scoring.replies.reasons import REASONS, refusal
from scoring.replies.results import Finding, Result
from scoring.replies.views.blueprint import bp, see_other


def _uscc() -> str:
    found = actor().uscc
    if not found:
        raise NotFound(_("您的账号没有对应的企业，请联系系统管理员。"))
    return found


@bp.get("/company/results", endpoint="results")
@needs(Permission.ENTERPRISE_OWN)
def results_page() -> str:
    """The last result of each estate; held ones first, marked, with the way to give up the hold."""
    db, uscc = request_session(), _uscc()
    shown = results.results(db, uscc)
    said = queries.replies(db, Reply.uscc == uscc)
    names = registry.estate_names(db, {one.estate_code for one in shown})
    mine = {one.period for one in shown if one.public_from}
    waiting = [made for made in ratings.held(db) if made.period in mine]
    given = {made.period for made in waiting if uscc in ratings.waivers(db, made.period)}
    return render_template(
        "replies/results.html", results=shown, names=names, replies=said, held=waiting, given=given, form=ActForm()
    )


@bp.post("/company/results/<period>/waive")
@needs(Permission.ENTERPRISE_OWN)
def waive(period: str) -> Response:
    """Give up the hold of a period for the own results."""
    with transaction() as db:
        day = ratings.waive_hold(db, actor(), period, on=clock.today())
    text = _("已登记放弃公布前告知期。全部企业都放弃后，结果提前公布。")
    flash(_("全部企业都已放弃公布前告知期，结果%(day)s公布。", day=date_text(day)) if day else text, "ok")
    return see_other("replies.results")


def _said(found: Result) -> dict[str, ReplyView]:
    own = (Reply.period == found.period, Reply.estate_code == found.estate_code, Reply.uscc == _uscc())
    return {view.part: view for view in queries.replies(request_session(), *own)}


@bp.get("/company/results/<period>/<code>")
@needs(Permission.ENTERPRISE_OWN)
def result(period: str, code: str) -> str:
    """One own result with its findings; beside each what was said, or the way to say it."""
    db = request_session()
    found = results.result(db, _uscc(), period, code)
    return render_template(
        "replies/result.html",
        found=found,
        estate=registry.estate(db, code),
        findings=results.findings(db, found),
        said=_said(found),
        reasons=REASONS,
        refusal=refusal,
    )


def _writing(period: str, code: str) -> tuple[Result, Finding | None, ReplyView | None]:
    """The result, the finding asked for, and what was said about it. ``NotFound``."""
    found = results.result(request_session(), _uscc(), period, code)
    part = request.args.get("part", "")
    finding = next((one for one in results.findings(request_session(), found) if one.part == part), None)
    if part and finding is None:
        raise NotFound(_("这一结果里没有这一项。"))
    known = _said(found).get(part)
    if known is not None and known.last.step != REFUSED:
        raise Conflict(_("对这一项的说明已经提交，不能重复提交。"))
    return found, finding, known


def _page(found: Result, finding: Finding | None, known: ReplyView | None, form: WriteForm) -> str:
    estate = registry.estate(request_session(), found.estate_code)
    return render_template(
        "replies/write.html", found=found, finding=finding, known=known, estate=estate, form=form, reasons=REASONS,
        longest=service.LONGEST, most=service.MOST_PHOTOS, has_errors=bool(form.errors),
    )  # fmt: skip


@bp.get("/company/results/<period>/<code>/reply")
@needs(Permission.ENTERPRISE_OWN)
def write(period: str, code: str) -> str:
    """Say something about a finding (``?part=2025-03/XF04``) or about the whole result."""
    found, finding, known = _writing(period, code)
    return _page(found, finding, known, WriteForm(data={"text": known.written.text if known else ""}, formdata=None))


@bp.post("/company/results/<period>/<code>/reply")
@needs(Permission.ENTERPRISE_OWN)
def send(period: str, code: str) -> Response | tuple[str, int]:
    """Hand the reply in."""
    found, finding, known = _writing(period, code)
    form = WriteForm()
    try:
        with transaction() as db:
            part = finding.part if finding else ""
            service.write(db, actor(), period, code, part, form.text.data or "", form.pictures, on=clock.today())
    except Conflict:
        raise
    except DomainError as error:
        form.text.errors = [str(error)]
        return _page(found, finding, known, form), 422
    flash(_("说明已提交。审核通过后，与检查结果一起公开。"), "ok")
    return see_other("replies.result", period=period, code=code, _anchor=anchor(finding))


def anchor(finding: Finding | None) -> str:
    """Where a finding stands on the result's page."""
    return f"{finding.month}-{finding.item.item.item_code}" if finding else "whole"
