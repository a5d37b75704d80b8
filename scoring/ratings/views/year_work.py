"""The staff's way to published ratings: every estate with its components and what is missing, preview, publication."""

from collections import Counter
from typing import Any

from flask import Response, flash, render_template, url_for

from portal.kernel import charts, clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _, ngettext
from portal.kernel.periods import Year
from portal.kernel.web import actor, fresh, needs, request_session
from portal.registry import api as registry
from scoring.ratings import api, policy
from scoring.ratings import tasks as publication
from scoring.ratings.forms import ActForm, PublishForm
from scoring.ratings.sentences import STATUSES, stars_name
from scoring.ratings.service.preview import Preview, preview_year
from scoring.ratings.views.blueprint import PAGE, Areas, asked, bp, page_number, pages_of, query_text, year_of
from scoring.ratings.views.corrections import Reader, changed_rows
from scoring.ratings.views.quarter_work import see_other
from scoring.ratings.views.words import reason_group, reason_text

RATED = "rated"


@bp.get("/ratings/year/<year>/prepare")
@needs(Permission.YEAR_PREPARE)
def year_prepare(year: str) -> str:
    """Every estate as last prepared, with its components, status and the reasons for what is pending."""
    db, period, wanted = request_session(), year_of(year), asked("status", "reason", "q")
    every = api.prepared_rows(db, period)
    reader = Reader(db, period.last) if every else None
    rows = [row for row in every if _fits(row, wanted, reader)]
    page = min(page_number(), pages_of(len(rows)))
    return render_template(
        "ratings/year_prepare.html",
        year=str(period),
        every=len(every),
        rows=rows[(page - 1) * PAGE : page * PAGE],
        total=len(rows),
        page=page,
        pages=pages_of(len(rows)),
        link=lambda number: url_for("ratings.year_prepare", year=year) + query_text(page=number),
        wanted=wanted,
        statuses=[(code, STATUSES[code], n) for code, n in sorted(Counter(row["status"] for row in every).items())],
        reasons=_reasons(every, period.number),
        prepared_at=api.prepared_at(db, period),
        names=reader.estates if reader else {},
        areas=Areas(),
        kinds=registry.KIND_NAMES,
        reason_text=reason_text,
        released=api.releases(db, str(period)),
        held=api.held(db, str(period)),
        is_over=clock.today() > period.last,
        may_publish=policy.may_publish_year(actor()),
        form=ActForm(),
    )


def _fits(row: dict[str, Any], wanted: dict[str, str], reader: Reader | None) -> bool:
    name = reader.estates.get(row["estate_code"], "") if reader else ""
    return (
        wanted["status"] in ("", row["status"])
        and (not wanted["reason"] or wanted["reason"] in {reason_group(code) for code in row["reasons"]})
        and (not wanted["q"] or wanted["q"] in name or wanted["q"].upper() == row["estate_code"])
    )


def _reasons(rows: list[dict[str, Any]], year: int) -> list[tuple[str, str, int]]:
    """Group, words and number of estates of every reason, the most frequent first."""
    counted = Counter(group for row in rows for group in {reason_group(code) for code in row["reasons"]})
    return [(group, reason_text(group, year), n) for group, n in counted.most_common()]


@bp.post("/ratings/year/<year>/prepare")
@needs(Permission.YEAR_PREPARE)
def prepare_year(year: str) -> Response:
    """Compute every rating from what is public and known now."""
    with transaction() as db:
        done = api.prepare_year(db, actor(), year_of(year), on=clock.today())
    if done.changed:
        text = ngettext("已重新计算：%(n)s个小区有变化。", "已重新计算：%(n)s个小区有变化。", done.changed)
        flash(text, "ok")
    else:
        flash(_("已重新计算，没有变化。"), "plain")
    return see_other("ratings.year_prepare", year=year)


@bp.get("/ratings/year/<year>/publish")
@needs(Permission.YEAR_PUBLISH)
def year_preview(year: str) -> str:
    """What the public will see."""
    period = year_of(year)
    preview = preview_year(request_session(), actor(), period, on=clock.today())
    form = PublishForm(corrects=bool(preview.changes), data={"seen": preview.fingerprint}, formdata=None)
    return _preview_page(period, preview, form)


def _preview_page(period: Year, preview: Preview, form: PublishForm) -> str:
    db = request_session()
    reader = Reader(db, period.last)
    page = min(page_number(), pages_of(len(preview.rows)))
    return render_template(
        "ratings/year_preview.html",
        year=str(period),
        preview=preview,
        rows=preview.rows[(page - 1) * PAGE : page * PAGE],
        page=page,
        pages=pages_of(len(preview.rows)),
        link=lambda number: url_for("ratings.year_preview", year=str(period), page=number),
        names=reader.estates,
        changes=changed_rows(reader, preview.changes, period),
        picture=_picture(preview) if preview.rows else "",
        areas=Areas(),
        form=form,
    )


def _picture(preview: Preview) -> Any:
    counted = Counter((row.figures["status"], row.figures["stars"]) for row in preview.rows)
    rows = [(stars_name(n), counted[RATED, n]) for n in range(5, -1, -1)]
    rows += [(str(STATUSES[s]), counted[s, None]) for s in ("vetoed", "pending", "not_eligible")]
    return charts.counts(_("将要公布的结果"), rows)


@bp.post("/ratings/year/<year>/publish")
@needs(Permission.YEAR_PUBLISH)
@fresh
def publish_year(year: str) -> Response | tuple[str, int]:
    """Publish what the preview showed."""
    period = year_of(year)
    preview = preview_year(request_session(), actor(), period, on=clock.today())
    form = PublishForm(corrects=bool(preview.changes))
    if not form.validate():
        return _preview_page(period, preview, form), 422
    task = publication.publish(actor(), period, seen=form.seen.data or "", reason=form.reason.data or "")
    if task.status != "done":
        return see_other("office.task", task_id=task.id)
    release_id = task.result["release_id"]
    if release_id is None:
        flash(_("没有变化，不用公布。"), "plain")
        return see_other("ratings.year_prepare", year=year)
    flash(publication.said(period, release_id), "ok")
    return see_other("ratings.year_published", year=year, release=release_id)


@bp.get("/ratings/year/<year>/published/<release>")
@needs(Permission.YEAR_PUBLISH)
def year_published(year: str, release: str) -> str:
    """What a publication did."""
    db = request_session()
    made = api.release(db, release)
    if made.period != str(year_of(year)):
        raise NotFound(_("没有找到这次公布。"))
    revised = next((e for e in api.errata(db, made.period, as_of=made.public_from) if e.release.id == made.id), None)
    revisions = len(revised.rows) if revised else 0
    is_held = made.public_from > clock.today()
    return render_template(
        "ratings/published.html", release=made, is_held=is_held, is_quarter=False, revisions=revisions, ratings=0
    )
