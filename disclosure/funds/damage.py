"""Whether what is stored still is what the bank delivered: each line by its key, each statement by its sums.

A line's key is made of what it says, so a line that was changed behind the portal's back is named exactly; a line that
is missing or was added shows in the sums of the statements that delivered it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disclosure.funds import queries
from disclosure.funds.models import BankLine, BankLineRepeat
from disclosure.funds.proof import Flaw, Proof, place_of
from disclosure.funds.service.counting import key_fits

_TWINS = 200  # the same content so often in one statement at most


def damage(db: Session, account_code: str, first: date, last: date) -> list[Flaw]:
    """What is not as delivered in an account's days, with its place; empty for an account that nobody tampered with."""
    found = [*_changed_lines(db, account_code, first, last), *_wrong_sums(db, account_code, first, last)]
    return sorted(found, key=lambda flaw: (flaw.on, flaw.place))


def looked_through(db: Session, account_code: str, made: Sequence[Proof], deep: bool = False) -> list[Proof]:
    """Proofs of an account with what is not as delivered in their days added to their flaws.

    The statements' sums are compared always; every line by its key when something is off, or when asked to go ``deep``.
    """
    if not made:
        return []
    first, last = min(one.first for one in made), max(one.last for one in made)
    found = list(_wrong_sums(db, account_code, first, last))
    if deep or found or any(one.difference_fen and not one.flaws for one in made):
        found = [*_changed_lines(db, account_code, first, last), *found]
    return with_flaws(made, found)


def with_flaws(made: Sequence[Proof], found: Sequence[Flaw]) -> list[Proof]:
    """Proofs with further flaws, each where it touches the days."""
    if not found:
        return list(made)
    return [
        replace(one, flaws=(*one.flaws, *(flaw for flaw in found if flaw.touches(one.first, one.last)))) for one in made
    ]


def _changed_lines(db: Session, code: str, first: date, last: date) -> Iterator[Flaw]:
    query = select(BankLine).where(
        BankLine.account_code == code,
        BankLine.year.between(first.year, last.year),
        BankLine.booked_on.between(first, last),
        queries.counted(),
    )
    for line in db.scalars(query.order_by(BankLine.booked_on, BankLine.seq, BankLine.id)):
        if line.booked_on.year != line.year or not any(key_fits(line, nth, line.key) for nth in range(1, _TWINS)):
            place = f"fund-line:{line.year}-{line.id}"
            yield Flaw("changed", line.booked_on, place, line.amount_fen, line.amount_fen, line.statement_id)


def _wrong_sums(db: Session, code: str, first: date, last: date) -> Iterator[Flaw]:
    listed = [one for one in queries.statements(db, code) if one.from_on <= last and one.to_on >= first]
    sums = _sums(db, [one.id for one in listed])
    for one in listed:
        into, out, lines = sums.get(one.id, (0, 0, 0))
        if (into, out, lines) != (one.in_fen, one.out_fen, one.lines):
            yield Flaw("lines", one.to_on, place_of(one), one.in_fen - one.out_fen, into - out, one.id, one.from_on)


def _sums(db: Session, ids: list[str]) -> dict[str, tuple[int, int, int]]:
    """In, out and count of the lines that each statement delivered, first or again."""
    into = func.coalesce(func.sum(BankLine.amount_fen).filter(BankLine.amount_fen > 0), 0)
    out = func.coalesce(func.sum(-BankLine.amount_fen).filter(BankLine.amount_fen < 0), 0)
    own = select(BankLine.statement_id, into, out, func.count()).where(BankLine.statement_id.in_(ids))
    again = (
        select(BankLineRepeat.statement_id, into, out, func.count())
        .join(BankLine, (BankLine.year == BankLineRepeat.year) & (BankLine.id == BankLineRepeat.line_id))
        .where(BankLineRepeat.statement_id.in_(ids))
    )
    found: dict[str, tuple[int, int, int]] = {}
    rows = [*db.execute(own.group_by(BankLine.statement_id)), *db.execute(again.group_by(BankLineRepeat.statement_id))]
    for statement, a, b, n in rows:
        before = found.get(statement, (0, 0, 0))
        found[statement] = (before[0] + int(a), before[1] + int(b), before[2] + int(n))
    return found
