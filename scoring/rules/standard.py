"""The checklist as the rules see it: one row per item, points in centipoints."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from .deductions import DEDUCTIONS
from .errors import BadStandard, UnknownDeduction

COLUMNS = ["max_cp", "deduction", "category_code", "hazard_class"]
HAZARD_CLASSES = ("A", "B", "C")


@dataclass(frozen=True)
class ChecklistItem:
    """One item of a standard version; ``max_cp`` is ``max_points`` x 100."""

    item_code: str
    max_cp: int
    deduction: str
    category_code: str
    hazard_class: str


def standard_frame(items: Iterable[ChecklistItem]) -> pd.DataFrame:
    """DataFrame indexed by ``item_code`` with ``max_cp`` (int64, centipoints), ``deduction``, ``category_code``,
    ``hazard_class``. Raises ``BadStandard`` for a repeated code, points of 0 or less or an unknown hazard class, and
    ``UnknownDeduction``.
    """
    rows = list(items)
    frame = pd.DataFrame([vars(item) for item in rows], columns=["item_code", *COLUMNS]).set_index("item_code")
    frame["max_cp"] = frame["max_cp"].astype("int64")
    verify_standard(frame)
    return frame


def verify_standard(standard: pd.DataFrame) -> None:
    """Refuse a checklist that cannot be scored."""
    faulty = standard.index.duplicated() | (standard["max_cp"] <= 0) | ~standard["hazard_class"].isin(HAZARD_CLASSES)
    if standard.empty or faulty.any():
        raise BadStandard(list(standard.index[faulty]) or "(no items)")
    unknown = set(standard["deduction"]) - set(DEDUCTIONS)
    if unknown:
        raise UnknownDeduction(unknown)


def item_of(standard: pd.DataFrame, item_code: str) -> ChecklistItem:
    """One item of a standard frame. ``KeyError`` when the standard has no such item."""
    row = standard.loc[item_code]
    return ChecklistItem(item_code, int(row["max_cp"]), row["deduction"], row["category_code"], row["hazard_class"])
