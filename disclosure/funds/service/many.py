"""Many accounts at once: what a bank delivers for a night or a month, one transaction for all of them.

The same law as ``take_over`` file by file: each line once, inner flaws and contradictions kept with the statement. What lies
between a statement and its neighbours is found by the proof when it is asked for.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from disclosure.funds import queries
from disclosure.funds.models import BankLine, FundStatement, FundStatementWithdrawn
from disclosure.funds.service.counting import Judged, judge
from disclosure.funds.service.rows import insert_lines, insert_repeats, rows_of
from disclosure.funds.service.statements import Taken, refuse_foreign, statement_row
from disclosure.funds.statements.shapes import CURRENCY, BankStatement
from portal.kernel import audit
from portal.kernel.access import Actor
from portal.kernel.bulk import insert_rows
from portal.kernel.db import lock

_IN_ONE_QUERY = 400


@dataclass(frozen=True)
class Delivery:
    """One file: its account, its statements, the hash of its bytes."""

    account_code: str
    statements: Sequence[BankStatement]
    file_sha256: str


@dataclass
class _Known:
    """What the accounts have already, in the days of the delivery."""

    lines: dict[str, dict[str, tuple[int, int]]] = field(default_factory=lambda: defaultdict(dict))
    by_reference: dict[str, dict[tuple[str, date], int]] = field(default_factory=lambda: defaultdict(dict))
    files: set[tuple[str, str]] = field(default_factory=set)
    spans: dict[str, set[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(set))


def take_over_many(db: Session, actor: Actor, deliveries: Sequence[Delivery], *, on: date) -> Taken:
    """Store the files of many accounts, all or none. NotFound and InputRefused as ``take_over``; one audit row."""
    codes = sorted({one.account_code for one in deliveries})
    for code in codes:
        lock(db, f"fund-account:{code}")
    judged = [(one, [judge(made) for made in one.statements]) for one in deliveries]
    _refuse(db, deliveries)
    known, taken = _known(db, codes, [one for _delivery, listed in judged for one in listed]), Taken()
    batch = _Batch(actor, on)
    for delivery, listed in judged:
        if (delivery.account_code, delivery.file_sha256) in known.files:
            taken.known += sum(len(one.made.lines) for one in listed)
            continue
        for one in listed:
            batch.add(delivery, one, known, taken)
    batch.write(db)
    if batch.statements:
        audit.record(db, actor, "statements.imported", "fund-accounts", {
            "accounts": codes, "statements": taken.statements, "lines": taken.lines, "known": taken.known,
            "on": on.isoformat(),
        })  # fmt: skip
    return taken


def _refuse(db: Session, deliveries: Sequence[Delivery]) -> None:
    codes = queries.account_codes(db)
    for delivery in deliveries:
        said = [made for made in delivery.statements if made.account or made.currency != CURRENCY]
        if said or delivery.account_code not in codes:
            account = queries.account(db, delivery.account_code)
            for made in said:
                refuse_foreign(db, account, made)


class _Batch:
    """Rows of one transaction, written together."""

    def __init__(self, actor: Actor, on: date) -> None:
        self.actor, self.on = actor, on
        self.statements: list[dict[str, Any]] = []
        self.lines: list[tuple[Any, ...]] = []
        self.repeats: list[tuple[str, list[tuple[int, int]]]] = []

    def add(self, delivery: Delivery, judged: Judged, known: _Known, taken: Taken) -> None:
        """One statement; what it brings is known to those after it."""
        code = delivery.account_code
        mine = known.lines[code]
        again = [mine[one.key] for one in judged.lines if one.key in mine]
        taken.known += len(again) + len(judged.made.lines) - len(judged.lines)
        if len(again) == len(judged.lines) and _span(judged) in known.spans[code]:
            return
        new = [one for one in judged.lines if one.key not in mine]
        row = statement_row(
            code, judged, delivery.file_sha256, self.actor, self.on, _contradictions(judged, known, code)
        )
        rows = rows_of(code, row["id"], new)
        mine.update((one.key, (made[0], made[1])) for one, made in zip(new, rows, strict=True))
        known.spans[code].add(_span(judged))
        self.statements.append(row)
        self.lines += rows
        if again:
            self.repeats.append((row["id"], again))
        taken.statements += 1
        taken.lines += len(rows)

    def write(self, db: Session) -> None:
        """Statements first: lines and repeats point at them."""
        insert_rows(db, FundStatement.__table__, self.statements)
        insert_lines(db, self.lines)
        for statement_id, again in self.repeats:
            insert_repeats(db, statement_id, again)


def _span(judged: Judged) -> tuple[Any, ...]:
    return judged.first, judged.last, judged.opening_fen, judged.closing_fen


def _contradictions(judged: Judged, known: _Known, code: str) -> list[list[Any]]:
    """Lines whose reference came before on the same day with another amount."""
    before = known.by_reference.get(code)
    if not before:
        return []
    found = []
    for one in judged.lines:
        line = one.line
        amount = before.get((line.reference, line.booked_on)) if line.reference else None
        if amount is not None and amount != line.amount_fen:
            found.append(["reference", line.booked_on.isoformat(), line.place, amount, line.amount_fen])
    return found


def _known(db: Session, codes: Sequence[str], judged: Sequence[Judged]) -> _Known:
    known = _Known()
    if not judged:
        return known
    first, last = min(one.reach[0] for one in judged), max(one.reach[1] for one in judged)
    for start in range(0, len(codes), _IN_ONE_QUERY):
        some = codes[start : start + _IN_ONE_QUERY]
        _read_lines(db, some, first, last, known)
        query = select(
            FundStatement.account_code, FundStatement.file_sha256, FundStatement.from_on, FundStatement.to_on,
            FundStatement.opening_fen, FundStatement.closing_fen,
        ).where(FundStatement.account_code.in_(some), FundStatement.to_on >= first, queries.standing())  # fmt: skip
        for code, sha256, *span in db.execute(query):
            known.files.add((code, sha256))
            known.spans[code].add(tuple(span))
    return known


def _read_lines(db: Session, codes: Sequence[str], first: date, last: date, known: _Known) -> None:
    query = select(
        BankLine.account_code, BankLine.key, BankLine.year, BankLine.id, BankLine.reference, BankLine.booked_on,
        BankLine.amount_fen, BankLine.statement_id,
    ).where(BankLine.account_code.in_(codes), BankLine.booked_on >= first, BankLine.booked_on <= last)  # fmt: skip
    withdrawn = set(db.scalars(select(FundStatementWithdrawn.statement_id)))
    for code, key, year, line_id, reference, day, amount, statement_id in db.execute(query):
        known.lines[code][key] = (year, line_id)
        if reference and statement_id not in withdrawn:
            known.by_reference[code][reference, day] = amount
