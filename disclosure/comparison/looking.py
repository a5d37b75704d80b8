"""Hints of the estates of a street: their lines of the last twelve months, put to the rules."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from disclosure.comparison.hints import Hint, Spent, hints
from disclosure.comparison.queries import likes, span
from disclosure.funds import api as funds
from portal.kernel.kept import kept


@dataclass(frozen=True)
class Looked:
    """An estate with points to look at."""

    estate_code: str
    found: tuple[Hint, ...]


def looked(db: Session, estates: Collection[str], on: date) -> tuple[list[Looked], date, date]:
    """Estates with hints, the most first, and the days they are about."""
    since, until = span(on)
    name = ("hints", tuple(sorted(estates)), since)
    return kept(db, name, lambda: _read(db, estates, since, until, on)), since, until


def _read(db: Session, estates: Collection[str], since: date, until: date, on: date) -> list[Looked]:
    accounts = {one.code: one.estate_code for one in funds.accounts(db, estates)}
    spent: dict[str, list[Spent]] = {}
    for line in funds.lines(db, accounts, since, until):
        if line.amount_fen < 0:
            payment = Spent(line.booked_on, -line.amount_fen, line.counterparty.strip(), line.ref)
            spent.setdefault(accounts[line.account_code], []).append(payment)
    found = []
    for estate in sorted(spent):
        near = likes(db, estate, on)
        told = hints(spent[estate], near.measures if near else ())
        if told:
            found.append(Looked(estate, tuple(told)))
    return sorted(found, key=lambda one: (-len(one.found), one.estate_code))
