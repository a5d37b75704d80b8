"""One fen changed anywhere, in the file, a stored line, the ledger or a statement, turns the proof red and names the place."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest import fixture  # noqa: PT013
from sqlalchemy import text

from disclosure.funds import api as funds
from disclosure.ledger import api
from disclosure.ledger.service import classifying
from disclosure.ledger.service.classifying import Choice
from disclosure.ledger.service.posting import Piece
from portal.kernel.db import engine, reading, transaction
from tests.disclosure.banks import Ledger, as_csv
from tests.disclosure.ledgers import CLI, COMPANY, FIRST, LAST, ON, account, filled, found

FEN = st.integers(2, 90_000)


@fixture
def estate(instance):
    """Two estates with their companies."""
    found()


MOVES = st.lists(st.tuples(st.integers(1, 28), FEN, st.booleans()), min_size=1, max_size=8)
ONE_FEN = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))


def ledger_of(moves):
    """A year's account, classified by its rules and by hand; its code and its lines."""
    bookings = [(date(2025, 3, day), fen if is_in else -fen, "往来") for day, fen, is_in in sorted(moves)]
    code, lines = filled(bookings)
    choices = {(line.year, line.id): Choice("parking" if line.amount_fen > 0 else "cost_tax") for line in lines}
    with transaction() as db:
        classifying.classify(db, COMPANY, code, choices, on=ON)
        first = lines[0]
        if abs(first.amount_fen) > 2:
            sign = 1 if first.amount_fen > 0 else -1
            parts = [Piece(sign, "venue"), Piece(first.amount_fen - sign, "telecom")]
            classifying.split(db, COMPANY, (first.year, first.id), parts, on=ON, reason="分摊。")
    return code, lines


def books(code):
    with reading() as db:
        return api.books(db, code, FIRST, LAST)


def change(sql, **values):
    with engine().begin() as connection:
        connection.execute(text(sql), values)


@fixture
def unguarded(estate):
    """The triggers that refuse changes are gone, as for somebody with the database's keys."""
    for table in ("bank_line", "ledger_posting", "fund_statement"):
        change(f"DROP TRIGGER {table}_no_update")
        change(f"DROP TRIGGER {table}_no_delete")


@ONE_FEN
@given(MOVES, st.data())
def test_one_fen_changed_in_a_stored_line_names_the_line(unguarded, moves, data):
    code, lines = ledger_of(moves)
    assert books(code).holds
    line = data.draw(st.sampled_from(lines))
    by = data.draw(st.sampled_from([1, -1])) if abs(line.amount_fen) > 1 else (1 if line.amount_fen > 0 else -1)
    change("UPDATE bank_line SET amount_fen = amount_fen + :by WHERE id = :id", by=by, id=line.id)
    red = books(code)
    assert not red.holds
    assert line.ref in red.places
    change("UPDATE bank_line SET amount_fen = amount_fen - :by WHERE id = :id", by=by, id=line.id)
    assert books(code).holds
    change("UPDATE bank_line SET booked_on = '2025-06-01' WHERE id = :id", id=line.id)
    assert line.ref in books(code).places


@ONE_FEN
@given(MOVES, st.data())
def test_one_fen_changed_in_the_ledger_names_the_line(unguarded, moves, data):
    code, lines = ledger_of(moves)
    line = data.draw(st.sampled_from(lines))
    change("UPDATE ledger_posting SET amount_fen = amount_fen + side WHERE line_id = :id AND piece = 1 AND step = 'post'"
           " AND seq = (SELECT MAX(seq) FROM ledger_posting WHERE line_id = :id)", id=line.id)  # fmt: skip
    red = books(code)
    assert red.proof.holds
    assert not red.damage
    assert not red.holds
    assert red.places == (line.ref,)


def test_one_fen_changed_in_a_reversal_names_the_line(unguarded):
    code, lines = ledger_of([(5, 900, True), (6, 700, False)])
    change("UPDATE ledger_posting SET amount_fen = amount_fen - side WHERE line_id = :id AND step = 'reverse'",
           id=lines[0].id)  # fmt: skip
    assert books(code).places == (lines[0].ref,)


@ONE_FEN
@given(MOVES, st.data())
def test_a_line_lost_or_a_sum_changed_names_the_statement(unguarded, moves, data):
    code, lines = ledger_of(moves)
    line = data.draw(st.sampled_from(lines))
    if data.draw(st.booleans()):
        change("DELETE FROM bank_line WHERE id = :id", id=line.id)
    else:
        change("UPDATE fund_statement SET in_fen = in_fen + 1 WHERE account_code = :code", code=code)
    red = books(code)
    assert not red.holds
    assert any(place.startswith("2025-01-01/2025-12-31") for place in red.places)


@ONE_FEN
@given(MOVES, st.data())
def test_one_fen_changed_in_the_file_names_its_line(estate, moves, data):
    code, number = account()
    own = [
        (date(2025, 3, day), fen if is_in else -fen, "往来", f"R{n}")
        for n, (day, fen, is_in) in enumerate(sorted(moves))
    ]
    at = data.draw(st.integers(0, len(own) - 1))
    right = as_csv(Ledger(10_000_000, FIRST, LAST, own, number)).decode("utf-8-sig").splitlines()
    rows = right[:4], right[4:]
    cells = rows[1][at].split(",")
    place = 3 if cells[3] else 4
    fen = round(float(cells[place]) * 100) + 1
    cells[place] = f"{fen // 100}.{fen % 100:02d}"
    rows[1][at] = ",".join(cells)
    taken = funds.import_file(CLI, code, "\n".join([*rows[0], *rows[1]]).encode(), "f.csv", on=ON)
    assert any(f"{at + 5}" in flaw.place for flaw in taken.flaws if flaw.kind == "line"), taken.flaws
    assert not books(code).holds
