"""Reports of a small portal: E-1 with a joint account and four months of statements, its company, a street and an officer."""

import itertools
from datetime import date
from typing import Any

from disclosure.funds import api as funds
from disclosure.funds.service.accounts import AccountInput, store
from disclosure.reports import queries
from disclosure.reports.books import draft
from disclosure.reports.cells import Cell, cells
from disclosure.reports.matrix import kind
from disclosure.reports.periods import span
from disclosure.reports.service import deciding, filing
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.db import reading, transaction
from tests.disclosure import ledgers
from tests.disclosure.banks import Ledger, as_csv
from tests.disclosure.ledgers import CLI, COMPANY, REVIEWER

REGISTERED, OPENING = date(2025, 1, 6), 10_000_000
numbers = itertools.count(4000_7777_0000_0000)


def account(estate: str = "E-1", type_: str = "joint", opened: date = date(2024, 12, 1)) -> tuple[str, str]:
    """Code and number of a new account."""
    number = str(next(numbers))
    code = f"R-{number[-6:]}"
    with transaction() as db:
        store(db, CLI, [AccountInput(code, estate, type_, "示例银行", number, opened)])
    return code, number


def bring(code: str, number: str, first: date, last: date, bookings: list[Any], opening: int, on: date) -> int:
    """Import a statement on a day; the closing balance."""
    ledger = Ledger(opening, first, last, bookings, number)
    with clock.on(on):
        funds.import_file(CLI, code, as_csv(ledger), f"{first}.csv", on=on)
    return ledger.closing


def start() -> tuple[str, str]:
    """The district and the account, on the day on which the register begins."""
    ledgers.found()
    with clock.on(REGISTERED):
        return account()


def quarter(code: str, number: str, on: date = date(2025, 4, 3)) -> int:
    """Lines of the first quarter: advertising 3000.00, parking 500.01, tax 120.00; the closing balance."""
    lines = [
        (date(2025, 1, 10), 300_000, "电梯广告费", "A1"),
        (date(2025, 2, 11), 50_001, "停车费", "A2"),
        (date(2025, 3, 12), -12_000, "代扣税费", "A3"),
    ]
    return bring(code, number, date(2025, 1, 1), date(2025, 3, 31), lines, OPENING, on)


def digest(code: str = "common_income", period: str = "2025Q1", estate: str = "E-1") -> str:
    """What a form would carry now."""
    with reading() as db:
        return draft(db, kind(code), estate, span(period)).digest


def file(actor: Actor = COMPANY, code: str = "common_income", period: str = "2025Q1", **others: Any) -> str:
    """Hand a report in today."""
    seen = others.pop("seen", None) or digest(code, period)
    with transaction() as db:
        handed = filing.Filing("E-1", code, period, seen=seen, **others)
        return filing.submit(db, actor, handed, on=clock.today())


def confirm(report_id: str, actor: Actor = REVIEWER) -> None:
    """The street confirms today."""
    with transaction() as db:
        deciding.confirm(db, actor, report_id, on=clock.today())


def cell(code: str = "common_income", period: str = "2025Q1", on: date | None = None) -> Cell:
    """A square of E-1."""
    with reading() as db:
        found = cells(db, ["E-1"], date(2024, 12, 1), date(2027, 12, 31), on)
    return next(one for one in found if (one.kind, one.period) == (code, period))


def state(report_id: str) -> str:
    """The last step of a report."""
    with reading() as db:
        return queries.steps(db, report_id)[-1].step
