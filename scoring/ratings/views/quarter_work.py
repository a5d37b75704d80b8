"""The staff's way to a published quarter: coverage and initial result, street review, preview and publication."""

from typing import Any

import pandas as pd
from flask import Response, flash, make_response, redirect, render_template, request, url_for

from portal.kernel import charts, clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.divisions import level_of
from portal.kernel.errors import NotFound
from portal.kernel.formats import percent_text
from portal.kernel.i18n import _, ngettext
from portal.kernel.periods import Quarter
from portal.kernel.web import actor, fresh, needs, request_session
from portal.registry import api as registry
from scoring.ratings import api, deadlines, policy
from scoring.ratings import tasks as publication
from scoring.ratings.forms import ActForm, ConfirmForm, PublishForm
from scoring.ratings.queries.coverage import Coverage
from scoring.ratings.service.preview import Preview, PreviewRow, preview_quarter
from scoring.ratings.views import review
from scoring.ratings.views.blueprint import PAGE, Areas, bp, page_number, pages_of, quarter_of
from scoring.ratings.views.corrections import Reader, changed_rows
from scoring.ratings.views.quarter_table import ALL
from scoring.rules.rounding import half_up

RECENT = 6


def see_other(endpoint: str, **values: Any) -> Response:
    """After a deed: the page to look at."""
    return make_response(redirect(url_for(endpoint, **values), 303))


@bp.get("/ratings/manage")
@needs(Permission.CHECK_READ)
def manage() -> str:
    """Quarters and years on their way to publication, the latest first."""
    db, today = request_session(), clock.today()
    published = {view.period: view for view in api.quarters(db)}
    held = {made.period: made for made in api.held(db)}
    recent, quarter = [], Quarter.of(today)
    for _place in range(RECENT):
        recent.append(quarter)
        quarter = quarter.previous
    rows = [
        {
            "quarter": q,
            "is_over": today > q.last,
            "published": published.get(str(q)),
            "held": held.get(str(q)),
            "due": deadlines.publication_due(q),
        }
        for q in recent
    ]
    years = {view.year: view for view in api.years(db)} if policy.may_prepare_year(actor()) else {}
    numbers = sorted({today.year - 1, *years}, reverse=True)
    shown = [(number, years.get(number), held.get(str(number))) for number in numbers]
    return render_template(
        "ratings/manage.html", quarters=rows, years=shown if policy.may_prepare_year(actor()) else []
    )


@bp.get("/ratings/quarter/<quarter>/prepare")
@needs(Permission.CHECK_READ)
def quarter_prepare(quarter: str) -> str:
    """How far a quarter has come in my area, what stands in its way, and the next step."""
    db, period, me = request_session(), quarter_of(quarter), actor()
    covered = api.coverage(db, period, me.division_code)
    return render_template(
        "ratings/quarter_prepare.html",
        quarter=str(period),
        coverage=covered,
        streets=_named(covered.streets),
        communities=_named(covered.communities),
        heat=_heat(covered),
        is_over=clock.today() > period.last,
        released=api.releases(db, str(period)),
        held=api.held(db, str(period)),
        may_prepare=policy.may_prepare_quarter(me, me.division_code),
        may_confirm=policy.may_confirm_quarter(me, me.division_code),
        may_publish=policy.may_publish_quarter(me),
        due=deadlines,
        period=period,
        form=ActForm(),
    )


@bp.post("/ratings/quarter/<quarter>/prepare")
@needs(Permission.QUARTER_PREPARE)
def prepare_quarter(quarter: str) -> Response:
    """Make the initial result of my area; the way back leads to the page it was asked on."""
    period, division = quarter_of(quarter), request.args.get("division") or None
    with transaction() as db:
        done = api.prepare_quarter(db, actor(), period, division, on=clock.today())
    if done.changed:
        text = ngettext("已生成初评结果：%(n)s个小区有变化。", "已生成初评结果：%(n)s个小区有变化。", done.changed)
        flash(text, "ok")
    else:
        flash(_("初评结果没有变化。"), "plain")
    if division:
        return see_other("ratings.community_review", quarter=quarter, division=division)
    return see_other("ratings.quarter_prepare", quarter=quarter)


def _heat(covered: Coverage) -> Any:
    """Streets (a street's officer: communities) by share of months done, in per cent."""
    table = covered.streets if len(covered.streets) > 1 else covered.communities
    if not covered.total["due"]:
        return ""
    rows = [
        (row["name"], [_share(row["checked"], row["due"]), _share(row["confirmed"], row["due"])])
        for row in _named(table)
    ]
    title = _("检查覆盖率：已检查%(share)s", share=percent_text(_share(covered.total["checked"], covered.total["due"])))
    return charts.heatmap(
        title, _("辖区"), [_("已检查（%）"), _("已确认（%）")], rows, 0, 10000, _("颜色越深，比例越高")
    )


def _named(table: Any) -> list[dict[str, Any]]:
    """The rows with the names of their areas in the reader's language."""
    return [{**row, "name": registry.areas.shown(row["name"])} for row in table.to_dict("records")]


def _share(part: int, whole: int) -> int | None:
    """Hundredths of a per cent."""
    return int(half_up(10000 * int(part), int(whole))) if whole else None


# ---- the street


@bp.get("/ratings/quarter/<quarter>/review")
@needs(Permission.QUARTER_CONFIRM)
def quarter_review(quarter: str) -> str:
    """The communities of my street and where each stands."""
    period = quarter_of(quarter)
    db = request_session()
    covered = api.coverage(db, period, actor().division_code)
    steps = api.steps(db, period)
    closed = [steps[code][2] for code in covered.communities["division_code"] if code in steps]
    return render_template(
        "ratings/quarter_review.html",
        closed_on=max(closed) if closed and not covered.open_communities else None,
        quarter=str(period),
        communities=covered.communities.to_dict("records"),
        is_over=clock.today() > period.last,
        due=deadlines.street_due(period),
    )


def _community(code: str) -> str:
    """A community of my area; any other is not found."""
    areas = Areas()
    if code not in areas.known or level_of(code) != "community" or not actor().covers(code):
        raise NotFound(_("没有代码为“%(code)s”的辖区，或者它不在您的辖区内。", code=code))
    return code


@bp.get("/ratings/quarter/<quarter>/review/<division>")
@needs(Permission.QUARTER_CONFIRM)
def community_review(quarter: str, division: str) -> str:
    """A community's estates with months, initial result and findings, and the button that closes the review."""
    db, period, code = request_session(), quarter_of(quarter), _community(division)
    shown = review.community(db, period, code)
    return render_template(
        "ratings/community_review.html",
        quarter=str(period),
        review=shown,
        areas=Areas(),
        is_over=clock.today() > period.last,
        may_confirm=policy.may_confirm_quarter(actor(), code),
        due=deadlines.street_due(period),
        form=ConfirmForm(data={"seq": str(shown.seq)}, formdata=None),
    )


@bp.post("/ratings/quarter/<quarter>/review/<division>")
@needs(Permission.QUARTER_CONFIRM)
def confirm_quarter(quarter: str, division: str) -> Response:
    """Close a community's review, if nothing moved since the page was opened."""
    period, code, form = quarter_of(quarter), _community(division), ConfirmForm()
    with transaction() as db:
        done = api.confirm_quarter(db, actor(), period, code, on=clock.today(), seen={code: form.number})
    name = Areas().name(code)
    flash(_("已确认%(community)s的结果，同时确认了%(n)s份检查。", community=name, n=done.checks), "ok")
    return see_other("ratings.quarter_review", quarter=quarter)


# ---- the district


@bp.get("/ratings/quarter/<quarter>/publish")
@needs(Permission.QUARTER_PUBLISH)
def quarter_preview(quarter: str) -> str:
    """What the public will see."""
    period = quarter_of(quarter)
    preview = preview_quarter(request_session(), actor(), period, on=clock.today())
    form = PublishForm(corrects=bool(preview.changes), data={"seen": preview.fingerprint}, formdata=None)
    return _preview_page(period, preview, form)


def _preview_page(period: Quarter, preview: Preview, form: PublishForm) -> str:
    db, areas = request_session(), Areas()
    reader, rows = Reader(db, period.last), sorted(preview.rows, key=_by_rank)
    page = min(page_number(), pages_of(len(preview.rows)))
    covered = api.coverage(db, period)
    return render_template(
        "ratings/quarter_preview.html",
        quarter=str(period),
        preview=preview,
        rows=rows[(page - 1) * PAGE : page * PAGE],
        page=page,
        pages=pages_of(len(preview.rows)),
        link=lambda number: url_for("ratings.quarter_preview", quarter=str(period), page=number),
        names=reader.estates,
        changes=changed_rows(reader, preview.changes, period),
        streets=_by_street(preview, areas),
        coverage=covered,
        without_score=sum(row.figures["score_cp"] is None for row in preview.rows),
        areas=areas,
        form=form,
    )


def _by_rank(row: PreviewRow) -> tuple[int, int, str]:
    """As the public page is ordered: by kind, best rank first, those without a score last."""
    rank = row.figures["rank_district"]
    return registry.KIND_ORDER.get(row.figures["kind"], len(registry.KIND_ORDER)), rank or ALL, row.estate_code


def _by_street(preview: Preview, areas: Areas) -> list[dict[str, Any]]:
    """Estates, those with a score and their mean, street by street."""
    if not preview.rows:
        return []
    table = pd.DataFrame(
        [{"street": row.figures["division_code"][:9] + "000", "score": row.figures["score_cp"]} for row in preview.rows]
    ).astype({"score": "Int64"})
    rows = []
    for code, group in table.groupby("street", sort=True):
        scores = group["score"].dropna()
        mean = int(half_up(int(scores.sum()), len(scores))) if len(scores) else None
        rows.append({"name": areas.name(str(code)), "estates": len(group), "scored": len(scores), "mean_cp": mean})
    return rows


@bp.post("/ratings/quarter/<quarter>/publish")
@needs(Permission.QUARTER_PUBLISH)
@fresh
def publish_quarter(quarter: str) -> Response | tuple[str, int]:
    """Publish what the preview showed."""
    period = quarter_of(quarter)
    preview = preview_quarter(request_session(), actor(), period, on=clock.today())
    form = PublishForm(corrects=bool(preview.changes))
    if not form.validate():
        return _preview_page(period, preview, form), 422
    task = publication.publish(actor(), period, seen=form.seen.data or "", reason=form.reason.data or "")
    if task.status != "done":
        return see_other("office.task", task_id=task.id)
    done = task.result
    if done["release_id"] is None:
        flash(_("没有变化，不用公布。"), "plain")
        return see_other("ratings.quarter_prepare", quarter=quarter)
    flash(publication.said(period, done["release_id"]), "ok")
    return see_other("ratings.quarter_published", quarter=quarter, release=done["release_id"], ratings=done["ratings"])


@bp.get("/ratings/quarter/<quarter>/published/<release>")
@needs(Permission.QUARTER_PUBLISH)
def quarter_published(quarter: str, release: str) -> str:
    """What a publication did."""
    made = api.release(request_session(), release)
    if made.period != str(quarter_of(quarter)):
        raise NotFound(_("没有找到这次公布。"))
    revised = next(
        (e for e in api.errata(request_session(), made.period, as_of=made.public_from) if e.release.id == made.id), None
    )
    return render_template(
        "ratings/published.html",
        release=made,
        is_held=made.public_from > clock.today(),
        is_quarter=True,
        revisions=len(revised.rows) if revised else 0,
        ratings=max(0, request.args.get("ratings", 0, int)),
    )
