"""Books = bank proof: whatever is imported, in any order and however often, the totals are those of a plain sum; one fen
changed anywhere turns the proof red."""

import hashlib
import itertools
from calendar import monthrange
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from disclosure.funds import api, coverage, queries
from disclosure.funds.lines import account_view
from disclosure.funds.models import BankLine, FundStatement
from disclosure.funds.service.accounts import AccountInput, store
from portal.kernel import audit
from portal.kernel.access import Actor, Permission
from portal.kernel.audit import AuditEntry
from portal.kernel.db import engine, reading, transaction
from portal.kernel.errors import DomainError, InputRefused
from portal.kernel.periods import Month, Quarter, Year
from tests.disclosure.banks import FILES, Ledger, as_camt, as_csv

CLI = Actor("cli:test", None, None, frozenset(Permission))
ON = date(2026, 1, 15)
SLOW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
numbers = itertools.count(4000_1234_0000_0000)


@pytest.fixture
def estate(instance):
    with engine().begin() as connection:
        connection.execute(text("INSERT INTO estate (code, recorded_at) VALUES ('E-1', '2025-01-01 00:00:00+00:00')"))
    return "E-1"


def account(estate: str) -> tuple[str, str]:
    """Code and number of a new account."""
    number = str(next(numbers))
    code = f"Z-{number[-6:]}"
    with transaction() as db:
        store(db, CLI, [AccountInput(code, estate, "joint", "示例银行", number, date(2024, 12, 1))])
    return code, number


def bring(code: str, data: bytes, name: str = "f.csv") -> api.Taken:
    return api.import_file(CLI, code, data, name, on=ON)


def proof(code: str, period: str) -> api.Proof:
    kinds = {4: Year, 6: Quarter, 7: Month}
    with reading() as db:
        return api.proof(db, code, kinds[len(period)].parse(period))


def months(number: str, amounts: list[list[tuple[int, int]]], opening: int = 100_000) -> list[Ledger]:
    """A ledger a month of 2025 from (day, fen), each beginning where the one before ended."""
    made = []
    for month, bookings in enumerate(amounts, start=1):
        last = monthrange(2025, month)[1]
        rows = [
            (date(2025, month, min(day, last)), fen, f"摘要{n}", f"M{month}-{n}")
            for n, (day, fen) in enumerate(sorted(bookings, key=lambda x: x[0]))
        ]
        made.append(Ledger(opening, date(2025, month, 1), date(2025, month, last), rows, number))
        opening = made[-1].closing
    return made


FEN = st.integers(-500_000, 500_000).filter(bool)
MONTH = st.lists(st.tuples(st.integers(1, 31), FEN), max_size=6)


@SLOW
@given(st.lists(MONTH, min_size=3, max_size=4), st.randoms(use_true_random=False))
def test_any_order_any_format_any_number_of_times(estate, amounts, chance):
    code, number = account(estate)
    ledgers = months(number, amounts)
    files = [FILES[chance.choice(sorted(FILES))](ledger) for ledger in ledgers]
    files += [chance.choice([as_camt, as_csv])(ledger) for ledger in ledgers if chance.random() < 0.4]
    chance.shuffle(files)
    for data in files:
        bring(code, data)
    rows = [fen for ledger in ledgers for _day, fen, _words, _reference in ledger.bookings]
    with reading() as db:
        assert db.scalar(select(func.count()).where(BankLine.account_code == code)) == len(rows)
    for at, ledger in enumerate(ledgers, start=1):
        made = proof(code, f"2025-{at:02d}")
        fens = [fen for _day, fen, _words, _reference in ledger.bookings]
        assert (made.opening_fen, made.closing_fen, made.bank_fen) == (ledger.opening, ledger.closing, ledger.closing)
        assert (made.in_fen, made.out_fen) == (sum(f for f in fens if f > 0), -sum(f for f in fens if f < 0))
        assert made.holds, made
    assert proof(code, "2025Q1").holds
    assert not proof(code, "2025").proven


@SLOW
@given(st.lists(MONTH.filter(bool), min_size=3, max_size=3), st.data())
def test_one_fen_anywhere_turns_the_proof_red(estate, amounts, data):
    code, number = account(estate)
    ledgers = months(number, amounts)
    at = data.draw(st.integers(0, 2))
    text_of = as_csv(ledgers[at]).decode("utf-8-sig")
    lines = text_of.splitlines()
    places = [(row, cell) for row in range(4, len(lines)) for cell in (3, 4, 5) if lines[row].split(",")[cell]]
    row, cell = data.draw(st.sampled_from(places))
    cells = lines[row].split(",")
    cells[cell] = _one_fen_more(cells[cell])
    lines[row] = ",".join(cells)
    for place, ledger in enumerate(ledgers):
        taken = bring(code, "\n".join(lines).encode() if place == at else as_csv(ledger))
        assert bool(taken.flaws) == (place == at)
    red = proof(code, f"2025-{at + 1:02d}")
    assert not red.holds
    assert red.difference_fen
    assert any(f"{'ABCDEF'[5]}{row + 1}" in flaw.place or f"A{row + 1}" in flaw.place for flaw in red.flaws)
    assert not proof(code, "2025Q1").holds
    assert all(proof(code, f"2025-{n:02d}").holds for n in range(1, at + 1))


def _one_fen_more(amount: str) -> str:
    whole, fen = amount.split(".")
    return f"{whole}.{(int(fen) + 1) % 100:02d}"


@pytest.mark.parametrize("kind", ["camt053", "mt940"])
def test_one_fen_in_an_amount_of_the_bank_is_named(estate, kind):
    code, number = account(estate)
    (january,) = months(number, [[(3, 12345), (9, 500)]])
    changed = FILES[kind](january).replace(b"123.45", b"123.46").replace(b"123,45", b"123,46")
    assert [flaw.kind for flaw in bring(code, changed).flaws] == ["sum"]
    assert proof(code, "2025-01").difference_fen == -1, "bank less books"


def test_a_quarter_in_one_statement_proves_its_months(estate):
    code, number = account(estate)
    ledgers = months(number, [[(3, 100)], [(4, 250)], [(5, -70)]])
    bookings = [booking for ledger in ledgers for booking in ledger.bookings]
    bring(code, as_camt(Ledger(ledgers[0].opening, ledgers[0].first, ledgers[-1].last, bookings, number)))
    for at, ledger in enumerate(ledgers, start=1):
        made = proof(code, f"2025-{at:02d}")
        assert (made.bank_fen, made.holds) == (ledger.closing, True)


def test_a_gap_is_kept_named_and_filled(estate):
    code, number = account(estate)
    january, february, march = months(number, [[(3, 100)], [(4, 250)], [(5, -70)]])
    bring(code, as_csv(january))
    assert [flaw.kind for flaw in bring(code, as_csv(march)).flaws] == ["gap"]
    assert not proof(code, "2025-03").holds
    assert not proof(code, "2025Q1").holds
    assert bring(code, as_camt(february)).flaws == []
    assert all(proof(code, period).holds for period in ("2025-01", "2025-02", "2025-03", "2025Q1"))


def test_twice_changes_nothing_and_a_statement_without_entries_is_accepted(estate):
    code, number = account(estate)
    (january,) = months(number, [[]])
    assert bring(code, as_camt(january)).statements == 1
    with reading() as db:
        before = db.scalar(select(func.count(AuditEntry.seq)))
    assert bring(code, as_camt(january)).statements == 0
    assert bring(code, as_camt(january, "02")).statements == 0
    with reading() as db:
        assert db.scalar(select(func.count(AuditEntry.seq))) == before
    assert proof(code, "2025-01").holds


def test_a_foreign_statement_changes_nothing(estate):
    code, number = account(estate)
    (january,) = months(number, [[(3, 100)]])
    other = as_camt(january, account=number[:-1] + "X")
    with pytest.raises(InputRefused):
        bring(code, other)
    euro = as_camt(january).replace(b"CNY", b"EUR")
    with pytest.raises(InputRefused):
        bring(code, euro)
    with reading() as db:
        assert db.scalar(select(func.count()).where(FundStatement.account_code == code)) == 0


def test_real_twins_are_two_and_copies_one(estate):
    code, number = account(estate)
    day = date(2025, 1, 3)
    twins = Ledger(0, date(2025, 1, 1), date(2025, 1, 31), [(day, 100, "停车费", ""), (day, 100, "停车费", "")], number)
    assert bring(code, as_camt(twins)).lines == 2
    assert bring(code, as_camt(twins, "02")).lines == 0
    assert proof(code, "2025-01").holds
    code, number = account(estate)
    copied = Ledger(0, twins.first, twins.last, [(day, 100, "停车费", "R1"), (day, 100, "停车费", "R1")], number)
    once = as_camt(copied).replace(b"2.00", b"1.00")
    assert bring(code, once).lines == 1
    assert proof(code, "2025-01").holds


def test_a_wrong_statement_is_withdrawn_with_a_reason_and_delivered_again(estate):
    code, number = account(estate)
    (january,) = months(number, [[(3, 100), (9, 500)]])
    wrong = as_csv(january).replace(b",5.00,", b",5.01,")
    assert bring(code, wrong).flaws
    with reading() as db:
        (statement,) = [one.id for one in queries.statements(db, code)]
    with pytest.raises(DomainError), transaction() as db:
        api.withdraw(db, CLI, statement, reason=" ", on=ON)
    with transaction() as db:
        api.withdraw(db, CLI, statement, reason="银行重新出具对账单", on=ON)
    assert not proof(code, "2025-01").proven
    assert bring(code, as_csv(january)).flaws == []
    assert proof(code, "2025-01").holds


@pytest.mark.both_databases
def test_lines_and_statements_cannot_be_changed(estate):
    code, number = account(estate)
    bring(code, as_csv(months(number, [[(3, 100)]])[0]))
    for statement in (
        "UPDATE bank_line SET amount_fen = amount_fen + 1", "DELETE FROM bank_line",
        "UPDATE fund_statement SET closing_fen = 0", "UPDATE fund_account_facts SET number_mask = ''",
    ):  # fmt: skip
        with pytest.raises(DBAPIError), engine().begin() as connection:
            connection.execute(text(statement))
    assert proof(code, "2025-01").holds
    with reading() as db:
        assert audit.verify(db)[1] is None
        sealed = db.execute(text("SELECT number_sealed, number_mask FROM fund_account_facts")).one()
        everything = str(sealed) + str(db.execute(text("SELECT detail FROM audit_log")).all())
    assert number not in everything


def test_the_same_file_in_two_hands_is_one_statement(estate):
    code, number = account(estate)
    data = as_csv(months(number, [[(3, 100)]])[0])
    made = api.read_file(code, data, "f.csv")
    sha = hashlib.sha256(data).hexdigest()
    for _hand in range(2):
        with transaction() as db:
            api.take_over(db, CLI, code, made, sha, on=ON)
    with reading() as db:
        assert len(queries.statements(db, code)) == 1


def test_a_break_in_a_month_without_statement_is_that_months(estate):
    code, number = account(estate)
    january, _february, march = months(number, [[(3, 100)], [(4, 250)], [(5, -70)]])
    bring(code, as_camt(january))
    assert bring(code, as_camt(march)).flaws
    february = proof(code, "2025-02")
    assert [flaw.kind for flaw in february.flaws] == ["gap"]
    assert not february.holds


def test_what_the_bank_delivers_again_and_right_takes_the_place_of_what_was_wrong(estate):
    code, number = account(estate)
    (january,) = months(number, [[(3, 100), (9, 500)]])
    wrong = as_camt(january).replace(b"1006.00", b"1006.01")
    assert [flaw.kind for flaw in bring(code, wrong).flaws] == ["sum"]
    assert bring(code, as_camt(january)).flaws == []
    made = proof(code, "2025-01")
    assert (made.difference_fen, made.flaws, made.holds) == (0, (), True)


def test_a_statement_that_contradicts_one_before_it_is_flagged(estate):
    code, number = account(estate)
    january, february = months(number, [[(3, 100)], []])
    bring(code, as_camt(january))
    bring(code, as_camt(february))
    bookings = [(date(2025, 2, 9), 1000, "停车费", "X")]
    across = Ledger(january.closing, date(2025, 1, 15), date(2025, 2, 10), bookings, number)
    assert [flaw.kind for flaw in bring(code, as_camt(across)).flaws] == ["books"]
    assert not proof(code, "2025-02").holds


@pytest.mark.both_databases
@pytest.mark.parametrize(("first", "then", "holds"), [("camt053", "mt940", False), ("csv", "ofx", True)])
def test_a_month_that_is_left_out_is_a_gap_although_the_balance_is_the_same(estate, first, then, holds):
    """What came in may have gone out again. A sheet's days may begin with its first line, so nothing follows from them."""
    code, number = account(estate)
    january, february, march = months(number, [[(3, 100)], [], [(5, -70)]])
    bring(code, FILES[first](january))
    assert [flaw.kind for flaw in bring(code, FILES[then](march)).flaws] == ([] if holds else ["gap"])
    with reading() as db:
        view = account_view(queries.account(db, code))
        assert coverage.account_states(db, [view], ON)[code][0] == ("late" if holds else "flawed")
    for period in ("2025-02", "2025Q1"):
        assert proof(code, period).holds is holds
    assert proof(code, "2025-01").holds
    bring(code, as_camt(february))
    assert proof(code, "2025Q1").holds


@pytest.mark.both_databases
@pytest.mark.parametrize(("first", "then"), [("camt053", "mt940"), ("csv", "ofx")])
def test_the_same_statement_in_another_format_is_already_imported(estate, first, then):
    code, number = account(estate)
    (january,) = months(number, [[(3, 100), (3, 100), (9, -40)]])
    bring(code, FILES[first](january))
    again = replace(january, bookings=[(*booking[:3], f"R{n}") for n, booking in enumerate(january.bookings)])
    taken = bring(code, FILES[then](again))
    assert (taken.statements, taken.lines, taken.known, taken.flaws) == (0, 0, 3, [])
    assert proof(code, "2025-01").holds
    other = replace(again, bookings=[*again.bookings[:2], (date(2025, 1, 10), -40, *again.bookings[2][2:])])
    assert bring(code, FILES[then](other)).flaws, "a booking on another day is another statement"


@pytest.mark.parametrize("amount", ["-5.00", "1,000.00", "１２.00", "5,00", "(5.00)", "¥5.00", "5.001"])
def test_an_amount_that_the_standard_does_not_know_is_refused(estate, amount):
    code, number = account(estate)
    (january,) = months(number, [[(3, 500)]])
    with pytest.raises(InputRefused):
        bring(code, as_camt(january).replace(b">5.00<", f">{amount}<".encode()))
    with reading() as db:
        assert queries.statements(db, code) == []
