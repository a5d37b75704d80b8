"""Reads of checks and their results as tables, at any instant of knowledge."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.kernel import clock
from portal.kernel.periods import Month
from portal.kernel.versions import recorded
from portal.operations import api as operations
from portal.registry import api as registry
from scoring.checks.models import CheckStep, InterestDeclaration, ItemResult, LatePermission, MonthlyCheck

CHECK_COLUMNS = ("check_id", "estate_code", "month", "standard_version", "inspected_on", "inspector", "state")
RESULT_COLUMNS = ("check_id", "item_code", "result", "note", "origin")
_CHUNK = 5000
_PARTITION = 100_000


def checks_frame(
    db: Session,
    months: Sequence[str],
    known_at: datetime | None = None,
    within: str | None = None,
    estates: Collection[str] | None = None,
) -> pd.DataFrame:
    """Routine checks of the months, by estate and month: ``check_id, estate_code, month, standard_version,
    inspected_on (date), inspector, state``. ``state`` is the last step recorded by ``known_at`` (now when none is
    given); a check without a step by then is left out. ``within`` is a division code; ``estates`` names them instead."""
    scope = None if estates is None else sorted(estates)
    if within is not None:  # a street has some hundred estates: the index of estate and month finds their checks
        scope = list(registry.estates_frame(db, clock.today(), within=within)["estate_code"])
    named = scope is not None and len(scope) <= _CHUNK
    asked = {"months": list(months), "known_at": known_at, "estates": scope if named else None}
    found = db.execute(_checks(known_at is not None, named), {k: v for k, v in asked.items() if v is not None}).all()
    table = _check_table(found)
    return table if scope is None or named else table[table["estate_code"].isin(scope)].reset_index(drop=True)


def _check_table(rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """The columns of ``checks_frame``: their types are told, not guessed."""
    if not rows:
        return pd.DataFrame(columns=list(CHECK_COLUMNS), dtype="object")
    cells = zip(CHECK_COLUMNS, zip(*rows, strict=True), strict=True)
    return pd.DataFrame(
        {
            name: pd.Index(values, dtype="object") if name == "inspected_on" else pd.array(list(values), dtype="str")
            for name, values in cells
        }
    )


@cache  # four questions, each built once
def _checks(known_at: bool, estates: bool) -> Select[*tuple[Any, ...]]:
    """Routine checks of ``months`` with their last step; of ``estates``, as known at ``known_at``."""
    M = MonthlyCheck
    last = last_steps(
        bindparam("months", expanding=True),
        bindparam("known_at") if known_at else None,
        bindparam("estates", expanding=True) if estates else None,
    ).subquery()
    step = and_(CheckStep.check_id == last.c.check_id, CheckStep.seq == last.c.seq)
    columns = (M.id, M.estate_code, M.month, M.standard_version, M.inspected_on, M.inspector, CheckStep.step)
    rows = select(*columns).join(last, last.c.check_id == M.id).join(CheckStep, step)
    return rows.where(M.kind == "routine").order_by(M.estate_code, M.month)


def standing(db: Session, months: Sequence[str], estates: Collection[str] | None = None) -> Counter[tuple[str, str]]:
    """(month, state) to the number of routine checks of some months, of all estates or of those named."""
    few = estates is not None and len(estates) <= _CHUNK
    asked: dict[str, Any] = {"months": list(months)} | ({"estates": sorted(estates or ())} if few else {})
    found: Counter[tuple[str, str]] = Counter()
    for code, month, state, number in db.execute(_standing(few), asked):
        if estates is None or code in estates:
            found[month, state] += number
    return found


@cache
def _standing(of_few: bool) -> Select[str, str, str, int]:
    later, last, check = CheckStep.__table__.alias("later").c, CheckStep.__table__, MonthlyCheck.__table__
    newer = select(later.seq).where(later.check_id == last.c.check_id, later.seq > last.c.seq)
    by = (check.c.estate_code, check.c.month, last.c.step)
    rows = select(*by, func.count()).join_from(check, last, last.c.check_id == check.c.id)
    rows = rows.where(check.c.month.in_(bindparam("months", expanding=True)), check.c.kind == "routine")
    if of_few:
        rows = rows.where(check.c.estate_code.in_(bindparam("estates", expanding=True)))
    return rows.where(~newer.exists()).group_by(*by)


def last_steps(
    months: Sequence[str] | BindParameter[Any],
    known_at: datetime | BindParameter[Any] | None = None,
    estates: Sequence[str] | BindParameter[Any] | None = None,
) -> Select[*tuple[Any, ...]]:
    """The number of each check's last step, of those recorded by ``known_at``; of all estates or of those named."""
    rows = select(CheckStep.check_id, func.max(CheckStep.seq).label("seq"))
    rows = rows.join(MonthlyCheck, MonthlyCheck.id == CheckStep.check_id).where(MonthlyCheck.month.in_(months))
    if known_at is not None:
        rows = rows.where(CheckStep.at <= known_at)
    if estates is not None:
        rows = rows.where(MonthlyCheck.estate_code.in_(estates))
    return rows.group_by(CheckStep.check_id)


def results_frame(
    db: Session,
    check_ids: Sequence[str] | None = None,
    *,
    months: Sequence[str] | None = None,
    known_at: datetime | None = None,
    columns: Sequence[str] = RESULT_COLUMNS,
) -> pd.DataFrame:
    """Item results that counted at ``known_at``, of the named checks or of all checks of the months, by check and item.

    Every column is categorical (text), which keeps a year of a district in a few dozen megabytes; ask for fewer
    ``columns`` to read faster.
    """
    if (check_ids is None) == (months is None):
        raise ValueError("either check_ids or months")
    _require_there(db, check_ids, months)
    fields = [getattr(ItemResult, name) for name in columns]
    parts = (
        part
        for clause in _scopes(check_ids, months)
        for part in db.execute(select(*fields).where(clause, recorded(ItemResult, known_at))).partitions(_PARTITION)
    )
    table = _categorical(parts, columns)
    by = [name for name in ("check_id", "item_code") if name in columns]
    return table.sort_values(by, kind="stable", ignore_index=True) if by else table


def _require_there(db: Session, check_ids: Sequence[str] | None, months: Sequence[str] | None) -> None:
    """``NotFound`` when item results of a year are asked for that is set aside; asked only where a year ever was."""
    first = operations.first_year(db)
    if not first:
        return
    wanted = list(months or ())
    for start in range(0, len(check_ids or ()), _CHUNK):
        named = MonthlyCheck.id.in_(list(check_ids or ())[start : start + _CHUNK])
        wanted += db.scalars(select(MonthlyCheck.month).where(named, MonthlyCheck.month < f"{first}-01").distinct())
    for year in sorted({int(month[:4]) for month in wanted}):
        operations.require_there(db, year)


def _scopes(check_ids: Sequence[str] | None, months: Sequence[str] | None) -> Iterator[ColumnElement[bool]]:
    """Where the rows lie: by year, so that PostgreSQL reads only the partitions in question."""
    if months is not None:
        years = {int(month[:4]) for month in months}
        checks = select(MonthlyCheck.id).where(MonthlyCheck.month.in_(list(months)))
        yield and_(ItemResult.year.in_(years), ItemResult.check_id.in_(checks))
        return
    wanted = list(check_ids or ())
    for start in range(0, len(wanted), _CHUNK):
        yield ItemResult.check_id.in_(wanted[start : start + _CHUNK])


def _categorical(parts: Iterator[Sequence[tuple[Any, ...]]], columns: Sequence[str]) -> pd.DataFrame:
    """Rows to categorical columns without ever holding all texts at once."""
    names: list[dict[str, int]] = [{} for _column in columns]
    codes: list[list[np.ndarray]] = [[] for _column in columns]
    for rows in parts:
        for place, texts in enumerate(zip(*rows, strict=True)):
            known = names[place]
            for text in set(texts).difference(known):
                known[text] = len(known)
            codes[place].append(np.fromiter(map(known.__getitem__, texts), dtype=np.int32, count=len(texts)))
    made = {}
    for place, name in enumerate(columns):
        rows_of = np.concatenate(codes[place]) if codes[place] else np.zeros(0, dtype=np.int32)
        order = sorted(names[place])
        moved = np.zeros(max(len(order), 1), dtype=np.int32)
        for new, text in enumerate(order):
            moved[names[place][text]] = new
        made[name] = pd.Categorical.from_codes(moved[rows_of], categories=pd.Index(order, dtype="object"), ordered=True)
    return pd.DataFrame(made)


def inspection_days(db: Session, check_ids: Collection[str]) -> dict[str, date]:
    """Check id to the day of the inspection."""
    rows = select(MonthlyCheck.id, MonthlyCheck.inspected_on).where(MonthlyCheck.id.in_(sorted(check_ids)))
    return {check_id: day for check_id, day in db.execute(rows)}


def late_permissions(db: Session, months: Sequence[str]) -> set[tuple[str, str]]:
    """(estate, month) for which the street permitted late submission."""
    rows = select(LatePermission.estate_code, LatePermission.month).where(LatePermission.month.in_(list(months)))
    return set(db.execute(rows))


def interests(db: Session, login: str | None = None) -> set[tuple[str, str]]:
    """(login, estate) of the declared interests in force, of one person or of all."""
    columns = (InterestDeclaration.login, InterestDeclaration.estate_code, InterestDeclaration.declared)
    rows = select(*columns).order_by(InterestDeclaration.seq)
    if login is not None:
        rows = rows.where(InterestDeclaration.login == login)
    last = {(person, estate): declared for person, estate, declared in db.execute(rows)}
    return {key for key, declared in last.items() if declared}


def confirmed_since(db: Session, months: Sequence[str], instant: datetime) -> int:
    """How many checks of the months were confirmed after an instant, and wait for a revision of what is published."""
    rows = (
        select(func.count(CheckStep.check_id.distinct()))
        .join(MonthlyCheck, MonthlyCheck.id == CheckStep.check_id)
        .where(MonthlyCheck.month.in_(list(months)), CheckStep.step == "confirmed", CheckStep.at > instant)
    )
    return int(db.scalar(rows) or 0)


@dataclass(frozen=True)
class ReportedCheck:
    """A check that was handed in, with where it stands: ``submitted``, ``returned`` or ``confirmed``."""

    id: str
    estate_code: str
    month: str
    standard_version: str
    inspected_on: date
    inspector: str
    state: str


def reported_in_time(db: Session, months: Sequence[str], ids: Sequence[str] | None = None) -> list[ReportedCheck]:
    """The checks of the months that were filled in on a page, or came by a sheet while their month was running: those whose
    findings are put to the enterprise (sheets of past months open no requests to fix). Of all, or of the ids named."""
    named = ids is not None and len(ids) <= _CHUNK
    rows, wanted = _reported(tuple(sorted(set(months))), named), None if ids is None else set(ids)
    found = [ReportedCheck(*row) for row in db.execute(rows, {"ids": list(ids or ())} if named else {})]
    return [check for check in found if wanted is None or check.id in wanted]


@lru_cache(64)  # an import asks it of each month, a review of each street
def _reported(months: tuple[str, ...], named: bool) -> Select[*tuple[Any, ...]]:
    """The question of ``reported_in_time``; ``named``: of ``ids`` only."""
    M, any_step, running = MonthlyCheck, aliased(CheckStep), []
    for month in months:
        ends = clock.day_start(Month.parse(month).next.first)
        running.append(and_(M.month == month, any_step.step == "submitted", any_step.at < ends))
    in_month = select(any_step.check_id).where(any_step.check_id == M.id, or_(*running)).correlate(M).exists()
    last = select(func.max(any_step.seq)).where(any_step.check_id == M.id).correlate(M).scalar_subquery()
    columns = (M.id, M.estate_code, M.month, M.standard_version, M.inspected_on, M.inspector, CheckStep.step)
    rows = select(*columns).join(CheckStep, and_(CheckStep.check_id == M.id, CheckStep.seq == last))
    rows = rows.where(M.month.in_(months), CheckStep.step != "draft", or_(M.origin == "page", in_month))
    if named:
        rows = rows.where(M.id.in_(bindparam("ids", expanding=True)))
    return rows.order_by(M.estate_code, M.month, M.id)
