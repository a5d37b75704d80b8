"""Store the reports of a ``checks`` sheet: new checks, other content of unconfirmed ones, else nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import FromClause, bindparam, delete, select, update
from sqlalchemy.orm import Session

from portal.kernel import clock, hooks, ids
from portal.kernel.access import Actor
from portal.kernel.db import lock
from portal.kernel.i18n import _
from portal.kernel.importing import Counts, ImportContext
from portal.kernel.periods import Month
from portal.kernel.sheets.read import Problems, Sheet
from portal.kernel.versions import recorded
from scoring.checks import queries, reading, terms
from scoring.checks.bulk import insert_rows
from scoring.checks.draft import PASS
from scoring.checks.models import CheckDraft, CheckStep, ItemResult, MonthlyCheck
from scoring.checks.sheets.looking import Reports
from scoring.checks.verbs.record import live_results

_CHUNK = 2000
_INSERTED = 20_000
Content = dict[str, tuple[str, str]]
LiveRows = dict[str, tuple[int, int, str, str, str]]


@dataclass(frozen=True)
class Known:
    """A check that is stored already, with the versions that count: item to (year, id, result, note, origin)."""

    id: str
    standard: str
    day: date
    inspector: str
    state: str
    seq: int
    live: LiveRows

    def content(self) -> Content:
        """What counts now: item to (result, note), exceptions only."""
        return {code: (row[2], row[3]) for code, row in self.live.items() if row[2] != PASS}


def store(
    db: Session, actor: Actor, sheet: Sheet, reports: Reports, context: ImportContext, problems: Problems
) -> Counts:
    """Store what is new or different. Refuses a change of a confirmed check, naming the way to correct it."""
    lock(db, "checks:import")
    known = _known(db, reports)
    contents = _contents(reports)
    counts, new, changed = Counts(), [], []
    for place in range(len(reports)):
        rows = int(reports.sizes[place])
        old = known.get((reports.estates[place], reports.months[place]))
        if old is None:
            counts.added += rows
            new.append(place)
        elif _same(db, reports, place, contents[place], old):
            counts.unchanged += rows
        elif old.state == "confirmed":
            cell = sheet.cell("estate_code", int(reports.first_rows[place]))
            problems.add(cell, _confirmed(reports, place))
        else:
            counts.updated += rows
            changed.append((place, old))
    problems.refuse_if_any()
    context.progress("store", 0, len(sheet))
    writer = _Writer(db, actor, reports, contents, context)
    writer.write(new, changed)
    terms.end_reviews(db, actor, [old.id for _place, old in changed], "replaced", context.on)
    terms.start_reviews(db, actor, writer.submitted(changed), context.on)
    month = str(Month.of(clock.today()))  # the findings of past months are no news to anybody
    if told := writer.running(month, changed):
        hooks.announce("checks.reported", db, actor=actor, on=context.on, months=[month], checks=told)
    return counts


def _confirmed(reports: Reports, place: int) -> str:
    sentence = "小区%(estate)s在%(month)s的检查已经确认，不能用文件改动。请由区级经办人员在检查页面更正，并写明理由。"
    return _(sentence, estate=reports.estates[place], month=reports.months[place])


def _contents(reports: Reports) -> list[Content]:
    """Item to (result, note) of each report, exceptions only."""
    contents: list[Content] = [{} for _place in range(len(reports))]
    kept = reports.kept
    for row, place, result in zip(
        kept.tolist(), reports.check[kept].tolist(), reports.result[kept].tolist(), strict=True
    ):
        contents[place][reports.item[row]] = (result, reports.note[row])
    return contents


def _same(db: Session, reports: Reports, place: int, content: Content, old: Known) -> bool:
    """Whether a file says what is stored: what counts, or what was reported before the street adjusted it."""
    if old.state == "draft":
        return False
    if (old.day, old.inspector, old.standard) != _visit(reports, place):
        return False
    if content == old.content():
        return True
    if all(row[4] == "inspection" for row in old.live.values()):
        return False
    return content == _reported(db, old)


def _visit(reports: Reports, place: int) -> tuple[date, str, str]:
    return reports.days[place], reports.inspectors[place], reports.standards[place]


def _reported(db: Session, old: Known) -> Content:
    """The inspector's own results of a check that somebody adjusted."""
    check = db.get_one(MonthlyCheck, old.id)
    originals = reading.originals(db, check, live_results(db, check))
    own: Content = {code: (row[2], row[3]) for code, row in old.live.items() if row[4] == "inspection"}
    own |= {code: (row.result, row.note) for code, row in originals.items() if row is not None}
    return {code: pair for code, pair in own.items() if pair[0] != PASS}


def _known(db: Session, reports: Reports) -> dict[tuple[str, str], Known]:
    """The routine checks already stored of the estates and months in the sheet, locked."""
    months, wanted = sorted(set(reports.months)), set(zip(reports.estates, reports.months, strict=True))
    M = MonthlyCheck
    columns = (M.id, M.estate_code, M.month, M.standard_version, M.inspected_on, M.inspector)
    held = select(*columns).where(M.month.in_(months), M.kind == "routine").order_by(M.id).with_for_update()
    rows = [row for row in db.execute(held) if (row[1], row[2]) in wanted]
    if not rows:
        return {}
    steps, live = _steps(db, months), _live(db, [row[0] for row in rows])
    return {
        (estate, month): Known(check_id, version, day, inspector, *steps[check_id], live[check_id])
        for check_id, estate, month, version, day, inspector in rows
    }


def _steps(db: Session, months: Sequence[str]) -> dict[str, tuple[str, int]]:
    last = queries.last_steps(months).subquery()
    step = (CheckStep.check_id == last.c.check_id) & (CheckStep.seq == last.c.seq)
    rows = select(CheckStep.check_id, CheckStep.step, CheckStep.seq).join(last, step).order_by(CheckStep.check_id)
    return {check_id: (name, seq) for check_id, name, seq in db.execute(rows)}


def _live(db: Session, check_ids: list[str]) -> dict[str, LiveRows]:
    live: dict[str, LiveRows] = defaultdict(dict)
    columns = (ItemResult.check_id, ItemResult.item_code, ItemResult.year, ItemResult.id, ItemResult.result,
               ItemResult.note, ItemResult.origin)  # fmt: skip
    for part in _parts(check_ids):
        rows = select(*columns).where(ItemResult.check_id.in_(part), recorded(ItemResult))
        for check_id, code, *rest in db.execute(rows):
            live[check_id][code] = tuple(rest)  # type: ignore[assignment]
    return live


def _parts(values: Sequence[Any], size: int = _CHUNK) -> Iterable[Sequence[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


class _Writer:
    """Gathers rows and writes them in bulk: never one statement a row."""

    def __init__(
        self, db: Session, actor: Actor, reports: Reports, contents: list[Content], context: ImportContext
    ) -> None:
        self.db, self.actor, self.reports, self.contents = db, actor.audit_name, reports, contents
        self.on, self.at, self.progress = context.on, clock.now(), context.progress
        self.checks: list[dict[str, Any]] = []
        self.steps: list[dict[str, Any]] = []
        self.results: list[dict[str, Any]] = []
        self.closed: list[tuple[int, int]] = []

    def write(self, new: list[int], changed: list[tuple[int, Known]]) -> None:
        for place in new:
            self._new(place)
        for place, old in changed:
            self._changed(place, old)
        self._close(self.closed, self.at)
        self._replace_checks(changed)
        self._insert(MonthlyCheck.__table__, self.checks)
        self._insert(CheckStep.__table__, self.steps)
        self._insert(ItemResult.__table__, self.results)

    def running(self, month: str, changed: list[tuple[int, Known]]) -> list[str]:
        """Ids of the checks of one month that were written."""
        made = [row["id"] for row in self.checks if row["month"] == month]
        return made + [old.id for place, old in changed if self.reports.months[place] == month]

    def submitted(self, changed: list[tuple[int, Known]]) -> list[tuple[str, str, str]]:
        """(id, estate, month) of every check that was written."""
        made = [(row["id"], row["estate_code"], row["month"]) for row in self.checks]
        return made + [(old.id, self.reports.estates[place], self.reports.months[place]) for place, old in changed]

    def _insert(self, table: FromClause, rows: list[dict[str, Any]]) -> None:
        for done, part in enumerate(_parts(rows, _INSERTED)):
            insert_rows(self.db, table, part)
            self.progress("store", done * _INSERTED + len(part), len(rows))

    def _new(self, place: int) -> None:
        check_id = ids.new_id()
        self.checks.append({"id": check_id, "estate_code": self.reports.estates[place],
                            "month": self.reports.months[place], "kind": "routine", "origin": "sheet",
                            "recorded_at": self.at, **self._visit(place)})  # fmt: skip
        self._step(check_id, 1)
        self._results(place, check_id, self.contents[place])

    def _changed(self, place: int, old: Known) -> None:
        """Only items that differ get a new version; a moved visit gives every item one."""
        wanted = self.contents[place]
        moved = old.day != self.reports.days[place]
        stays = set() if moved else {
            code for code, row in old.live.items() if wanted.get(code) == (row[2], row[3])
        }  # fmt: skip
        self.closed += [row[:2] for code, row in old.live.items() if code not in stays]
        self._step(old.id, old.seq + 1)
        self._results(place, old.id, {code: pair for code, pair in wanted.items() if code not in stays})

    def _visit(self, place: int) -> dict[str, Any]:
        day, inspector, standard = _visit(self.reports, place)
        return {"inspected_on": day, "inspector": inspector, "standard_version": standard}

    def _step(self, check_id: str, seq: int) -> None:
        self.steps.append({"check_id": check_id, "seq": seq, "step": "submitted", "actor": self.actor, "on": self.on,
                           "at": self.at, "reason": ""})  # fmt: skip

    def _results(self, place: int, check_id: str, content: Content) -> None:
        year, day = int(self.reports.months[place][:4]), self.reports.days[place]
        for code, (result, note) in content.items():
            self.results.append(
                {"year": year, "id": ids.new_row_number(), "check_id": check_id, "item_code": code, "result": result,
                 "place": "", "note": note, "origin": "inspection", "reason": "", "actor": self.actor,
                 "valid_from": day, "valid_to": day, "recorded_at": self.at, "superseded_at": None}
            )  # fmt: skip

    def _close(self, rows: list[tuple[int, int]], at: datetime) -> None:
        by_year: dict[int, list[int]] = defaultdict(list)
        for year, number in rows:
            by_year[year].append(number)
        for year, numbers in sorted(by_year.items()):
            for part in _parts(numbers):
                own = (ItemResult.year == year, ItemResult.id.in_(part), ItemResult.superseded_at.is_(None))
                ended = update(ItemResult).where(*own).values(superseded_at=at)
                self.db.execute(ended.execution_options(synchronize_session=False))

    def _replace_checks(self, changed: list[tuple[int, Known]]) -> None:
        if not changed:
            return
        table = MonthlyCheck.__table__
        rows = [{"own": old.id, "origin": "sheet", **self._visit(place)} for place, old in changed]
        names = ("origin", "inspected_on", "inspector", "standard_version")
        statement = update(table).where(table.c.id == bindparam("own"))  # type: ignore[arg-type]
        self.db.connection().execute(statement.values({name: bindparam(name) for name in names}), rows)
        for part in _parts([old.id for _place, old in changed]):
            gone = delete(CheckDraft).where(CheckDraft.check_id.in_(part))
            self.db.execute(gone.execution_options(synchronize_session=False))
