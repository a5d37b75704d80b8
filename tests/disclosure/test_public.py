"""The public pages of the common funds: totals that add up, proofs that turn red in public, and never a line or a payee."""

import io
import json
from datetime import date

import pytest
from openpyxl import load_workbook

from disclosure.funds import api as funds
from disclosure.funds.service.accounts import AccountInput, store
from disclosure.ledger import api as ledger
from disclosure.public.money import flow
from disclosure.public.reading import dossier
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading, transaction
from portal.kernel.periods import Quarter
from tests.disclosure import owned
from tests.disclosure.banks import Ledger, as_csv
from tests.disclosure.owned import TODAY
from tests.pages import faults
from tests.ratings import district as d

# what stands in lines, at payees and in full numbers: for owners and staff only
PRIVATE = (
    "粤B12345",
    "13812345678",
    "1201",
    "张欠费",
    "赵按时",
    "某某",
    "示例传媒",
    "停车公司",
    "保洁公司",
    "清洗外墙",
    "40001100123",
)
PAGES = ("", ".json", ".csv", "/poster", "/kiosk", "/kiosk?screen=2", "/kiosk?screen=3", "?fund=service&period=2026Q3",
         ".json?fund=service", ".csv?fund=service&period=2026-07")  # fmt: skip


@pytest.fixture
def known(app):
    owned.found()
    with clock.on(TODAY):
        yield app.test_client()


def text(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_no_line_no_payee_no_household_is_public(known):
    for page in PAGES:
        shown = text(known, f"/disclosure/E-1{page}")
        assert [(page, word) for word in PRIVATE if word in shown] == []
    book = load_workbook(io.BytesIO(known.get("/disclosure/E-1.xlsx?fund=service&period=2026Q3").data))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row]
    assert [word for word in PRIVATE if any(word in cell for cell in cells)] == []
    assert "cost_security" in cells


def test_sources_and_uses_add_up_to_the_lines(known):
    found = json.loads(text(known, "/disclosure/E-1.json"))
    assert (found["fund"], found["period"]) == ("common", "2026Q3")
    assert found["flow"] == {
        "in": "8000.00", "out": "3200.00", "left": "4800.00",
        "sources": [{"category": "advertising", "amount": "5000.00"}, {"category": "parking", "amount": "3000.00"}],
        "uses": [{"category": "transfer_to_maintenance", "amount": "2000.00"}, {"category": "cost_collection", "amount": "1200.00"}],
    }  # fmt: skip
    lines = owned.entries("E-1")
    assert sum(one.amount_fen for one in lines if one.account_type == "joint") == 480_000


def test_the_page_says_in_its_title_what_came_of_the_quarter(known):
    page = text(known, "/disclosure/E-1")
    assert "2026年第三季度公共收益收入8,000.00元，支出3,200.00元，结余4,800.00元" in page
    assert "账银核对：一致" in page
    assert "4000****" in page


def test_a_fen_that_the_bank_does_not_have_is_red_in_public(known):
    number = "4000990012345670"
    with transaction() as db:
        store(db, d.CLI, [AccountInput("E-2-BASIC", "E-2", "basic", "示例银行", number, owned.SINCE)])
    ledger = Ledger(1_000_000, owned.FIRST, owned.LAST, [(date(2026, 7, 5), 70_000, "停车费", "Q1")], number)
    wrong = as_csv(ledger).replace(b"10700.00", b"10700.01")
    funds.import_file(d.CLI, "E-2-BASIC", wrong, "f.csv", on=TODAY)
    page = text(known, "/disclosure/E-2?fund=common&period=2026Q3")
    assert "不一致" in page
    assert "0.01" in page
    states = {one["account_code"]: one["state"] for one in json.loads(text(known, "/disclosure/E-2.json"))["proofs"]
              if one["period"] == "2026Q3"}  # fmt: skip
    assert states == {"E-2-BASIC": "unmatched", "E-2-JOINT": "matched"}


def test_the_quarter_shown_is_the_last_one_with_statements(known):
    with clock.on(date(2027, 4, 2)), reading() as db:
        assert dossier(db, "E-1").period == Quarter(2026, 3)


def test_odd_questions_read_as_the_usual_page(known):
    for query in ("fund=nobody", "period=yesterday", "period=2026-13", "period=9999Q9", "period=0000"):
        assert "8,000.00" in text(known, f"/disclosure/E-1?{query}")
    assert known.get("/disclosure/E-1?fund=%00", strict=False).status_code == 400


def test_names_of_estates_lead_on_and_unknown_ones_are_not_found(known):
    assert known.get("/disclosure/e-1").headers["Location"].endswith("/disclosure/E-1")
    assert known.get("/disclosure/E-9").status_code == 404
    assert "没有找到" in text(known, "/disclosure?q=nowhere")


def missing(client, query: str = "") -> list:
    return json.loads(text(client, f"/disclosure/missing.json{query}"))["items"]


def quarterly(rows: list) -> set:
    return {(row["estate_code"], row["days_late"], row["uscc"]) for row in rows
            if (row["report"], row["period"]) == ("common_income", "2026Q4")}  # fmt: skip


def test_what_is_overdue_is_listed_the_day_after_it_was_due(known):
    with clock.on(date(2027, 1, 15)):
        assert quarterly(missing(known)) == set()
    with clock.on(date(2027, 1, 16)):
        assert quarterly(missing(known)) == {("E-1", 1, d.USCC[0]), ("E-2", 1, d.USCC[1])}
        for query, estate in ((f"?street={d.STREETS[0]}", "E-1"), (f"?uscc={d.USCC[1]}", "E-2")):
            rows = missing(known, query)
            assert rows
            assert {row["estate_code"] for row in rows} == {estate}
            csv = text(known, f"/disclosure/missing.csv{query}")
            assert len(csv.splitlines()) == len(rows) + 1
        page = text(known, "/disclosure/E-1")
        assert "到期没有公开" in page
        assert "没有公开，逾期1天" in page


def test_the_district_counts_what_its_calendar_says(known):
    with clock.on(date(2027, 1, 16)):
        whole = json.loads(text(known, "/disclosure.json"))
    assert sum(row["missing"] for row in whole["items"]) >= 2
    for row in whole["items"]:
        months = [one for one in whole["calendar"] if one["street"] == row["street"]]
        for name in ("due", "in_time", "late", "missing"):
            assert row[name] == sum(one[name] for one in months)
        assert row["due"] == row["in_time"] + row["late"] + row["missing"]


def test_the_lobby_screen_moves_on_by_itself_and_stays_when_asked(known):
    first = known.get("/disclosure/E-1/kiosk")
    assert first.headers["Refresh"] == "20; url=/disclosure/E-1/kiosk?screen=2"
    assert known.get("/disclosure/E-1/kiosk?screen=3").headers["Refresh"].endswith("screen=1")
    assert "Refresh" not in known.get("/disclosure/E-1/kiosk?stay=yes").headers
    assert "<script src" in first.get_data(as_text=True)  # the frame's; the screen works without


def test_the_poster_is_a_pdf_of_one_page(known):
    answer = known.get("/disclosure/E-1/poster.pdf")
    assert answer.data.startswith(b"%PDF-")
    assert answer.mimetype == "application/pdf"


def test_the_same_bytes_for_everybody(known, signed_in):
    officer = signed_in(Role.OFFICER)
    for path in ("/disclosure", "/disclosure/E-1", "/disclosure/missing"):
        assert officer.get(path).data == known.get(path).data
        assert "Set-Cookie" not in known.get(path).headers


def test_pages_are_good_html_in_english_too(known):
    for path in ("", "/E-1", "/missing", "/E-1/kiosk", "/E-1/poster"):
        assert faults(text(known, f"/en/disclosure{path}")) == []


def test_an_estate_without_accounts_says_so(app):
    d.found_district({"E-7": ("village", d.COMMUNITIES[0])})
    with clock.on(TODAY):
        page = text(app.test_client(), "/disclosure/E-7")
        assert "还没有登记业主共有资金账户" in page
        assert "没有登记账户" in text(app.test_client(), "/estates/E-7")


def test_money_between_accounts_of_one_fund_is_neither_income_nor_spending():
    def total(kind: str, category: str, into: int, out: int) -> ledger.Total:
        return ledger.Total("E-1", kind, category, "", into, out, 1)

    found = flow(
        [
            total("basic", "transfer_between", 0, 700),
            total("joint", "transfer_between", 500, 0),
            total("joint", "parking", 90, 0),
        ],
        "common",
    )
    assert [(one.category, one.fen) for one in found.sources] == [("parking", 90)]
    assert [(one.category, one.fen) for one in found.uses] == [("transfer_between", 200)]
