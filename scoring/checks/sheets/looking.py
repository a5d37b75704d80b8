"""Look at the rows of a ``checks`` sheet: what each check reports, or what is wrong in which cell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from portal.accounts import api as accounts
from portal.kernel import clock
from portal.kernel.access import Actor, Role
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.importing import ImportContext
from portal.kernel.periods import Month
from portal.kernel.sheets.read import Problems, Sheet
from portal.registry import api as registry
from scoring.checks import queries
from scoring.checks.draft import PASS
from scoring.checks.verbs.record import due_day
from scoring.rules.deductions import CLEAN, NOT_APPLICABLE, WHOLE_CHECK, canonical_result, expected_results
from scoring.rules.errors import NothingApplicable, UnknownResult
from scoring.rules.months import month_scores
from scoring.standards import api as standards

ABSENT = -1
_TELLING = ("estate_code", "month", "inspected_on")


@dataclass(frozen=True)
class Coded:
    """A column as small numbers: ``codes`` of the rows (-1 where the cell is bad) and the distinct ``values``."""

    codes: np.ndarray
    values: list[Any]

    @classmethod
    def of(cls, cells: Sequence[Any]) -> "Coded":
        values = list(dict.fromkeys(cell for cell in cells if cell is not None))
        place: dict[Any, int] = {value: number for number, value in enumerate(values)}
        place[None] = ABSENT
        return cls(np.fromiter(map(place.__getitem__, cells), dtype=np.int64, count=len(cells)), values)


@dataclass(frozen=True)
class Reports:
    """What a sheet says. One entry for each estate and month, in the order of their first rows; ``check`` gives the
    entry of each row, ``kept`` the rows that are no plain pass, ``item`` and ``result`` (in its one way of writing)
    are those of each row."""

    estates: list[str]
    months: list[str]
    days: list[date]
    inspectors: list[str]
    standards: list[str]
    first_rows: np.ndarray
    sizes: np.ndarray
    check: np.ndarray
    kept: np.ndarray
    item: Sequence[str]
    result: np.ndarray
    note: Sequence[str]

    def __len__(self) -> int:
        return len(self.estates)


class Look:
    """The columns of a sheet while they are looked at.

    ``alive`` marks the rows whose check can be told: estate, month and day are in order. Other bad cells do not hide
    each other.
    """

    def __init__(self, db: Session, actor: Actor, sheet: Sheet, rows: dict[str, list[Any]], problems: Problems) -> None:
        self.db, self.actor, self.sheet, self.problems = db, actor, sheet, problems
        self.estate, self.day = Coded.of(rows["estate_code"]), Coded.of(rows["inspected_on"])
        self.month = Coded.of([None if month is None else str(month) for month in rows["month"]])
        self.inspector, self.item = Coded.of(rows["inspector"]), Coded.of(rows["item_code"])
        self.result = Coded.of([None if cell is None else cell.casefold() for cell in rows["result"]])
        self.note: list[str] = [cell or "" for cell in rows["note"]]
        self.items: list[Any] = rows["item_code"]
        self.alive = np.ones(len(sheet), dtype=bool)
        for column in (self.estate, self.month, self.day):
            self.alive &= column.codes != ABSENT

    def blame(self, rows: Iterable[Any], column: str, sentence: Callable[[int], str]) -> None:
        """Note one bad cell for each row."""
        for row in rows:
            self.alive[row] &= column not in _TELLING
            self.problems.add(self.sheet.cell(column, int(row)), sentence(int(row)))

    def blame_values(self, name: str, column: Coded, wrong: dict[int, str]) -> Coded:
        """Note every row whose value (by its number) has a sentence; the column without these values."""
        if not wrong:
            return column
        bad = np.isin(column.codes, list(wrong))
        self.blame(np.flatnonzero(bad), name, lambda row: wrong[int(column.codes[row])])
        return Coded(np.where(bad, ABSENT, column.codes), column.values)

    def blame_pairs(self, name: str, left: Coded, right: Coded, says: Callable[[Any, Any], str]) -> None:
        """Ask once for each pair of values that occurs; note every row of a pair with a sentence."""
        width = max(len(right.values), 1)
        live = (left.codes != ABSENT) & (right.codes != ABSENT)
        key = left.codes * width + right.codes
        wrong = {}
        for pair in np.unique(key[live]):
            if sentence := says(left.values[pair // width], right.values[pair % width]):
                wrong[int(pair)] = sentence
        if wrong:
            rows = np.flatnonzero(live & np.isin(key, list(wrong)))
            self.blame(rows, name, lambda row: wrong[int(key[row])])


def look(
    db: Session, actor: Actor, sheet: Sheet, rows: dict[str, list[Any]], context: ImportContext, problems: Problems
) -> Reports:
    """The reports of a sheet. What is wrong is added to ``problems``; the answer is whole only when nothing is."""
    it = Look(db, actor, sheet, rows, problems)
    _look_at_values(it)
    _look_at_times(it, context)
    check, first = _group(it)
    _look_at_visits(it, check, first)
    versions = _look_at_standards(it, first)
    result = _look_at_results(it, check, versions)
    _look_at_repeats(it, check, result, len(first))
    if not problems.count:
        _look_at_sums(it, check, first, versions, result)
    return Reports(
        estates=[it.estate.values[it.estate.codes[row]] for row in first],
        months=[it.month.values[it.month.codes[row]] for row in first],
        days=[it.day.values[it.day.codes[row]] for row in first],
        inspectors=[it.inspector.values[it.inspector.codes[row]] for row in first],
        standards=versions,
        first_rows=first,
        sizes=np.bincount(check[check >= 0], minlength=len(first)),
        check=check,
        kept=np.flatnonzero(it.alive & (result != PASS)),
        item=it.items,
        result=result,
        note=it.note,
    )


def _look_at_values(it: Look) -> None:
    """Estates exist and lie in the jurisdiction; inspectors exist and are inspectors; none has a declared interest."""
    divisions = _divisions(it.db)
    wrong = {}
    for number, code in enumerate(it.estate.values):
        if code not in divisions:
            wrong[number] = _("没有编号为“%(value)s”的小区。请核对编号，或先导入该小区。", value=code)
        elif not it.actor.covers(divisions[code]):
            wrong[number] = _("“%(value)s”不在您的辖区内。", value=code)
    it.estate = it.blame_values("estate_code", it.estate, wrong)
    people = {person.login for person in accounts.people_in(it.db, Role.INSPECTOR)}
    wrong = {
        n: s for n, login in enumerate(it.inspector.values) if login not in people and (s := _no_inspector(it, login))
    }
    it.inspector = it.blame_values("inspector", it.inspector, wrong)
    barred = queries.interests(it.db)
    if barred:
        it.blame_pairs("inspector", it.inspector, it.estate, lambda login, estate: _barred(barred, login, estate))


def _divisions(db: Session) -> dict[str, str]:
    table = registry.estates_frame(db, clock.today())
    return dict(zip(table["estate_code"], table["division_code"], strict=True))


def _no_inspector(it: Look, login: str) -> str:
    """Why a login cannot stand as inspector; somebody who left the office could inspect in their time."""
    try:
        role = accounts.person(it.db, login).role
    except NotFound:
        return _("没有登录名为“%(login)s”的人员。请核对登录名，或先导入该人员。", login=login)
    if role != Role.INSPECTOR:
        return _("“%(login)s”不是社区检查人员。请填写实际检查人的登录名。", login=login)
    return ""


def _barred(barred: set[tuple[str, str]], login: str, estate: str) -> str:
    if (login, estate) not in barred:
        return ""
    return _("%(login)s已申报与%(estate)s有利害关系，不能检查这个小区。", login=login, estate=estate)


def _look_at_times(it: Look, context: ImportContext) -> None:
    """Nothing from the future; the day lies in its month; past months only as the office may bring them."""
    today = clock.today()
    wrong = {}
    for number, month in enumerate(it.month.values):
        if Month.parse(month).first > today:
            wrong[number] = _("%(month)s还没有到，不能导入。", month=month)
    it.month = it.blame_values("month", it.month, wrong)
    it.blame_pairs("inspected_on", it.month, it.day, lambda month, day: _outside(month, day, today))
    if not context.past_months:
        permitted = queries.late_permissions(it.db, it.month.values)
        it.blame_pairs("month", it.month, it.estate, lambda month, estate: _late(month, estate, context.on, permitted))


def _outside(month: str, day: date, today: date) -> str:
    if str(Month.of(day)) == month:
        return _("检查日期%(day)s还没有到。", day=day.isoformat()) if day > today else ""
    return _("检查日期%(day)s不在%(month)s内。", day=day.isoformat(), month=month)


def _late(month: str, estate: str, on: date, permitted: set[tuple[str, str]]) -> str:
    if on <= due_day(month) or (estate, month) in permitted:
        return ""
    due = due_day(month).isoformat()
    return _("%(month)s检查的提交期限（%(due)s）已过。请先由街道批准逾期提交。", month=month, due=due)


def _group(it: Look) -> tuple[np.ndarray, np.ndarray]:
    """The report of each row (-1: a bad row) and the first row of each report, in the order of the sheet."""
    check = np.full(len(it.sheet), ABSENT, dtype=np.int64)
    rows = np.flatnonzero(it.alive)
    keys = it.estate.codes[rows] * max(len(it.month.values), 1) + it.month.codes[rows]
    numbers, _distinct = pd.factorize(keys)
    check[rows] = numbers
    _names, where = np.unique(numbers, return_index=True)
    return check, rows[where]


def _look_at_visits(it: Look, check: np.ndarray, first: np.ndarray) -> None:
    """One estate and month have one day and one inspector."""
    if not len(first):
        return
    for name, column in (("inspected_on", it.day), ("inspector", it.inspector)):
        rows = np.flatnonzero(it.alive)
        own, others = column.codes[rows], column.codes[first[check[rows]]]
        rows = rows[(own != others) & (own != ABSENT) & (others != ABSENT)]
        it.blame(rows, name, lambda row: _two_visits(it.sheet.row_number(int(first[check[row]]))))


def _two_visits(row: int) -> str:
    return _("与第%(row)s行不一致。同一小区同一月份只有一次检查，检查日期和检查人应相同。", row=row)


def _look_at_standards(it: Look, first: np.ndarray) -> list[str]:
    """The version in force for the estate's kind on the day of each visit; ``''`` where there is none."""
    kinds = registry.estate_kinds(it.db)
    estates = [it.estate.values[it.estate.codes[row]] for row in first]
    days = [it.day.values[it.day.codes[row]] for row in first]
    pairs = [(_kind_on(kinds[estate], day), day) for estate, day in zip(estates, days, strict=True)]
    found = standards.in_force_map(it.db, set(pairs))
    versions = [found[pair] or "" for pair in pairs]
    for place, version in enumerate(versions):
        if not version:
            text = _("%(day)s没有适用于该类小区的检查标准。请先发布检查标准。", day=days[place].isoformat())
            it.blame([int(first[place])], "inspected_on", lambda _row, text=text: text)  # type: ignore[misc]
    return versions


def _kind_on(periods: list[tuple[date, date | None, str]], day: date) -> str:
    for begins, ends, kind in periods:
        if begins <= day and (ends is None or day <= ends):
            return kind
    return periods[0][2]  # before the register knew it, as it was first


def _look_at_results(it: Look, check: np.ndarray, versions: list[str]) -> np.ndarray:
    """The result of each row in its one way of writing; each (version, item, result) is asked once."""
    names = [name for name in dict.fromkeys(versions) if name]
    number = {name: place for place, name in enumerate(names)}
    of_check = np.array([number.get(name, ABSENT) for name in versions] or [ABSENT], dtype=np.int64)
    version = np.where(it.alive, of_check[check], ABSENT)
    live = it.alive & (version != ABSENT) & (it.item.codes != ABSENT) & (it.result.codes != ABSENT)
    shape = (max(len(names), 1), max(len(it.item.values), 1), max(len(it.result.values), 1))
    key = (version * shape[1] + it.item.codes) * shape[2] + it.result.codes
    deductions = {name: _deductions(it.db, name) for name in names}
    cells, place = np.unique(key[live], return_inverse=True)
    texts, wrong = np.full(len(cells), PASS, dtype=object), {}
    for cell, triple in enumerate(cells):
        v, i, r = (int(part) for part in np.unravel_index(triple, shape))
        column, answer = _result_of(deductions[names[v]], names[v], it.item.values[i], it.result.values[r])
        if column:
            wrong[int(triple)] = (column, answer)
        else:
            texts[cell] = answer
    result = np.full(len(it.sheet), PASS, dtype=object)
    result[live] = texts[place]
    for name in ("item_code", "result"):
        bad = [triple for triple, (column, _text) in wrong.items() if column == name]
        it.blame(np.flatnonzero(live & np.isin(key, bad)), name, lambda row: wrong[int(key[row])][1])
    no_reason = [row for row in np.flatnonzero(live & (result == NOT_APPLICABLE)) if not it.note[row].strip()]
    it.blame(no_reason, "note", lambda _row: _("填写不适用（na）时，请在说明列写明原因。"))
    return result


def _deductions(db: Session, version: str) -> dict[str, str]:
    frame = standards.frame(db, version)
    return dict(zip(frame.index, frame["deduction"], strict=True))


def _result_of(deductions: dict[str, str], version: str, item: str, result: str) -> tuple[str, str]:
    """("", the result) or (the column that is wrong, the sentence)."""
    if item == WHOLE_CHECK:
        if result in CLEAN:
            return "", WHOLE_CHECK
        return "result", _("检查项填*表示没有发现问题，结果应填pass，现在是“%(value)s”。", value=result)
    if item not in deductions:
        return "item_code", _("检查标准%(version)s没有检查项%(item)s。请核对编号。", version=version, item=item)
    try:
        return "", canonical_result(result, deductions[item])
    except UnknownResult:
        expected = expected_results(deductions[item])
        sentence = "检查项%(item)s的结果应填%(expected)s，现在是“%(value)s”。"
        return "result", _(sentence, item=item, expected=expected, value=result)


def _look_at_repeats(it: Look, check: np.ndarray, result: np.ndarray, reports: int) -> None:
    """An item occurs once in a report, and ``*`` stands alone."""
    rows = np.flatnonzero(it.alive & (it.item.codes != ABSENT))
    keys = check[rows] * max(len(it.item.values), 1) + it.item.codes[rows]
    numbers, _distinct = pd.factorize(keys)
    _names, where = np.unique(numbers, return_index=True)
    again = pd.Series(numbers).duplicated().to_numpy()
    earlier = {int(row): int(rows[where[number]]) for row, number in zip(rows[again], numbers[again], strict=True)}
    sizes = np.bincount(check[rows], minlength=max(reports, 1))
    it.blame(earlier, "item_code", lambda row: _("检查项%(item)s与第%(row)s行重复。请只保留一行。", item=it.items[row],
                                                 row=it.sheet.row_number(earlier[row])))  # fmt: skip
    stars = np.flatnonzero(it.alive & (result == WHOLE_CHECK))
    crowded = stars[sizes[check[stars]] > 1]
    it.blame(crowded, "item_code", lambda _row: _("检查项填*时，同一小区同一月份不能有其他行。请删除这一行或其他行。"))
    result[stars] = PASS


def _look_at_sums(it: Look, check: np.ndarray, first: np.ndarray, versions: list[str], result: np.ndarray) -> None:
    """A check in which nothing applies cannot be scored."""
    excluded = np.unique(check[result == NOT_APPLICABLE])
    if not len(excluded):
        return
    rows = np.flatnonzero(np.isin(check, excluded) & (result != PASS))
    table = pd.DataFrame({"check": excluded, "estate_code": "", "month": "",
                          "standard": [versions[number] for number in excluded]})  # fmt: skip
    found = pd.DataFrame({"check": check[rows], "item_code": [it.items[row] for row in rows],
                          "result": result[rows].astype(str)})  # fmt: skip
    frames = standards.frames(it.db, sorted(set(table["standard"])))
    try:
        month_scores(table, found, frames)
    except NothingApplicable as error:
        empty = [int(first[int(name)]) for name in error.names]
        it.blame(empty, "item_code", lambda _row: _("所有检查项都不适用，无法计算得分。请核对结果。"))
