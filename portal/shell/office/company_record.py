"""What a company may know of itself: its public record, why its estates lost points, what the last checks found.

Everything is public or concerns the company itself; of photos only the released copies, no place and no note.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _, language, ngettext
from portal.kernel.periods import Month
from portal.registry import api as registry
from portal.shell.public import enterprise, fields
from scoring.checks import api as checks
from scoring.lists import api as lists
from scoring.ratings import api as ratings
from scoring.rules.deductions import NOT_APPLICABLE
from scoring.rules.items import item_losses, item_score
from scoring.rules.months import category_totals
from scoring.rules.rounding import half_up
from scoring.rules.standard import ChecklistItem
from scoring.standards import api as standards

TOP, MONTHS_SHOWN, MONTHS_LOOKED_AT = 3, 3, 12


@dataclass(frozen=True)
class Loss:
    """An item on which an estate lost points over the months of a quarter."""

    code: str
    name: str
    lost_cp: int


@dataclass(frozen=True)
class Own:
    """An estate served today: the public row, its movement (None without a comparison), and the dearest items."""

    served: enterprise.Served
    score_delta_cp: int | None
    rank_delta: int | None
    losses: list[Loss]


@dataclass(frozen=True)
class CompanyRecord:
    """The company's first page."""

    public: enterprise.Record
    estates: list[Own]
    notices: list[lists.NoticeView]


@dataclass(frozen=True)
class Found:
    """A finding of a confirmed check: item, result in words, centipoints lost, released photos, photos kept."""

    code: str
    name: str
    hazard_class: str
    result: str
    lost_cp: int
    photos: tuple[checks.PhotoView, ...]
    kept: int


@dataclass(frozen=True)
class CheckedMonth:
    """A confirmed month of an estate."""

    check_id: str
    month: str
    inspected_on: date
    standard_version: str
    findings: list[Found]


@dataclass(frozen=True)
class Category:
    """A category over the months of a quarter: mean points earned and possible. A bar of the page."""

    label: str
    earned_cp: int
    max_cp: int
    url: str = ""


@dataclass(frozen=True)
class EstateRecord:
    """One estate of the company: the last published quarter by category, and the last confirmed months."""

    own: Own
    categories: list[Category]
    months: list[CheckedMonth]


def record(db: Session, uscc: str) -> CompanyRecord:
    """The company today. ``NotFound``."""
    found = enterprise.record(db, uscc, clock.today())
    return CompanyRecord(found, _own(db, found, {one.estate_code for one in found.served}), lists.notices(db, uscc))


def estate_record(db: Session, uscc: str, code: str) -> EstateRecord:
    """An estate that the company serves today; ``NotFound`` for any other."""
    found = enterprise.record(db, uscc, clock.today())
    own = next(iter(_own(db, found, {code})), None)
    if own is None:
        raise NotFound(_("没有找到这个小区。这里只列出贵企业今天服务的小区。"))
    last = own.served.last
    categories = _categories(db, last.quarter, code) if last is not None and last.months else []
    return EstateRecord(own, categories, _months(db, uscc, own.served))


def _own(db: Session, found: enterprise.Record, codes: Collection[str]) -> list[Own]:
    mine = [one for one in found.served if one.estate_code in codes]
    period = found.standing.quarter.period if found.standing.quarter else None
    if not mine or period is None:
        return [Own(one, None, None, []) for one in mine]
    moved = fields.by_estate(ratings.movement(db, period))
    lost = _losses(db, period, {one.estate_code for one in mine})
    return [_one(one, moved.get(one.estate_code), lost.get(one.estate_code, [])) for one in mine]


def _one(served: enterprise.Served, moved: Any, losses: list[Loss]) -> Own:
    if moved is None:
        return Own(served, None, None, losses)
    return Own(served, fields.whole(moved.score_delta_cp), fields.whole(moved.district_delta), losses)


def _losses(db: Session, period: str, codes: set[str]) -> dict[str, list[Loss]]:
    """Estate code to the items that cost it most in a published quarter, from the facts known at each publication."""
    months = ratings.quarter_months(db, period)
    months = months[months["estate_code"].isin(codes)]
    parts = []
    for (known_at, version), group in months.groupby(["recorded_at", "standard_version"]):
        results = checks.results_frame(
            db, list(group["check_id"]), known_at=known_at, columns=("check_id", "item_code", "result")
        )
        lost = item_losses(results["item_code"], results["result"], standards.frames(db, [str(version)])[str(version)])
        estate = dict(zip(group["check_id"], group["estate_code"], strict=True))
        rows = results.assign(estate_code=results["check_id"].astype("object").map(estate), version=version)
        parts.append(rows.assign(lost_cp=lost["lost_cp"].to_numpy(), item_code=results["item_code"].astype("object")))
    return _dearest(db, pd.concat(parts, ignore_index=True)) if parts else {}


def _dearest(db: Session, rows: pd.DataFrame) -> dict[str, list[Loss]]:
    names = {version: _names(db, str(version)) for version in sorted(set(rows["version"]))}
    sums = rows[rows["lost_cp"] > 0].groupby(["estate_code", "version", "item_code"])["lost_cp"].sum().reset_index()
    sums = sums.sort_values(["lost_cp", "item_code"], ascending=[False, True])
    found: dict[str, list[Loss]] = {}
    for row in sums.itertuples(index=False):
        held = found.setdefault(str(row.estate_code), [])
        if len(held) < TOP:
            held.append(Loss(str(row.item_code), names[row.version][str(row.item_code)], int(row.lost_cp)))
    return found


def _categories(db: Session, period: str, code: str) -> list[Category]:
    """Where the points of a published quarter were lost, from the facts known at its publication."""
    months = ratings.quarter_months(db, period, estate_code=code)
    known_at, versions = months["recorded_at"].iloc[0], sorted(set(months["standard_version"]))
    results = checks.results_frame(
        db, list(months["check_id"]), known_at=known_at, columns=("check_id", "item_code", "result")
    )
    names = {"check_id": "check", "standard_version": "standard"}
    rows = results.rename(columns=names).astype("object")
    table = category_totals(
        months.rename(columns=names), rows[rows["result"] != "pass"], standards.frames(db, versions)
    )
    labels = {one.code: one.en if language() == "en" else one.zh for one in _all_categories(db, versions)}
    sums = table.groupby("category_code", sort=False)[["earned_cp", "applicable_cp"]].sum()
    return [
        Category(
            labels[str(category)],
            half_up(int(row.earned_cp), len(months)),
            half_up(int(row.applicable_cp), len(months)),
        )
        for category, row in sums.iterrows()
    ]


def _all_categories(db: Session, versions: list[str]) -> list[standards.CategoryView]:
    return [category for version in versions for category in standards.view(db, version).categories]


def _name(item: standards.ItemView) -> str:
    return item.item_en if language() == "en" else item.item_zh


def _names(db: Session, version: str) -> dict[str, str]:
    return {code: _name(item) for code, item in standards.view(db, version).items.items()}


def _months(db: Session, uscc: str, served: enterprise.Served) -> list[CheckedMonth]:
    """The last confirmed months in which the company itself served the estate, the newest first."""
    month, looked_at = Month.of(clock.today()), []
    for _step in range(MONTHS_LOOKED_AT):
        looked_at.append(str(month))
        month = month.previous
    rows = checks.checks_frame(db, looked_at, within=served.division_code)
    rows = rows[(rows["estate_code"] == served.estate_code) & (rows["state"] == "confirmed")]
    terms = _terms(db, uscc, served.estate_code)
    mine = [row for row in rows.itertuples(index=False) if any(a <= row.inspected_on <= b for a, b in terms)]
    mine.sort(key=lambda row: row.month, reverse=True)
    shown = mine[:MONTHS_SHOWN]
    items = {version: standards.view(db, version).items for version in {row.standard_version for row in shown}}
    return [_checked(db, row, items[row.standard_version]) for row in shown]


def _terms(db: Session, uscc: str, code: str) -> list[tuple[date, date]]:
    frame = registry.contracts_frame(db)
    mine = frame[(frame["estate_code"] == code) & (frame["uscc"] == uscc)]
    return [(row.starts_on, date.max if pd.isna(row.ends_on) else row.ends_on) for row in mine.itertuples(index=False)]


def _checked(db: Session, row: Any, items: Mapping[str, standards.ItemView]) -> CheckedMonth:
    found = checks.findings(db, row.check_id)
    shown = [_finding(items[one.item_code], one) for one in found if one.result != NOT_APPLICABLE]
    shown.sort(key=lambda one: (-one.lost_cp, one.code))
    return CheckedMonth(row.check_id, row.month, row.inspected_on, row.standard_version, shown)


def _finding(item: standards.ItemView, found: checks.FindingView) -> Found:
    rule = ChecklistItem(item.item_code, item.max_cp, item.deduction, item.category_code, item.hazard_class)
    released = tuple(photo for photo in found.photos if photo.public_sha256)
    lost = item_score(found.result, rule).lost_cp
    kept = len(found.photos) - len(released)
    return Found(item.item_code, _name(item), item.hazard_class, result_words(found.result), lost, released, kept)


def result_words(result: str) -> str:
    """A result of an item in a sentence."""
    if result.isdigit():
        return ngettext("发现%(n)s处问题", "发现%(n)s处问题", int(result))
    return standards.grade_name(result)
