"""Common funds of the demo district: accounts of 150 estates, and two years of their banks' statements, month by month.

Most arrive in the first days of the next month, some weeks late, a few have stopped; one file lacks a line, so that its
proof is broken; one was delivered wrong, withdrawn, and delivered again. Banks, companies and numbers are made up.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from disclosure.funds import api as disclosure
from disclosure.funds.api import BankStatement, Delivery
from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.periods import Month
from portal.shell.demo import bank_ledgers
from portal.shell.demo.acts import Cast, bring, moment
from portal.shell.demo.adverse import late_red
from portal.shell.demo.plan import Plan, PlannedEstate

DISCLOSING, MONTHS = 150, 24
LABEL = "bank statements"
BANKS = ("示例银行宝安支行", "虚构银行新安支行", "样例银行西乡支行", "示例农村商业银行沙井支行")
OPENED, BROKEN, REDELIVERED = date(2024, 12, 4), (7, Month(2026, 5)), (8, Month(2025, 8))
PREFIXES = {"income": "GY", "maintenance": "WX", "service": "FW"}
PROMPT, LATE = timedelta(days=4), timedelta(days=25)
ACCOUNT_COLUMNS = ("account_code", "estate_code", "type", "bank", "account_number", "opened_on")


def disclosing(plan: Plan) -> list[PlannedEstate]:
    """Estates whose common funds are in the portal: about two in five of those that should have accounts."""
    homes = [estate for estate in plan.estates if estate.kind == "commodity"]
    return homes[::2][:DISCLOSING]


def account_code(estate: PlannedEstate, type_: str) -> str:
    """The account of an estate: ``income`` (basic or joint), ``maintenance`` or ``service``."""
    return f"{PREFIXES[type_]}-{estate.code}"


def kinds(place: int) -> tuple[str, ...]:
    """The accounts of the estate at a place of ``disclosing``: every fourth keeps its service fees in one of its own."""
    return ("income", "maintenance", "service") if place % 4 == 1 else ("income", "maintenance")


def acts(plan: Plan, cast: Cast, until: Month) -> Iterator[tuple[datetime, str, Callable[[], Any]]]:
    """What banks and people do, as (moment, label, deed)."""
    story = _Story(plan, cast, until)
    yield moment(OPENED, 9), "fund accounts", story.register
    for month in story.months():
        after = month.next.first
        yield moment(after + PROMPT, 8), LABEL, story.delivering(month, late=False)
        yield moment(after + LATE, 8), LABEL, story.delivering(month, late=True)
    place, month = REDELIVERED
    yield moment(month.next.first + timedelta(days=16), 9), LABEL, lambda: story.deliver_again(place, month)


class _Story:
    """The estates with their ledgers, the same for a plan every time."""

    def __init__(self, plan: Plan, cast: Cast, until: Month) -> None:
        self.cast, self.until, self.estates = cast, until, disclosing(plan)
        self.ledgers: dict[tuple[int, str], dict[Month, BankStatement]] = {}
        self.prompt = [plan.exemplar, *late_red(plan)]  # who is to come onto the red list is never late

    def months(self) -> list[Month]:
        """Up to two years, oldest first; none before the register was there."""
        found: list[Month] = []
        month = self.until
        while len(found) < MONTHS and month.next.first + PROMPT > OPENED:
            found.append(month)
            month = month.previous
        return found[::-1]

    def register(self) -> None:
        """Every account, as the sheet that the registrar brings."""
        rows: list[tuple[Any, ...]] = []
        for place, estate in enumerate(self.estates):
            for kind in kinds(place):
                type_ = ("basic" if place % 3 == 0 else "joint") if kind == "income" else kind
                number = f"{4000 + len(kind)}{place:04d}{sum(map(ord, estate.code)):06d}{len(rows):05d}"
                opened = date(2019 + place % 5, 1 + place % 12, 10)
                bank = BANKS[(place + len(kind)) % len(BANKS)]
                rows.append((account_code(estate, kind), estate.code, type_, bank, number, opened))
        bring(self.cast.actor("registrar"), "accounts", ACCOUNT_COLUMNS, rows)

    def deliver(self, month: Month, late: bool) -> None:
        """What the banks deliver for a month; the maintenance fund comes by the quarter."""
        files: list[Delivery] = []
        for place, estate in enumerate(self.estates):
            is_late = _is_late(place, month) and estate not in self.prompt
            if is_late != late or _has_stopped(place, month, self.until):
                continue
            files += self._files(place, estate, month)
        if files:
            with transaction() as db:
                disclosure.take_over_many(db, self.cast.actor("officer"), files, on=clock.today())

    def _files(self, place: int, estate: PlannedEstate, month: Month) -> Iterator[Delivery]:
        for kind in kinds(place):
            made = self._books(place, kind).get(month)
            if made is None:
                continue
            if kind == "income" and (place, month) in (BROKEN, REDELIVERED):
                made = replace(made, lines=made.lines[:2] + made.lines[3:])
            yield _delivery(account_code(estate, kind), made)

    def _books(self, place: int, kind: str) -> dict[Month, BankStatement]:
        if (place, kind) not in self.ledgers:
            made = bank_ledgers.books(kind, self.estates[place], place, self.months())
            self.ledgers[place, kind] = made.statements
        return self.ledgers[place, kind]

    def delivering(self, month: Month, late: bool) -> Callable[[], None]:
        """The deed of a month."""
        return lambda: self.deliver(month, late)

    def deliver_again(self, place: int, month: Month) -> None:
        """The bank delivered a month wrong: withdrawn, and delivered right."""
        if place >= len(self.estates):
            return
        code = account_code(self.estates[place], "income")
        with transaction() as db:
            wrong = next((one for one in disclosure.statements(db, code) if one.to_on == month.last), None)
            if wrong is None:
                return
            officer = self.cast.actor("officer")
            reason = "银行导出的明细缺少一笔，已由银行更正后重新提供。"
            disclosure.withdraw(db, officer, wrong.id, reason=reason, on=clock.today())
            right = _delivery(code, self._books(place, "income")[month])
            disclosure.take_over_many(db, officer, [right], on=clock.today())


def _is_late(place: int, month: Month) -> bool:
    return (place + month.number) % 19 == 4 or (place, month) == (11, Month(2026, 3))


def _has_stopped(place: int, month: Month, until: Month) -> bool:
    """A few accounts have delivered nothing for the last months."""
    return place % 31 == 17 and (until.year - month.year) * 12 + until.number - month.number < 4


def _delivery(code: str, made: BankStatement) -> Delivery:
    name = f"{code}|{made.number}|{len(made.lines)}"
    return Delivery(code, [made], sha256(name.encode()).hexdigest())
