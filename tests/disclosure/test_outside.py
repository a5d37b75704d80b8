"""A line booked on a day that its statement does not cover: kept and named, and no proof of the months concerned holds. What an
import and a proof call the difference is the same figure."""

import re
import sys
from dataclasses import replace
from datetime import date

import pytest

from disclosure.funds import api, queries
from disclosure.funds.preview import preview
from disclosure.reports.books import draft, drafts
from disclosure.reports.matrix import kind as kind_of
from disclosure.reports.periods import span
from portal.kernel.db import reading, transaction
from portal.shell import cli
from tests.disclosure.banks import FILES, Ledger, as_camt, as_csv, as_mt940
from tests.disclosure.test_proof import CLI, ON, account, bring, proof
from tests.disclosure.test_proof import estate as estate  # noqa: PLC0414  the fixture

DECEMBER, JANUARY, FEBRUARY = (
    (date(2024, 12, 1), date(2024, 12, 31)), (date(2025, 1, 1), date(2025, 1, 31)), (date(2025, 2, 1), date(2025, 2, 28)),
)  # fmt: skip
AFTER, BEFORE = date(2025, 2, 5), date(2024, 12, 28)


def of_january(number: str, *days: date, fen: int = 100) -> Ledger:
    return Ledger(0, *JANUARY, [(day, fen, "停车费", f"S{n}") for n, day in enumerate(days)], number)


def withdraw(code: str) -> None:
    with transaction() as db:
        for one in queries.statements(db, code):
            if one.flaws != "[]":
                api.withdraw(db, CLI, one.id, reason="银行更正。", on=ON)


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("day", [AFTER, BEFORE])
def test_a_line_outside_the_days_of_its_statement_is_kept_named_and_red(estate, kind, day):
    code, number = account(estate)
    taken = bring(code, FILES[kind](of_january(number, day)))
    assert (taken.statements, taken.lines) == (1, 1)
    (flaw,) = taken.flaws
    assert (flaw.kind, flaw.on, flaw.difference_fen) == ("outside", day, 100)
    said = api.flaw_sentence(flaw)
    assert all(words in said for words in (flaw.place, str(day), "2025-01-01", "2025-01-31", "1.00元", "撤回")), said
    january = proof(code, "2025-01")
    assert (january.in_fen, january.closing_fen, january.bank_fen, january.difference_fen) == (0, 0, 100, 100)
    assert not january.holds
    withdraw(code)
    assert bring(code, FILES[kind](of_january(number, date(2025, 1, 30)))).flaws == []
    assert proof(code, "2025-01").holds


@pytest.mark.parametrize(("day", "month", "period"), [(AFTER, FEBRUARY, "2025-02"), (BEFORE, DECEMBER, "2024-12")])
def test_every_month_from_the_statement_to_the_line_is_red(estate, day, month, period):
    """Also where the balances of two statements agree with each other and with the books."""
    code, number = account(estate)
    bring(code, as_camt(of_january(number, day)))
    opening = 100 if day == AFTER else 0
    bring(code, as_camt(Ledger(opening, *month, [], number)))
    for red in ("2025-01", period):
        made = proof(code, red)
        assert not made.holds
        assert made.difference_fen == (-100 if red == "2024-12" else 100)
        assert [flaw.kind for flaw in made.flaws] == ["outside"]


def test_what_is_delivered_again_takes_its_place_only_if_it_reaches_the_line(estate):
    code, number = account(estate)
    bring(code, as_camt(of_january(number, AFTER)))
    assert bring(code, as_camt(of_january(number, AFTER), "02")).statements == 0
    bring(code, as_camt(Ledger(0, *JANUARY, [], number)))
    assert not proof(code, "2025-01").holds
    bring(code, as_camt(Ledger(0, JANUARY[0], FEBRUARY[1], [(AFTER, 100, "停车费", "S0")], number)))
    assert all(proof(code, period).holds for period in ("2025-01", "2025-02"))


def test_of_many_lines_outside_those_farthest_off_are_named(estate):
    code, number = account(estate)
    days = [date(2024, 11, day) for day in range(1, 31)] + [date(2025, 2, day) for day in range(1, 29)]
    flaws = bring(code, as_camt(of_january(number, *days))).flaws
    assert [flaws[0].on, flaws[-1].on, len(flaws)] == [days[0], days[-1], 20]


@pytest.mark.parametrize("mark", ["camt053", "mt940"])
def test_the_day_of_booking_counts_not_the_value_date(estate, mark):
    code, number = account(estate)
    ledger = of_january(number, JANUARY[0], JANUARY[1])
    text = FILES[mark](ledger)
    for day, value in ((JANUARY[0], b"2024-12-30"), (JANUARY[1], b"2025-02-03")):
        text = text.replace(f"<ValDt><Dt>{day}".encode(), b"<ValDt><Dt>" + value)
        text = text.replace(f":61:{day:%y%m%d}".encode(), b":61:" + value[2:].replace(b"-", b""))
    assert text.count(b"0203" if mark == "mt940" else b"02-03") == 1
    assert bring(code, text).flaws == []
    assert proof(code, "2025-01").holds


def test_a_file_that_does_not_say_its_days_covers_those_of_its_lines(estate):
    code, number = account(estate)
    ledger = of_january(number, BEFORE, AFTER)
    assert bring(code, as_csv(ledger, stated=False)).flaws == []
    assert all(proof(code, period).holds for period in ("2024-12", "2025-01", "2025-02"))
    code, number = account(estate)
    stated = as_camt(replace(ledger, number=number))
    silent = re.sub(rb"<FrToDt>.*</FrToDt>|<Dt><Dt>2025-01-(01|31)</Dt></Dt>(?=</Bal>)", b"", stated)
    assert silent.count(b"2025-01") == 0
    assert bring(code, silent).flaws == []
    assert proof(code, "2025-01").holds


def test_the_pages_of_a_statement_begin_with_its_first_page(estate):
    code, number = account(estate)
    pages = as_mt940(of_january(number, date(2025, 1, 20))).replace(b":62F:", b":62M:") + as_mt940(
        replace(of_january(number, date(2025, 1, 21), date(2025, 1, 22)), opening=100)
    ).replace(b":60F:C250101", b":60M:C250131")
    taken = bring(code, pages)
    assert (taken.statements, taken.flaws) == (2, [])
    assert proof(code, "2025-01").holds
    code, number = account(estate)
    pages = re.sub(rb":25:\d+", b":25:" + number.encode(), pages).replace(b":61:2501210121", b":61:2412280128")
    assert [flaw.kind for flaw in bring(code, pages).flaws] == []
    code, number = account(estate)
    pages = re.sub(rb":25:\d+", b":25:" + number.encode(), pages).replace(b":61:2412280128", b":61:2412281228")
    assert ("outside", BEFORE) in [(flaw.kind, flaw.on) for flaw in bring(code, pages).flaws]


def test_an_opening_balance_dated_after_the_closing_one_says_no_first_day(estate):
    code, number = account(estate)
    text = as_mt940(of_january(number, JANUARY[0])).replace(b":60F:C250101", b":60F:C250205")
    assert bring(code, text).flaws == []


def test_a_report_of_the_lines_month_shows_the_flaw_of_the_statement_after_it(estate):
    code, number = account(estate)
    bring(code, as_camt(Ledger(0, *DECEMBER, [], number)))
    bring(code, as_camt(of_january(number, BEFORE)))
    told, month = kind_of("common_income"), span("2024-12")
    with reading() as db:
        (flaw,) = drafts(db, told, [estate], month)[estate].flaws
        assert drafts(db, told, [estate], month)[estate] == draft(db, told, estate, month)
    assert "2024-12-28" in flaw


def run(capsys, *words: str) -> tuple[list[str], list[str], int]:
    sys.argv = ["portal", *words]
    code = 0
    try:
        cli.main()
    except SystemExit as over:
        code = int(over.code or 0)
    done = capsys.readouterr()
    return done.out.splitlines(), done.err.splitlines(), code


def test_the_command_line_gives_one_difference(estate, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", sys.argv)
    code, number = account(estate)
    path = tmp_path / "a.xml"
    right = as_camt(of_january(number, JANUARY[0]))
    path.write_bytes(right.replace(b">1.00<", b">0.75<", 1))  # the closing balance stands before the entries
    _out, said, status = run(capsys, "funds", "import", code, str(path))
    assert (status, len(said)) == (1, 2)
    assert "应为1.00元，期末余额是0.75元，银行减明细相差-0.25元" in said[1].replace("\N{MINUS SIGN}", "-")
    out, again, status = run(capsys, "funds", "proof", code, "2025-01")
    assert (out[-2:], status, again[1]) == (["statement balance 0.75", "difference -0.25"], 1, said[1])


@pytest.mark.parametrize("data", [b"<BkToCstmrStmt>", b"x,\xff\xfe\x81"])
def test_a_refusal_is_said_once(estate, tmp_path, capsys, monkeypatch, data):
    monkeypatch.setattr(sys, "argv", sys.argv)
    code, _number = account(estate)
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    _out, said, status = run(capsys, "funds", "import", code, str(path))
    assert (len(said), status) == (1, 1), said


def test_a_sheet_is_refused_with_each_place_once(instance, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", sys.argv)
    path = tmp_path / "a.csv"
    path.write_text('code,name\n1,"x\n', encoding="utf-8")
    _out, said, status = run(capsys, "import", "divisions", str(path))
    assert (len(said), status) == (1, 1), said
    path.write_text("code,name,level,parent_code\n1,x,y,z\n", encoding="utf-8")
    _out, said, status = run(capsys, "import", "divisions", str(path))
    assert (len(said), len(set(said)), status) == (4, 4, 1), said


def test_a_line_outside_is_known_when_it_comes_again(estate):
    """To the preview, and to many files at once."""
    code, number = account(estate)
    first, again = (api.read_file(code, as_camt(of_january(number, AFTER), version), "f") for version in ("02", "08"))
    taken = []
    for nth, made in enumerate((first, again)):
        with transaction() as db:
            taken.append(api.take_over_many(db, CLI, [api.Delivery(code, made, str(nth))], on=ON))
    assert [(one.statements, one.lines, one.known) for one in taken] == [(1, 1, 0), (0, 0, 1)]
    with reading() as db:
        seen = preview(db, CLI, code, again)
    assert [(one.new, one.known, one.judged.last) for one in seen.statements] == [(0, 1, JANUARY[1])]
    assert [flaw.kind for flaw in seen.flaws] == ["outside"]
    assert not proof(code, "2025-01").holds


@pytest.mark.parametrize(("kind", "bank", "told"), [("sum", 5, 3), ("books", 5, 3), ("lines", 5, 3), ("ledger", 5, 3)])
def test_a_difference_is_the_bank_less_the_rest(kind, bank, told):
    expected, found = (bank, told) if kind in ("lines", "ledger") else (told, bank)
    assert api.Flaw(kind, AFTER, "", expected, found, "").difference_fen == 2
