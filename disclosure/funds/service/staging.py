"""Large statements are staged in small transactions and taken over in one: other writers wait for no file.

Whatever stops the process, the records hold the statement whole or not at all; lines that were left staged are cleared
after a day.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import bindparam, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from disclosure.funds.models import BankLine, BankLineStaged
from disclosure.funds.service.counting import Judged
from disclosure.funds.service.rows import AT_ONCE, COLUMNS, chunks, rows_of
from portal.kernel import clock
from portal.kernel.bulk import insert_tuples
from portal.kernel.db import engine, transaction
from portal.kernel.errors import Conflict
from portal.kernel.i18n import _
from portal.kernel.ids import new_id

LARGE = 10_000  # lines; fewer are taken over at once
_KEPT = timedelta(days=1)
_STATEMENT = COLUMNS.index("statement_id")  # not known yet
_MOVED = COLUMNS[:_STATEMENT] + COLUMNS[_STATEMENT + 1 :]


def stage(account_code: str, judged: Sequence[Judged]) -> list[Judged]:
    """Write the lines of large statements where they are taken over from; the statements, which know their batch.

    On SQLite, where one writer at a time is let in. PostgreSQL's writers do not wait for each other: there COPY brings the
    lines straight into their table.
    """
    if engine().dialect.name == "postgresql":
        return list(judged)
    return [_stage(account_code, one) if len(one.lines) >= LARGE else one for one in judged]


def _stage(code: str, judged: Judged) -> Judged:
    batch = new_id()  # its own: another process may bring the same file at the same time
    _clear_old()
    at = clock.now()
    for start in range(0, len(judged.lines), AT_ONCE):
        with transaction() as db:
            rows = rows_of(code, "", judged.lines[start : start + AT_ONCE], start + 1)
            staged = [(batch, at, *row[:_STATEMENT], *row[_STATEMENT + 1 :]) for row in rows]
            insert_tuples(db, BankLineStaged.__table__, ("batch", "staged_at", *_MOVED), staged)
    return replace(judged, batch=batch)


def take(db: Session, batch: str, statement_id: str, known: Sequence[int], expected: int) -> None:
    """Move the lines of a batch, less those whose numbers are ``known`` to the account already.

    Conflict when they are not as many as expected. No join finds the known ones: freshly written tables have no
    statistics, and a planner that guesses wrong compares every line with every other.
    """
    staged = BankLineStaged.__table__.c
    gone = delete(BankLineStaged).where(staged.batch == batch, staged.seq == bindparam("known"))
    for some in chunks(known):
        db.connection().execute(gone, [{"known": seq} for seq in some])
    columns = [staged[name] for name in _MOVED]
    query = select(*columns, literal(statement_id)).where(staged.batch == batch).order_by(staged.seq)
    db.execute(insert(BankLine).from_select([*_MOVED, "statement_id"], query, include_defaults=False))
    moved = db.scalar(select(func.count()).select_from(BankLine).where(BankLine.statement_id == statement_id))
    if moved != expected:  # cleared meanwhile: a day and more lay between staging and taking over
        raise Conflict(_("文件在处理过程中已被清理，没有导入。请重新导入。"))


def clear(batch: str) -> None:
    """Forget a batch."""
    with transaction() as db:
        db.execute(delete(BankLineStaged).where(BankLineStaged.batch == batch))


def _clear_old() -> None:
    with transaction() as db:
        db.execute(delete(BankLineStaged).where(BankLineStaged.staged_at < clock.now() - _KEPT))
