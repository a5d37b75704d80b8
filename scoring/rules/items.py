"""What one result costs (contract, section 3, "Item"); the deduction codes themselves are in ``deductions``."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .deductions import CLEAN, NOT_APPLICABLE, canonical_result, deduction
from .errors import UnknownItem, UnknownResult
from .groups import codes_of, present
from .rounding import half_up
from .standard import ChecklistItem


@dataclass(frozen=True)
class ItemScore:
    """One item of one check, in centipoints. ``applicable_cp`` is 0 where the item does not apply."""

    earned_cp: int
    lost_cp: int
    applicable_cp: int
    applicable: bool


def item_score(result: str, item: ChecklistItem) -> ItemScore:
    """Score of one item: earned, lost and applicable centipoints. Raises ``UnknownResult``, ``UnknownDeduction``."""
    text, rule = canonical_result(result, item.deduction), deduction(item.deduction)
    if text == NOT_APPLICABLE:
        return ItemScore(0, 0, 0, False)
    if text == CLEAN[0]:
        lost = 0
    elif text in rule.grades:
        lost = half_up(item.max_cp * rule.grades[text], 100)
    else:
        lost = min(item.max_cp, int(text) * rule.step_cp)
    return ItemScore(item.max_cp - lost, lost, item.max_cp, True)


def item_losses(item_code: object, result: object, standard: pd.DataFrame) -> pd.DataFrame:
    """Loss of each result row under one standard.

    ``item_code`` and ``result`` are equally long arrays of text (categoricals are fastest). Returns one row per
    input row: ``lost_cp`` (int64), ``applicable`` (bool, False for ``na``). Raises ``UnknownItem``, ``UnknownResult``.
    """
    items, item_names = codes_of(item_code, UnknownItem)
    results, result_names = codes_of(result, UnknownResult)
    cells = items * len(result_names) + results
    lost, applies = loss_table([standard], item_names, result_names, cells)
    return pd.DataFrame({"lost_cp": lost[cells], "applicable": applies[cells]})


def loss_table(
    standards: list[pd.DataFrame], item_names: list[Any], result_names: list[Any], cells: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Loss and applicability of every (standard, item, result) that occurs, each worked out once.

    ``cells`` are the flat cell numbers in use; returns int64 losses and bools over all cells. Names every item that
    its standard lacks and every impossible result before anything is summed.
    """
    size = len(standards) * len(item_names) * len(result_names)
    lost, applies = np.zeros(size, dtype=np.int64), np.ones(size, dtype=bool)
    lookup = [_items(standard) for standard in standards]
    unknown, impossible = set(), set()
    shape = (len(standards), len(item_names), len(result_names))
    used = present(cells, size)
    for cell, version, item, result in zip(used, *np.unravel_index(used, shape), strict=True):
        known = lookup[version].get(item_names[item])
        if known is None:
            unknown.add(item_names[item])
            continue
        try:
            score = item_score(result_names[result], known)
        except UnknownResult as error:
            impossible.add(f"{item_names[item]}: {error.names[0]}")
            continue
        lost[cell], applies[cell] = score.lost_cp, score.applicable
    if unknown:
        raise UnknownItem(unknown)
    if impossible:
        raise UnknownResult(impossible)
    return lost, applies


def _items(standard: pd.DataFrame) -> dict[str, ChecklistItem]:
    rows = standard[["max_cp", "deduction", "category_code", "hazard_class"]].itertuples(name=None)
    return {code: ChecklistItem(code, int(top), *rest) for code, top, *rest in rows}
