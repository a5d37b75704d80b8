"""What waits for a person on the way to publication (announcement ``work.items``), and its figures
(``work.figures``). The items are asked on every staff page: few reads."""

from datetime import date

import pandas as pd
from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.divisions import level_of
from portal.kernel.formats import date_text, month_text, number_text, quarter_text, year_text
from portal.kernel.i18n import _
from portal.kernel.periods import Month, Quarter
from portal.kernel.work import WorkFigure, WorkItem
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.ratings import policy
from scoring.ratings.deadlines import initial_due, publication_due, street_due
from scoring.ratings.models import Release
from scoring.ratings.queries.progress import progress
from scoring.ratings.queries.quarters import steps
from scoring.ratings.queries.releases import last_release

_PUBLISHED = select(exists().where(Release.__table__.c.period == bindparam("period")))


def work_items(db: Session, *, actor: Actor) -> list[WorkItem]:
    """The steps of the last quarter and the last year that wait for the actor: initial result, street review,
    publication."""
    today = clock.today()
    quarter, year = Quarter.of(today).previous, today.year - 1
    found: list[WorkItem] = []
    if not _is_published(db, str(quarter)):
        found += _of_quarter(db, actor, quarter)
    elif policy.may_publish_quarter(actor):
        found += _revision_of(db, quarter)
    if (
        policy.may_prepare_year(actor)
        and not _is_published(db, str(year))
        and registry.has_estates(db, date(year, 12, 31))
    ):
        found += _of_year(actor, year)
    return found


def _is_published(db: Session, period: str) -> bool:
    return bool(db.scalar(_PUBLISHED, {"period": period}))


def _of_quarter(db: Session, actor: Actor, quarter: Quarter) -> list[WorkItem]:
    name, values = quarter_text(quarter), {"quarter": str(quarter)}
    if policy.may_publish_quarter(actor):
        if not registry.has_estates(db, quarter.last):
            return []
        title = _("公布%(quarter)s得分", quarter=name)
        return [WorkItem(title, "ratings.quarter_prepare", values, publication_due(quarter))]
    place = actor.division_code
    if place is None or not (policy.may_prepare_quarter(actor, place) or policy.may_confirm_quarter(actor, place)):
        return []
    communities = set(registry.estate_places(db, quarter.last, place).values())
    last = steps(db, quarter)
    if policy.may_confirm_quarter(actor, place):
        waiting = [code for code in communities if last.get(code, (0, ""))[1] != "confirmed"]
        title = _("复核%(quarter)s各社区结果", quarter=name)
        note = _("逐个社区核对检查、照片和得分，再确认。")
        return (
            [WorkItem(title, "ratings.quarter_review", values, street_due(quarter), len(waiting), note)]
            if waiting
            else []
        )
    missing = [code for code in communities if code not in last]
    if not missing or level_of(place) != "community":
        return []
    return [
        WorkItem(_("生成%(quarter)s初评结果", quarter=name), "ratings.quarter_prepare", values, initial_due(quarter))
    ]


def _revision_of(db: Session, quarter: Quarter) -> list[WorkItem]:
    """Checks confirmed since the last publication wait for their revision."""
    newest = last_release(db, str(quarter))
    waiting = checks.confirmed_since(db, [str(month) for month in quarter.months], newest.known_at) if newest else 0
    if not waiting:
        return []
    title = _("公布%(quarter)s的更正", quarter=quarter_text(quarter))
    note = _("公布以后又确认了%(n)s份检查。", n=waiting)
    return [WorkItem(title, "ratings.quarter_prepare", {"quarter": str(quarter)}, note=note)]


def _of_year(actor: Actor, year: int) -> list[WorkItem]:
    name, values = year_text(year), {"year": str(year)}
    if policy.may_publish_year(actor):
        return [WorkItem(_("公布%(year)s星级", year=name), "ratings.year_prepare", values)]
    return [WorkItem(_("准备%(year)s星级", year=name), "ratings.year_prepare", values)]


def work_figures(db: Session, *, actor: Actor) -> list[WorkFigure]:
    """For the street: the communities that it has yet to confirm, and the quarter in progress. (The district's first
    screen shows the quarter street by street, see ``progress_figure``.)"""
    place, quarter = actor.division_code, Quarter.of(clock.today())
    if place is None or not policy.may_confirm_quarter(actor, place):
        return []
    return [_to_confirm(db, quarter.previous, place), progress_figure(quarter, progress(db, quarter, place))]


def _to_confirm(db: Session, quarter: Quarter, place: str) -> WorkFigure:
    communities = set(registry.estate_places(db, quarter.last, place).values())
    last = steps(db, quarter)
    left = len([code for code in communities if last.get(code, (0, ""))[1] != "confirmed"])
    due = street_due(quarter)
    late = clock.today() > due
    day = date_text(due)
    late_note = _("已过%(day)s的期限", day=day)
    note = (late_note if late else _("最迟%(day)s确认", day=day)) if left else _("各社区都已确认")
    return WorkFigure(
        _("%(quarter)s待确认的社区", quarter=quarter_text(quarter)),
        f"{number_text(left)} / {number_text(len(communities))}",
        note,
        "ratings.quarter_review",
        {"quarter": str(quarter)},
        "ok" if not left else "late" if late else "plain",
    )


def progress_figure(quarter: Quarter, table: pd.DataFrame) -> WorkFigure:
    """The share of estates checked in the months that are over; each month in the note. ``table``: ``progress``."""
    today = clock.today()
    months = table.groupby("month", sort=True)[["due", "checked"]].sum()
    over = [month for month in months.index if Month.parse(month).last < today]
    counted = months.loc[over] if over else months
    parts = [_month_share(str(month), month in over, share(row.checked, row.due)) for month, row in months.iterrows()]
    return WorkFigure(
        _("%(quarter)s检查进度", quarter=quarter_text(quarter)),
        share(int(counted["checked"].sum()), int(counted["due"].sum())),
        _("，").join(parts),
        "ratings.quarter_prepare",
        {"quarter": str(quarter)},
    )


def _month_share(month: str, is_over: bool, part: str) -> str:
    if is_over:
        return _("%(month)s：%(share)s", month=month_text(month), share=part)
    return _("%(month)s（进行中）：%(share)s", month=month_text(month), share=part)


def share(part: int, whole: int) -> str:
    """A share in whole per cent, rounded down so that only all is 100%; a dash of nothing."""
    return f"{part * 100 // whole}%" if whole else "–"
