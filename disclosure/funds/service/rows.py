"""Lines into their table: each once, and remembered when they come again."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from disclosure.funds.models import BankLine, BankLineRepeat
from disclosure.funds.service.counting import Counted
from disclosure.funds.statements.shapes import masked
from portal.kernel.bulk import insert_rows
from portal.kernel.ids import new_row_number

_Row = TypeVar("_Row")
AT_ONCE = 5_000


def chunks(rows: Sequence[_Row], size: int = AT_ONCE) -> Iterator[Sequence[_Row]]:
    """The rows in pieces, so that no statement of SQL grows with the file."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def row_of(code: str, statement_id: str, seq: int, one: Counted) -> dict[str, Any]:
    """A counted line as a row."""
    line = one.line
    return {
        "year": line.booked_on.year, "id": new_row_number(), "account_code": code, "statement_id": statement_id,
        "seq": seq, "key": one.key, "booked_on": line.booked_on, "value_on": line.value_on,
        "amount_fen": line.amount_fen, "balance_fen": line.balance_fen, "counterparty": line.counterparty,
        "counterparty_account": masked(line.counterparty_account), "summary": line.summary,
        "reference": line.reference, "raw": line.raw,
    }  # fmt: skip


def insert_lines(db: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Rows of ``bank_line``, of however many statements."""
    for some in chunks(rows):
        insert_rows(db, BankLine.__table__, some)


def insert_repeats(db: Session, statement_id: str, known: Sequence[tuple[int, int]]) -> None:
    """Remember that a statement delivered these lines (year, id) again."""
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    rows = [{"year": year, "line_id": line_id, "statement_id": statement_id} for year, line_id in known]
    for some in chunks(rows):
        db.execute(dialect.insert(BankLineRepeat).on_conflict_do_nothing(), list(some))
