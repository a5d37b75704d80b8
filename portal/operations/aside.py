"""Years of item results set aside by the retention rule: PostgreSQL's partitions, detached and never dropped.

A detached year lies in the schema ``archive`` under its own name, cannot be changed there, and is written to
``instance/archive/item_result_YEAR.csv.gz``, which each backup takes along. The open data then begin with the year after it: what they
hold must be recomputable from them alone. The releases of the open data that were made before stay as they are.
"""

import csv
import gzip
import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor, system_actor
from portal.kernel.bulk import insert_rows
from portal.kernel.db import Base, lock
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.retention import Ended
from portal.kernel.settings import settings

TABLE = "item_result"  # the only one: books and the audit log are read whole
SCHEMA = "archive"
_READERS: dict[str, Callable[[str], Any]] = {
    "year": int, "id": int, "valid_from": date.fromisoformat, "valid_to": date.fromisoformat,
    "recorded_at": datetime.fromisoformat, "superseded_at": datetime.fromisoformat,
}  # fmt: skip
_GUARDS = (("no_update", "UPDATE"), ("no_delete", "DELETE"))


def _is_postgres(db: Session) -> bool:
    return db.get_bind().dialect.name == "postgresql"


def _years(db: Session, schema: str, is_partition: bool) -> list[int]:
    query = text(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = :schema AND c.relkind = 'r' AND c.relispartition = :is_partition AND c.relname ~ :shape ORDER BY 1"
    )
    names = db.scalars(query, {"schema": schema, "is_partition": is_partition, "shape": f"^{TABLE}_[0-9]{{4}}$"})
    return [int(name[-4:]) for name in names]


def years_aside(db: Session) -> list[int]:
    """Years that are set aside, in order: detached, or in their file alone, as after a restore (on SQLite too)."""
    detached = _years(db, SCHEMA, is_partition=False) if _is_postgres(db) else []
    filed = {
        int(path.name[len(TABLE) + 1 :][:4]) for path in file_of(0).parent.glob(f"{TABLE}_[0-9][0-9][0-9][0-9].csv.gz")
    }
    return sorted({*detached, *(year for year in filed if not _has_rows(db, year))})


def _has_rows(db: Session, year: int) -> bool:
    return bool(db.scalar(text(f"SELECT EXISTS (SELECT 1 FROM {TABLE} WHERE year = :year)"), {"year": year}))  # noqa: S608


def first_year(db: Session) -> int:
    """The first year whose item results are all there: figures before it cannot be recomputed here."""
    aside = years_aside(db)
    return aside[-1] + 1 if aside else 0


def require_there(db: Session, year: int) -> None:
    """Raise ``NotFound`` for a year that is set aside: the absence of a row would read as a pass."""
    if year in years_aside(db):
        raise NotFound(_("%(year)s年的逐项检查结果已按保存期限转存，本页只能显示已公布的结果。", year=year))


def subject(year: int) -> str:
    """How a hold names a year."""
    return f"partition:{TABLE}:{year}"


def ended(db: Session, before: date) -> list[Ended]:
    """Attached years that hold rows and whose last day is on or before a day, the oldest first. A year is due only when every
    earlier one with rows goes: the years that stay have no gap."""
    if not _is_postgres(db):
        return []
    found: list[Ended] = []
    for year in _years(db, "public", is_partition=True):
        last = date(year, 12, 31)
        if last > before:
            break
        if _has_rows(db, year):
            found.append(Ended(subject(year), last, part_of=tuple(one.subject for one in found)))
    return found


def clear(db: Session, subjects: Sequence[str], _at: datetime) -> int:
    """Detach the years; how many."""
    years = sorted(int(one.rpartition(":")[2]) for one in subjects)
    for year in years:
        _detach(db, year)
    return len(years)


def file_of(year: int) -> Path:
    """The file of a year that was set aside."""
    return settings().instance / "archive" / f"{TABLE}_{year}.csv.gz"


def _detach(db: Session, year: int) -> None:
    name = f"{TABLE}_{year}"
    lock(db, f"partition:{name}")
    rows, digest = _write(db, year)
    for order in (
        f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}",
        f'ALTER TABLE "{TABLE}" DETACH PARTITION "{name}"',
        f'ALTER TABLE "{name}" SET SCHEMA {SCHEMA}',
        *(
            f'CREATE TRIGGER archived_{guard} BEFORE {event} ON {SCHEMA}."{name}" FOR EACH ROW EXECUTE FUNCTION refuse_change()'
            for guard, event in _GUARDS
        ),
        f'ALTER TABLE "{TABLE}_other" ADD CONSTRAINT "{_bar(year)}" CHECK (year <> {year})',  # no new row takes its place
    ):
        db.execute(text(order))
    detail = {"rows": rows, "file": file_of(year).name, "sha256": digest}
    audit.record(db, system_actor("job:retention"), "partition.detached", subject(year), detail)


def _bar(year: int) -> str:
    return f"ck_{TABLE}_{year}_is_aside"


def _write(db: Session, year: int) -> tuple[int, str]:
    """The year as a file beside, renamed when whole; rows and SHA-256 of the text within."""
    path = file_of(year)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft, digest = path.with_suffix(".draft"), hashlib.sha256()
    order = f'COPY (SELECT * FROM "{TABLE}_{year}" ORDER BY id) TO STDOUT (FORMAT csv, HEADER)'
    with gzip.open(draft, "wb") as file, db.connection().connection.cursor() as cursor, cursor.copy(order) as copy:  # type: ignore[attr-defined]
        for part in copy:
            file.write(part)
            digest.update(part)
    draft.chmod(0o600)
    draft.replace(path)
    rows = db.scalar(text(f'SELECT count(*) FROM "{TABLE}_{year}"')) or 0  # noqa: S608
    return rows, digest.hexdigest()


def attach(db: Session, actor: Actor, year: int) -> None:
    """Bring a year back among the others. DomainError when it is not set aside; a hold keeps it from going again at once."""
    lock(db, f"partition:{TABLE}_{year}")
    if year not in years_aside(db):
        raise DomainError(_("%(year)s年的检查结果没有转存。", year=year))
    if _is_postgres(db) and year in _years(db, SCHEMA, is_partition=False):
        _attach(db, year)
    else:
        _load(db, year)
    audit.record(db, actor, "partition.attached", subject(year), {"on": clock.today()})


def _attach(db: Session, year: int) -> None:
    name = f"{TABLE}_{year}"
    for order in (
        f'ALTER TABLE "{TABLE}_other" DROP CONSTRAINT "{_bar(year)}"',
        *(f'DROP TRIGGER archived_{guard} ON {SCHEMA}."{name}"' for guard, _event in _GUARDS),
        f'ALTER TABLE {SCHEMA}."{name}" SET SCHEMA public',
        f'ALTER TABLE "{TABLE}" ATTACH PARTITION "{name}" FOR VALUES FROM ({year}) TO ({year + 1})',
    ):
        db.execute(text(order))


def _load(db: Session, year: int) -> None:
    """Rows of a year from its file, where a restore left no table beside it."""
    table = Base.metadata.tables[TABLE]
    optional = {column.name for column in table.columns if column.nullable}
    with gzip.open(file_of(year), "rt", encoding="utf-8", newline="") as file:
        rows = [
            {
                name: None if value == "" and name in optional else _READERS.get(name, str)(value)
                for name, value in row.items()
            }
            for row in csv.DictReader(file)
        ]
    insert_rows(db, table, rows)
