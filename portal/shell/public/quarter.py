"""Where the points of an estate's quarter went: categories, items, findings and photos, as they entered the publication."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.i18n import language
from scoring.checks import api as checks
from scoring.ratings import api as ratings
from scoring.rules.deductions import NOT_APPLICABLE
from scoring.rules.items import item_score
from scoring.rules.rounding import half_up
from scoring.rules.standard import item_of
from scoring.standards import api as standards


@dataclass(frozen=True)
class MonthShown:
    """A month that entered the quarter, with the sums of its check."""

    month: str
    score_cp: int
    earned_cp: int
    applicable_cp: int
    version: str


@dataclass
class ItemShown:
    """An item on which points were lost: in which months, how many findings in all, points lost over all months."""

    code: str
    name: str
    category_code: str
    hazard_class: str
    version: str
    months: dict[str, str] = field(default_factory=dict)
    lost_cp: int = 0
    photos: list[checks.PhotoView] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many findings; 0 for an item that is graded and not counted."""
        return sum(int(result) for result in self.months.values() if result.isdigit())


@dataclass
class CategoryShown:
    """A category: points earned and possible (mean of the months), and the items that lost some."""

    code: str
    name: str
    earned_cp: int = 0
    max_cp: int = 0
    items: list[ItemShown] = field(default_factory=list)


@dataclass(frozen=True)
class QuarterShown:
    """One quarter of one estate, opened."""

    months: list[MonthShown]
    categories: list[CategoryShown]

    @property
    def items(self) -> list[ItemShown]:
        """The items that lost points, the dearest first."""
        found = [item for category in self.categories for item in category.items]
        return sorted(found, key=lambda item: (-item.lost_cp, item.code))

    @property
    def worst(self) -> CategoryShown | None:
        """The category that lost most."""
        losing = [category for category in self.categories if category.max_cp > category.earned_cp]
        return max(losing, key=lambda category: category.max_cp - category.earned_cp, default=None)


def _name(view: Any, base: str) -> str:
    return str(getattr(view, f"{base}en" if language() == "en" else f"{base}zh"))


def opened(db: Session, quarter: str, estate_code: str) -> QuarterShown:
    """The quarter of an estate down to its findings, from the facts known when it was published."""
    entered = list(ratings.quarter_months(db, quarter, estate_code=estate_code).itertuples(index=False))
    versions = list(dict.fromkeys(row.standard_version for row in entered))
    views = {version: standards.view(db, version) for version in versions}
    frames = standards.frames(db, versions) if versions else {}
    shown: dict[str, CategoryShown] = {}
    for row in entered:
        view, frame = views[row.standard_version], frames[row.standard_version]
        found = checks.findings(db, row.check_id, known_at=row.recorded_at)
        _add_points(shown, view, checks.score_preview(frame, {item.item_code: item.result for item in found}))
        _add_findings(shown, view, frame, row.month, found)
    for category in shown.values():
        category.earned_cp = half_up(category.earned_cp, len(entered))
        category.max_cp = half_up(category.max_cp, len(entered))
    months = [
        MonthShown(row.month, int(row.score_cp), int(row.earned_cp), int(row.applicable_cp), row.standard_version)
        for row in entered
    ]
    return QuarterShown(months, list(shown.values()))


def _add_points(shown: dict[str, CategoryShown], view: standards.StandardView, score: checks.Score) -> None:
    for category in view.categories:
        entry = shown.setdefault(category.code, CategoryShown(category.code, _name(category, "")))
        earned, applicable = score.by_category.get(category.code, (0, 0))
        entry.earned_cp += earned
        entry.max_cp += applicable


def _add_findings(
    shown: dict[str, CategoryShown], view: standards.StandardView, frame: Any, month: str, found: list[checks.FindingView]
) -> None:
    for finding in found:
        if finding.result == NOT_APPLICABLE:
            continue
        item = view.items[finding.item_code]
        entries = shown[item.category_code].items
        entry = next((known for known in entries if known.code == item.item_code), None)
        if entry is None:
            name = _name(item, "item_")
            entry = ItemShown(item.item_code, name, item.category_code, item.hazard_class, view.version)
            entries.append(entry)
        entry.months[month] = finding.result
        entry.lost_cp += item_score(finding.result, item_of(frame, item.item_code)).lost_cp
        entry.photos.extend(finding.photos)
