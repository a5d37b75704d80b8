"""Many accounts in one transaction: the same lines, statements and proofs as file by file."""

import hashlib
from datetime import date

import pytest
from sqlalchemy import func, select

from disclosure.funds import api
from disclosure.funds.models import BankLine, BankLineRepeat, FundStatement
from portal.kernel import audit
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.errors import InputRefused, NotFound
from portal.kernel.periods import Month
from tests.disclosure import ledgers
from tests.disclosure.banks import Ledger, as_csv


@pytest.fixture
def funds(instance):
    ledgers.found()
    return [ledgers.account(), ledgers.account("E-2")]


def month(
    code: str, number: str, extra: tuple[tuple[int, int], ...] = (), opening: int = 1_000, first: int = 1
) -> api.Delivery:
    """January from a day on, as a bank delivers it."""
    rows = [
        (date(2025, 1, day), fen, f"第{day}日", f"R{day}") for day, fen in ((5, 100), (9, -30), *extra) if day >= first
    ]
    data = as_csv(Ledger(opening, date(2025, 1, first), date(2025, 1, 31), rows, number))
    return api.Delivery(code, api.read_file(code, data, "f.csv"), hashlib.sha256(data).hexdigest())


def take(*deliveries: api.Delivery) -> api.Taken:
    with transaction() as db:
        return api.take_over_many(db, ledgers.CLI, deliveries, on=ledgers.ON)


def count(model) -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.both_databases
def test_many_are_as_good_as_one_by_one(funds):
    taken = take(*(month(*fund) for fund in funds))
    assert (taken.statements, taken.lines, taken.known) == (2, 4, 0)
    with reading() as db:
        made = [api.proof(db, code, Month(2025, 1)) for code, _number in funds]
        actions = list(db.scalars(select(AuditEntry.action).where(AuditEntry.action.like("statement%"))))
        assert audit.verify(db)[1] is None
    assert [(one.in_fen, one.out_fen, one.closing_fen, one.holds) for one in made] == [(100, 30, 1_070, True)] * 2
    assert actions == ["statements.imported"]


def test_the_same_again_changes_nothing(funds):
    take(*(month(*fund) for fund in funds))
    before = count(AuditEntry)
    again = take(*(month(*fund) for fund in funds))
    assert (again.statements, again.lines, again.known) == (0, 0, 4)
    assert (count(BankLine), count(FundStatement), count(AuditEntry)) == (4, 2, before)


def test_overlaps_join_and_contradictions_are_kept(funds):
    take(month(*funds[0]))
    taken = take(month(*funds[0], extra=((20, 7),)))
    assert (taken.lines, taken.known) == (1, 2)
    assert count(BankLineRepeat) == 2
    rows = [(date(2025, 1, 9), -31, "改了", "R9")]
    data = as_csv(Ledger(1_100, date(2025, 1, 6), date(2025, 1, 31), rows, funds[0][1]))
    take(api.Delivery(funds[0][0], api.read_file(funds[0][0], data, "f.csv"), "x"))
    with reading() as db:
        assert "reference" in {flaw.kind for flaw in api.proof(db, funds[0][0], Month(2025, 1)).flaws}


def test_one_foreign_file_refuses_all(funds):
    mine, other = funds
    wrong = month(other[0], "6222000011112222")
    with pytest.raises(InputRefused):
        take(month(*mine), wrong)
    with pytest.raises(NotFound):
        take(month(*mine), api.Delivery("NOBODY", [], "x"))
    assert (count(BankLine), count(FundStatement)) == (0, 0)
