"""Lines into their table: each once, and remembered when they come again."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from disclosure.funds.models import BankLine, BankLineRepeat
from disclosure.funds.service.counting import Counted
from disclosure.funds.statements.shapes import masked
from portal.kernel.bulk import insert_tuples
from portal.kernel.ids import new_row_numbers

_Row = TypeVar("_Row")
AT_ONCE = 5_000


def chunks(rows: Sequence[_Row], size: int = AT_ONCE) -> Iterator[Sequence[_Row]]:
    """The rows in pieces, so that no statement of SQL grows with the file."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


COLUMNS = (
    "year", "id", "account_code", "statement_id", "seq", "key", "booked_on", "value_on", "amount_fen", "balance_fen",
    "counterparty", "counterparty_account", "summary", "reference", "raw",
)  # fmt: skip
_masked = lru_cache(maxsize=4096)(masked)


def rows_of(code: str, statement_id: str, listed: Sequence[Counted], start: int = 1) -> list[tuple[Any, ...]]:
    """Counted lines as rows, in the order of ``COLUMNS``; numbered in the statement from ``start`` on."""
    numbers = new_row_numbers(len(listed))
    return [
        (
            line.booked_on.year, number, code, statement_id, seq, key, line.booked_on, line.value_on, line.amount_fen,
            line.balance_fen, line.counterparty, _masked(line.counterparty_account), line.summary, line.reference,
            line.raw,
        )
        for seq, number, (line, key) in zip(count(start), numbers, listed)
    ]  # fmt: skip


def insert_lines(db: Session, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of ``bank_line``, of however many statements."""
    for some in chunks(rows):
        insert_tuples(db, BankLine.__table__, COLUMNS, some)


def insert_repeats(db: Session, statement_id: str, known: Sequence[tuple[int, int]]) -> None:
    """Remember that a statement delivered these lines (year, id) again."""
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    rows = [{"year": year, "line_id": line_id, "statement_id": statement_id} for year, line_id in known]
    for some in chunks(rows):
        db.execute(dialect.insert(BankLineRepeat).on_conflict_do_nothing(), list(some))
