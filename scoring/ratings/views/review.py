"""A community's quarter as its street reviews it: estates, their months, the initial result, the findings beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel.i18n import language
from portal.kernel.periods import Quarter
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.ratings import api
from scoring.ratings.figures.quarter import FILED, quarter_figures
from scoring.ratings.sentences import item_sentence
from scoring.rules.explain import item_line
from scoring.rules.standard import ChecklistItem
from scoring.standards import api as standards

PLAIN = "pass"


@dataclass(frozen=True)
class Finding:
    """An item that is no plain pass, in a sentence; place and note are for the staff."""

    code: str
    name: str
    sentence: str
    place: str
    note: str
    hazard_class: str
    lost_cp: int


@dataclass(frozen=True)
class MonthCell:
    """A month of an estate: ``state`` is empty without a check; ``score_cp`` None until it is submitted."""

    month: str
    check_id: str
    state: str
    score_cp: int | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class EstateReview:
    """An estate: the initial result as prepared (``prepared``: whether there is one) and as it would be now."""

    code: str
    name: str
    months: tuple[MonthCell, ...]
    score_cp: int | None
    status: str
    prepared: bool
    moved: bool


@dataclass(frozen=True)
class CommunityReview:
    """``seq`` and ``step`` of the last step; ``moved``: a check changed since the initial result was made."""

    division_code: str
    seq: int
    step: str
    on: date | None
    estates: tuple[EstateReview, ...]
    submitted: int

    @property
    def moved(self) -> bool:
        """Whether the initial result has to be made again."""
        return any(estate.moved for estate in self.estates)

    @property
    def prepared(self) -> bool:
        """Whether there is an initial result of every estate."""
        return bool(self.estates) and all(estate.prepared for estate in self.estates)


def community(db: Session, quarter: Quarter, code: str) -> CommunityReview:
    """Everything the street sees of a community's quarter."""
    estates = registry.estates_frame(db, quarter.last, within=code)
    made = quarter_figures(db, quarter, FILED, within=code)
    rows = checks.checks_frame(db, [str(month) for month in quarter.months])
    rows = rows[rows["estate_code"].isin(estates["estate_code"])]
    scores = {(m.estate_code, m.month): int(m.score_cp) for m in made.months.itertuples(index=False)}
    cells = _cells(rows, scores, _findings(db, rows))
    before = api.initial_rows(db, quarter).set_index("estate_code")
    now = made.scores.set_index("estate_code")
    listed = tuple(
        _estate(str(e.estate_code), str(e.name), quarter, cells, before, now) for e in estates.itertuples(index=False)
    )
    seq, step, on = api.steps(db, quarter).get(code, (0, "", None))
    return CommunityReview(code, seq, step, on, listed, int((rows["state"] == "submitted").sum()))


def _estate(
    code: str,
    name: str,
    quarter: Quarter,
    cells: Mapping[tuple[str, str], MonthCell],
    before: pd.DataFrame,
    now: pd.DataFrame,
) -> EstateReview:
    months = tuple(cells.get((code, str(m)), MonthCell(str(m), "", "", None, ())) for m in quarter.months)
    live = (_whole(now.loc[code, "score_cp"]), str(now.loc[code, "status"]), int(now.loc[code, "months"]))
    if code not in before.index:
        return EstateReview(code, name, months, live[0], live[1], False, False)
    old = (_whole(before.loc[code, "score_cp"]), str(before.loc[code, "status"]), int(before.loc[code, "months"]))
    return EstateReview(code, name, months, old[0], old[1], True, old != live)


def _whole(value: object) -> int | None:
    return None if pd.isna(value) else int(value)  # type: ignore[call-overload]


def _cells(
    rows: pd.DataFrame, scores: Mapping[tuple[str, str], int], found: Mapping[str, tuple[Finding, ...]]
) -> dict[tuple[str, str], MonthCell]:
    return {
        (row.estate_code, row.month): MonthCell(
            row.month, row.check_id, row.state, scores.get((row.estate_code, row.month)), found.get(row.check_id, ())
        )
        for row in rows.itertuples(index=False)
    }


def _findings(db: Session, rows: pd.DataFrame) -> dict[str, tuple[Finding, ...]]:
    """Check id to its findings, of submitted and confirmed checks, in two reads."""
    filed = rows[rows["state"].isin(FILED)]
    if filed.empty:
        return {}
    version = dict(zip(filed["check_id"], filed["standard_version"], strict=True))
    views = {name: standards.view(db, name).items for name in sorted(set(version.values()))}
    columns = ("check_id", "item_code", "result", "place", "note")
    results = checks.results_frame(db, list(version), columns=columns)
    found: dict[str, list[Finding]] = {}
    for check, item, result, place, note in results.itertuples(index=False):
        if result != PLAIN:
            made = _finding(views[version[check]][item], str(result), str(place), str(note), version[check])
            found.setdefault(str(check), []).append(made)
    return {check: tuple(sorted(made, key=lambda one: -one.lost_cp)) for check, made in found.items()}


def _finding(item: standards.ItemView, result: str, place: str, note: str, version: str) -> Finding:
    rule = ChecklistItem(item.item_code, item.max_cp, item.deduction, item.category_code, item.hazard_class)
    line = item_line(rule, result, version)
    name = item.item_en if language() == "en" else item.item_zh
    return Finding(item.item_code, name, item_sentence(line, note), place, note, item.hazard_class, line.centipoints)
