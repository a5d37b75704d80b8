"""The whole proof of a period: books = bank, what is stored is what the bank delivered, and the ledger adds up to it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.ledger import queries
from disclosure.ledger.models import LedgerPosting
from disclosure.ledger.queries import Key
from portal.kernel.periods import Month, Quarter, Year

Period = Month | Quarter | Year


@dataclass(frozen=True)
class Mismatch:
    """A line whose postings do not add up to it (fen)."""

    ref: str
    on: date
    expected_fen: int
    found_fen: int


@dataclass(frozen=True)
class Books:
    """A proof with everything that is wrong in its days. ``holds``: the account is proven and nothing is wrong."""

    proof: funds.Proof
    damage: tuple[funds.Flaw, ...]
    mismatches: tuple[Mismatch, ...]

    @property
    def holds(self) -> bool:
        """Whether all three agree."""
        return self.proof.holds and not self.damage and not self.mismatches

    @property
    def places(self) -> tuple[str, ...]:
        """Where to look: lines by reference, statements by their days."""
        named = [flaw.place for flaw in (*self.damage, *self.proof.flaws)] + [one.ref for one in self.mismatches]
        return tuple(dict.fromkeys(named))


def books(db: Session, account_code: str, first: date, last: date) -> Books:
    """The whole proof of an account's days. NotFound without the account."""
    funds.account(db, account_code)
    return Books(
        funds.proof_between(db, account_code, first, last),
        tuple(funds.damage(db, account_code, first, last)),
        tuple(mismatches(db, account_code, first, last)),
    )


def proofs(db: Session, account_code: str, periods: Sequence[Period], deep: bool = False) -> list[funds.Proof]:
    """The whole proof of each period, as pages and the command line show it: whatever is wrong is one of its flaws.

    ``deep`` also compares every line with what the bank delivered where nothing else is off. NotFound without the account.
    """
    funds.account(db, account_code)
    made = funds.looked_through(db, account_code, funds.proofs(db, account_code, periods), deep)
    if not made:
        return []
    first, last = min(one.first for one in made), max(one.last for one in made)
    off = funds.lines_off(db, account_code, first, last, _told(account_code, first, last).subquery())
    return funds.with_flaws(
        made, [funds.Flaw("ledger", line.booked_on, line.ref, line.amount_fen, fen, "") for line, fen in off]
    )


def mismatches(db: Session, account_code: str, first: date, last: date) -> list[Mismatch]:
    """Lines whose standing pieces, or whose postings and reversals together, are not the line's amount."""
    standing: dict[Key, int] = defaultdict(int)
    for key, rows in queries.postings(db, [account_code], first, last).items():
        standing[key] = sum(row.amount_fen for row in rows)
    every = _sums(db, account_code, first, last)
    found = []
    for line in funds.lines(db, [account_code], first, last):
        key = (line.year, line.id)
        if key not in every:
            continue
        expected = line.amount_fen if key in standing else 0
        wrong = next((fen for fen in (standing.get(key, 0), every[key]) if fen != expected), None)
        if wrong is not None:
            found.append(Mismatch(line.ref, line.booked_on, expected, wrong))
    return found


def _sums(db: Session, account_code: str, first: date, last: date) -> dict[Key, int]:
    return {(year, line_id): int(fen) for year, line_id, fen in db.execute(_told(account_code, first, last))}


def _told(account_code: str, first: date, last: date) -> Select[int, int, int]:
    """What the ledger says of each line: the sum of its postings and reversals."""
    columns = (LedgerPosting.year, LedgerPosting.line_id)
    query = select(*columns, func.sum(LedgerPosting.amount_fen).label("fen")).where(
        LedgerPosting.account_code == account_code,
        LedgerPosting.year.between(first.year, last.year),
        LedgerPosting.booked_on.between(first, last),
    )
    return query.group_by(*columns)
