"""A small portal with two estates in two streets, their companies and accounts, and bank lines to classify."""

import itertools
from datetime import date

from disclosure.funds import api as funds
from disclosure.funds.service.accounts import AccountInput, store
from portal.kernel.access import Actor, Permission, Role, person_actor
from portal.kernel.db import reading, transaction
from tests.disclosure.banks import Ledger, as_csv
from tests.ratings.district import COMMUNITIES, DISTRICT, USCC, found_district

CLI = Actor("cli:test", None, None, frozenset(Permission))
ON = date(2026, 1, 15)
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
STREETS = tuple(code[:9] + "000" for code in (COMMUNITIES[0], COMMUNITIES[2]))
OFFICER = person_actor("officer", Role.OFFICER, DISTRICT)
COMPANY = person_actor("company", Role.ENTERPRISE, DISTRICT, USCC[0])
OTHER = person_actor("other", Role.ENTERPRISE, DISTRICT, USCC[1])
REVIEWER = person_actor("reviewer", Role.REVIEWER, STREETS[0])
numbers = itertools.count(4000_5678_0000_0000)
Booking = tuple[date, int, str, str]  # day, fen, summary, reference


def found() -> None:
    """E-1 served by the first company in the first street, E-2 by the second one in the second."""
    places = {"E-1": ("commodity", COMMUNITIES[0]), "E-2": ("commodity", COMMUNITIES[2])}
    found_district(places, {"E-1": USCC[0], "E-2": USCC[1]})


def account(estate: str = "E-1", type_: str = "joint") -> tuple[str, str]:
    """Code and number of a new account."""
    number = str(next(numbers))
    code = f"Z-{number[-6:]}"
    with transaction() as db:
        store(db, CLI, [AccountInput(code, estate, type_, "示例银行", number, date(2024, 12, 1))])
    return code, number


def bring(code: str, number: str, first: date, last: date, bookings: list[Booking], opening: int = 10_000_000) -> None:
    """Import a statement as a csv file of the bank."""
    data = as_csv(Ledger(opening, first, last, bookings, number))
    funds.import_file(CLI, code, data, "f.csv", on=ON)


def filled(
    bookings: list[tuple[date, int, str]], estate: str = "E-1", type_: str = "joint"
) -> tuple[str, list[funds.FundLine]]:
    """A new account with the bookings of a year; its code and its lines by day."""
    code, number = account(estate, type_)
    bring(code, number, FIRST, LAST, [(day, fen, words, f"R{n}") for n, (day, fen, words) in enumerate(bookings)])
    with reading() as db:
        return code, funds.lines(db, [code], FIRST, LAST)
