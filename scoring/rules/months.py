"""Month scores from item results (contract, section 3, "Month score")."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .deductions import CLEAN, WHOLE_CHECK
from .errors import (
    DuplicateFact,
    NothingApplicable,
    StarNotAlone,
    UnknownCheck,
    UnknownItem,
    UnknownResult,
    UnknownStandard,
)
from .groups import codes_of, group_count, group_sum, positions, repeated
from .items import loss_table
from .rounding import half_up

Standards = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class _Rows:
    """Result rows as codes: the check and item of each row, what it lost, what it takes out of the applicable sum."""

    check: np.ndarray
    item: np.ndarray
    lost: np.ndarray
    taken_out: np.ndarray
    item_names: list[Any]


def month_scores(checks: pd.DataFrame, results: pd.DataFrame, standards: Standards) -> pd.DataFrame:
    """Month score of each check.

    Parameters
    ----------
    checks : ``check`` (unique int key), ``estate_code``, ``month``, ``standard`` (a key of ``standards``)
    results : ``check``, ``item_code``, ``result``; exceptions only. A check without rows, or with the single row
        ``*``/``pass``, is clean. Plain passes may be listed.
    standards : version -> standard frame

    Returns
    -------
    ``check, estate_code, month, earned_cp, applicable_cp, score_cp`` (int64 centipoints), in the order of ``checks``.

    Raises ``UnknownStandard``, ``UnknownCheck``, ``UnknownItem``, ``UnknownResult``, ``DuplicateFact`` (an item twice
    in a check), ``StarNotAlone``, ``NothingApplicable`` (names the checks whose applicable sum is 0).
    """
    version, names = _versions(checks, standards)
    rows = _rows(checks, results, version, [standards[name] for name in names])
    full = np.array([standards[name]["max_cp"].sum() for name in names], dtype=np.int64)
    applicable = full[version] - group_sum(rows.check, rows.taken_out, len(checks))
    if (applicable == 0).any():
        raise NothingApplicable(checks["check"].to_numpy()[applicable == 0])
    earned = applicable - group_sum(rows.check, rows.lost, len(checks))
    out = checks[["check", "estate_code", "month"]].reset_index(drop=True)
    return out.assign(earned_cp=earned, applicable_cp=applicable, score_cp=half_up(10000 * earned, applicable))


def month_score(earned_cp: int, applicable_cp: int) -> int:
    """The month score of one check, in centipoints, from its points. ``NothingApplicable`` when none apply."""
    if applicable_cp == 0:
        raise NothingApplicable(["check"])
    return half_up(10000 * earned_cp, applicable_cp)


def category_totals(checks: pd.DataFrame, results: pd.DataFrame, standards: Standards) -> pd.DataFrame:
    """Points of each check and category, for bars: ``check, category_code, earned_cp, applicable_cp, lost_cp``.

    Same input and errors as ``month_scores``, save that a category may have no applicable points. One row per
    check and category of its standard, in the order of the checks and of the checklist.
    """
    version, names = _versions(checks, standards)
    frames = [standards[name] for name in names]
    rows = _rows(checks, results, version, frames)
    categories = pd.Index(pd.unique(pd.concat([frame["category_code"] for frame in frames])))
    width = len(categories)
    full = np.zeros((len(frames), width), dtype=np.int64)
    of_item = np.zeros((len(frames), max(len(rows.item_names), 1)), dtype=np.int64)
    for number, frame in enumerate(frames):
        place = categories.get_indexer(pd.Index(frame["category_code"]))
        full[number] = group_sum(place, frame["max_cp"].to_numpy(np.int64), width)
        known = frame.index.get_indexer(pd.Index(rows.item_names))
        of_item[number, : len(known)] = np.where(known >= 0, place[known], 0)
    cell = rows.check * width + of_item[version[rows.check], rows.item]
    size = len(checks) * width
    applicable = full[version].ravel() - group_sum(cell, rows.taken_out, size)
    lost = group_sum(cell, rows.lost, size)
    out = pd.DataFrame(
        {
            "check": np.repeat(checks["check"].to_numpy(), width),
            "category_code": np.tile(categories.to_numpy(), len(checks)),
            "earned_cp": applicable - lost,
            "applicable_cp": applicable,
            "lost_cp": lost,
        }
    )
    return out[full[version].ravel() > 0].reset_index(drop=True)


def _versions(checks: pd.DataFrame, standards: Standards) -> tuple[np.ndarray, list[Any]]:
    version, names = codes_of(checks["standard"], UnknownStandard)
    missing = [name for name in names if name not in standards]
    if missing:
        raise UnknownStandard(missing)
    return version, names


def _rows(checks: pd.DataFrame, results: pd.DataFrame, version: np.ndarray, frames: list[pd.DataFrame]) -> _Rows:
    check = positions(checks["check"], results["check"], UnknownCheck)
    item, item_names = codes_of(results["item_code"], UnknownItem)
    result, result_names = codes_of(results["result"], UnknownResult)
    _refuse_repeats(checks, check, item, item_names)
    if WHOLE_CHECK in item_names:
        keep = _clean_rows_aside(checks, check, item == item_names.index(WHOLE_CHECK), result, result_names)
        check, item, result = check[keep], item[keep], result[keep]
    cells = (version[check] * len(item_names) + item) * len(result_names) + result
    lost, applies = loss_table(frames, item_names, result_names, cells)
    tops = np.zeros((len(frames), max(len(item_names), 1)), dtype=np.int64)
    for number, frame in enumerate(frames):
        place = frame.index.get_indexer(pd.Index(item_names))
        tops[number, : len(place)] = np.where(place >= 0, frame["max_cp"].to_numpy(np.int64)[place], 0)
    taken_out = np.where(applies[cells], 0, tops[version[check], item])
    return _Rows(check, item, lost[cells], taken_out, item_names)


def _refuse_repeats(checks: pd.DataFrame, check: np.ndarray, item: np.ndarray, item_names: list[Any]) -> None:
    width = len(item_names)
    twice = repeated(check * width + item, len(checks) * width)
    if len(twice):
        keys = checks["check"].to_numpy()
        where = zip(*np.unravel_index(twice, (len(checks), width)), strict=True)
        raise DuplicateFact(f"check {keys[row]}, {item_names[column]}" for row, column in where)


def _clean_rows_aside(
    checks: pd.DataFrame, check: np.ndarray, star: np.ndarray, result: np.ndarray, result_names: list[Any]
) -> np.ndarray:
    """Mask of the rows without ``*``; a ``*`` must say pass and stand alone in its check."""
    says_pass = np.array([str(name) in CLEAN for name in result_names], dtype=bool)
    starred = np.zeros(len(checks), dtype=bool)
    starred[check[star]] = True
    wrong = starred & (group_count(check, len(checks)) > 1)
    wrong[check[star & ~says_pass[result]]] = True
    if wrong.any():
        raise StarNotAlone(checks["check"].to_numpy()[wrong])
    return ~star
