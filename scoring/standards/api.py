"""What other features use of the checklist."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from scoring.rules.deductions import deduction
from scoring.rules.items import item_score
from scoring.rules.standard import ChecklistItem
from scoring.standards import published, queries
from scoring.standards.models import StandardItem, StandardVersion
from scoring.standards.results import costs_text as costs_text
from scoring.standards.results import grade_name as grade_name
from scoring.standards.results import result_name as result_name
from scoring.standards.service import seed as seed

EXPORT_COLUMNS = (
    "category_code", "category_zh", "category_en", "item_code", "item_zh", "item_en", "max_points", "deduction",
    "hazard_class", "version", "in_force_from",
)  # fmt: skip


@dataclass(frozen=True)
class ItemView:
    """One item; ``max_cp`` in centipoints."""

    item_code: str
    category_code: str
    item_zh: str
    item_en: str
    max_cp: int
    deduction: str
    hazard_class: str

    @property
    def step_cp(self) -> int:
        """What each finding costs, in centipoints; 0 where findings are not counted."""
        return deduction(self.deduction).step_cp

    @property
    def rule(self) -> ChecklistItem:
        """The item as ``scoring.rules`` reads it."""
        return ChecklistItem(self.item_code, self.max_cp, self.deduction, self.category_code, self.hazard_class)

    @property
    def losses(self) -> dict[str, int]:
        """Grade to what it costs, in centipoints, in the order of the rule; empty where findings are counted."""
        return {grade: item_score(grade, self.rule).lost_cp for grade in deduction(self.deduction).grades}


@dataclass(frozen=True)
class CategoryView:
    """A category with its items, in the order of the checklist."""

    code: str
    zh: str
    en: str
    items: tuple[ItemView, ...]

    @property
    def max_cp(self) -> int:
        """The points of the category, in centipoints."""
        return sum(item.max_cp for item in self.items)


@dataclass(frozen=True)
class StandardView:
    """A version as it is shown. ``in_force_from`` is None for a draft; ``pass_photo_c``: a passed class C item asks for
    a photo."""

    version: str
    in_force_from: date | None
    kinds: tuple[str, ...]
    categories: tuple[CategoryView, ...]
    reference: str = ""
    pass_photo_c: bool = True
    based_on: str | None = None
    is_published: bool = True

    @cached_property
    def items(self) -> dict[str, ItemView]:
        """Item code to item, in the order of the checklist."""
        return {item.item_code: item for category in self.categories for item in category.items}

    @property
    def max_cp(self) -> int:
        """The points of the whole checklist, in centipoints."""
        return sum(category.max_cp for category in self.categories)


def in_force(db: Session, kind: str, day: date) -> str:
    """The version in force for a kind of estate on a day. ``DomainError`` when there is none."""
    found = queries.in_force_map(db, [(kind, day)])[kind, day]
    if found is None:
        raise DomainError(_("%(day)s没有适用于该类小区的检查标准。请先发布检查标准。", day=day.isoformat()))
    return found


def in_force_map(db: Session, wanted: Iterable[tuple[str, date]]) -> dict[tuple[str, date], str | None]:
    """(kind, day) to the version in force, ``None`` where there is none."""
    return queries.in_force_map(db, wanted)


def frame(db: Session, version: str) -> pd.DataFrame:
    """A version as ``scoring.rules.standard`` reads it. ``NotFound``."""
    made = published.kept(db, "frame", version, lambda: queries.frames(db, [version])[version])
    return made.copy(deep=False)


def frames(db: Session, versions: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Several versions as ``frame``. ``NotFound`` names an unknown one."""
    return {version: frame(db, version) for version in dict.fromkeys(versions)}


def view(db: Session, version: str) -> StandardView:
    """A version with its categories and items, draft or published. ``NotFound``."""
    return published.kept(
        db, "view", version, lambda: shown(queries.version_row(db, version), queries.items(db, version))
    )


def published_versions(db: Session) -> list[str]:
    """Codes of the published versions, the oldest first."""
    return [row.version for row in queries.published(db)]


def export_rows(db: Session, versions: Sequence[str] | None = None) -> list[dict[str, str]]:
    """Rows of ``standards.csv`` (contract, section 5): published versions, all or the named ones, sorted by version and
    item code."""
    rows = []
    for row in queries.published(db):
        if versions is None or row.version in versions:
            rows += [_export_row(row, item) for item in queries.items(db, row.version)]
    return sorted(rows, key=lambda line: (line["version"], line["item_code"]))


def _export_row(row: StandardVersion, item: StandardItem) -> dict[str, str]:
    values = {name: str(getattr(item, name)) for name in EXPORT_COLUMNS[:-1]}
    return values | {"in_force_from": row.in_force_from.isoformat() if row.in_force_from else ""}


def shown(row: StandardVersion, items: Sequence[StandardItem]) -> StandardView:
    """A version row and its item rows as a view."""
    names = {item.category_code: (item.category_zh, item.category_en) for item in reversed(items)}
    categories = tuple(
        CategoryView(code, *names[code], tuple(_item_view(item) for item in items if item.category_code == code))
        for code in dict.fromkeys(item.category_code for item in items)
    )
    return StandardView(
        version=row.version,
        in_force_from=row.in_force_from if row.published_at else None,
        kinds=tuple(row.kinds.split(",")),
        categories=categories,
        reference=row.reference,
        pass_photo_c=row.pass_photo_c,
        based_on=row.based_on,
        is_published=row.published_at is not None,
    )


def _item_view(item: StandardItem) -> ItemView:
    return ItemView(
        item.item_code, item.category_code, item.item_zh, item.item_en, item.max_points * 100, item.deduction,
        item.hazard_class,
    )  # fmt: skip
