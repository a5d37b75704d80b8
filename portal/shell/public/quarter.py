"""Where the points of an estate's quarter went: the months' explanations put together by category and item."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from scoring.checks import api as checks
from scoring.ratings import api as ratings
from scoring.rules.deductions import NOT_APPLICABLE
from scoring.rules.rounding import half_up


@dataclass
class ItemShown:
    """An item on which points were lost: its result month by month, points lost over all months, photos."""

    code: str
    name: str
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
    found: dict[str, ItemShown] = field(default_factory=dict)

    @property
    def lost_cp(self) -> int:
        """Points lost, as a mean of the months."""
        return self.max_cp - self.earned_cp


@dataclass(frozen=True)
class QuarterShown:
    """One quarter of one estate, opened."""

    months: tuple[ratings.MonthExplained, ...]
    categories: list[CategoryShown]

    @property
    def items(self) -> list[ItemShown]:
        """The items that lost points, the dearest first."""
        found = [item for category in self.categories for item in category.found.values()]
        return sorted(found, key=lambda item: (-item.lost_cp, item.code))

    @property
    def worst(self) -> CategoryShown | None:
        """The category that lost most."""
        losing = [category for category in self.categories if category.lost_cp]
        return max(losing, key=lambda category: category.lost_cp, default=None)


def opened(db: Session, quarter: str, estate_code: str) -> QuarterShown:
    """The quarter of an estate down to its findings, from the facts known when it was published."""
    months = ratings.quarter_explained(db, quarter, estate_code).months
    shown: dict[str, CategoryShown] = {}
    for month in months:
        for category in month.categories:
            entry = shown.setdefault(category.code, CategoryShown(category.code, category.name))
            entry.earned_cp += category.earned_cp
            entry.max_cp += category.applicable_cp
            _add_items(entry, month, category)
    for entry in shown.values():
        entry.earned_cp, entry.max_cp = half_up(entry.earned_cp, len(months)), half_up(entry.max_cp, len(months))
    return QuarterShown(tuple(months), list(shown.values()))


def _add_items(entry: CategoryShown, month: ratings.MonthExplained, category: ratings.CategoryExplained) -> None:
    for line in category.items:
        if line.result == NOT_APPLICABLE:
            continue
        code = line.item.item_code
        fresh = ItemShown(code, line.name, line.item.hazard_class, month.standard_version)
        item = entry.found.setdefault(code, fresh)
        item.months[month.month] = line.result
        item.lost_cp += line.lost_cp
        item.photos.extend(line.finding.photos)
