"""Two estates of two companies with accounts, classified lines and owners; and an owner's way through the door."""

import hashlib
import re
from datetime import date
from typing import Any

from sqlalchemy import select

from disclosure.funds import api as funds
from disclosure.funds.service.accounts import AccountInput
from disclosure.funds.service.accounts import store as store_accounts
from disclosure.ledger import api as ledger
from disclosure.owners.api import COOKIE
from disclosure.owners.models import OwnerFacts, OwnerUnit
from disclosure.owners.service import balances, register, sessions
from disclosure.owners.service.balances import BalanceInput
from disclosure.owners.service.register import HoldingInput
from portal.kernel import clock, sms
from portal.kernel.db import reading, transaction
from portal.kernel.ids import new_id
from portal.shell import wiring
from tests import built
from tests.disclosure.banks import Ledger, as_csv
from tests.ratings import district as d

TODAY = date(2026, 10, 20)
SINCE, FIRST, LAST = date(2025, 1, 1), date(2026, 7, 1), date(2026, 9, 30)
NAME, PHONE = "李小华", "13800001234"
OTHER_NAME, OTHER_PHONE = "王大明", "13900005678"
LINES: dict[str, list[tuple[date, int, str, str, str]]] = {
    "joint": [
        (date(2026, 7, 8), 300_000, "临停收入 粤B12345", "停车公司", "parking"),
        (date(2026, 8, 10), 500_000, "电梯广告第三季度 联系人13812345678", "示例传媒", "advertising"),
        (date(2026, 8, 20), -120_000, "清洗外墙 3栋1201室外", "保洁公司", "cost_collection"),
        (date(2026, 9, 1), -200_000, "转入维修资金", "维修资金专户", "transfer_to_maintenance"),
    ],
    "service": [
        (date(2026, 7, 15), 34_567, "3栋1201物业费补缴欠费", "张欠费", "service_fee"),
        (date(2026, 7, 16), 40_001, "3栋1202物业费", "赵按时", "service_fee"),
        (date(2026, 8, 2), -50_000, "保安工资", "某某", "cost_security"),
    ],
}


def found() -> None:
    """The district, the accounts, the bank's lines of a quarter, and three owners and a tenant."""
    built.once("owned", _fill)


def _fill() -> None:
    wiring.wire()  # as the application does: what is kept is the same whoever comes first
    d.found_district(
        {"E-1": ("commodity", d.COMMUNITIES[0]), "E-2": ("commodity", d.COMMUNITIES[2])}, {"E-2": d.USCC[1]}
    )
    with clock.on(TODAY):
        for number, code in enumerate(("E-1", "E-2"), 1):
            for place, kind in enumerate(LINES, 1):
                _account(code, kind, f"4000{number}{place}001234567")
        with transaction() as db:
            register.store(db, d.CLI, [
                HoldingInput("E-1", "3栋", "1201", NAME, PHONE, "owner", SINCE),
                HoldingInput("E-1", "3栋", "1201", "李合住", "13700001111", "owner", SINCE),
                HoldingInput("E-1", "3栋", "1202", "赵租客", "13600002222", "tenant", SINCE),
                HoldingInput("E-2", "1栋", "101", OTHER_NAME, OTHER_PHONE, "owner", SINCE),
            ])  # fmt: skip
            balances.store(db, d.CLI, [
                BalanceInput("E-1", "3栋", "1201", date(2026, 6, 30), 523_050),
                BalanceInput("E-1", "3栋", "1202", date(2026, 6, 30), -99_901),
                BalanceInput("E-2", "1栋", "101", date(2026, 6, 30), 77_707),
            ])  # fmt: skip


def _account(estate: str, kind: str, number: str) -> None:
    code = f"{estate}-{kind.upper()}"
    with transaction() as db:
        store_accounts(db, d.CLI, [AccountInput(code, estate, kind, "示例银行", number, SINCE)])
    booked = [(day, fen, words, f"{code}{n}") for n, (day, fen, words, _payee, _cat) in enumerate(LINES[kind])]
    data = as_csv(Ledger(1_000_000, FIRST, LAST, booked, number))
    with transaction() as db:
        funds.take_over(
            db, d.CLI, code, funds.read_file(code, data, "f.csv"), hashlib.sha256(data).hexdigest(), on=TODAY
        )
    words_of = {(day, fen): category for day, fen, _words, _payee, category in LINES[kind]}
    with transaction() as db:
        entries = ledger.entries(db, account_code=code, since=FIRST, until=LAST)
        choices = {(one.year, one.line_id): ledger.Choice(words_of[one.booked_on, one.amount_fen]) for one in entries}
        ledger.classify(db, d.CLI, code, choices, on=TODAY)


def entries(estate: str) -> list[ledger.Entry]:
    with reading() as db:
        return ledger.entries(db, estate_code=estate, since=FIRST, until=LAST)


def entry(estate: str, category: str) -> ledger.Entry:
    return next(one for one in entries(estate) if one.category == category)


def messages() -> list[str]:
    """Texts in the outbox, oldest first."""
    box = sms.outbox()
    found = map(box.read, sorted(box.waiting(), key=lambda name: (box.folder / f"{name}.sealed").stat().st_mtime_ns))
    return [f"{message.phone}\n{message.text}\n" for message in found]


def last_code() -> str:
    found = re.search(r"\n.*?(?<!\d)(\d{6})(?!\d)", messages()[-1])  # the phone stands on the line before
    assert found is not None
    return found[1]


def token(client: Any, address: str) -> str:
    page = client.get(address, follow_redirects=True).get_data(as_text=True)
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]  # type: ignore[index]


def ask(client: Any, estate: str = "E-1", building: str = "3", unit: str = "1201", name: str = NAME, last4: str = "1234",
        **more: Any) -> Any:  # fmt: skip
    address = f"/owner/enter/{estate}"
    fields = {"csrf_token": token(client, address), "building": building, "unit": unit, "name": name, "last4": last4}
    return client.post(address, data=fields, **more)


def give(client: Any, code: str, **more: Any) -> Any:
    return client.post("/owner/code", data={"csrf_token": token(client, "/owner/code"), "code": code}, **more)


def enter(client: Any, estate: str = "E-1") -> Any:
    """The client, signed in as the owner of an estate."""
    who = {"E-1": ("3", "1201", NAME, "1234"), "E-2": ("1栋", "101", OTHER_NAME, "5678")}[estate]
    assert ask(client, estate, *who).status_code == 303
    assert give(client, last_code()).status_code == 303
    return client


def owner_cookie() -> tuple[str, str]:
    """Name and value of the cookie of a fresh session of the demo district's owner."""
    with transaction() as db:
        holding = db.scalars(select(OwnerFacts.holding_id).join(OwnerUnit).where(OwnerUnit.unit == "806")).one()
        return COOKIE, sessions.open_session(db, holding, f"test:{new_id()}")
