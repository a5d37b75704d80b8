"""One fen changed in a public report, or in the ledger under it, is named; net income kept back becomes an event by rule."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from disclosure.ledger.service import rules
from disclosure.reports import api, checking
from disclosure.reports.service import events
from portal.kernel import clock
from portal.kernel.db import engine, reading, transaction
from portal.shell import wiring
from tests.disclosure import reporting as r
from tests.disclosure.ledgers import COMPANY, OFFICER

APRIL, FIRST, LAST = date(2025, 4, 8), date(2025, 1, 1), date(2025, 3, 31)
WORDS = ("电梯广告费", "停车费", "电梯维保费", "往来")
MOVES = st.lists(st.tuples(st.integers(0, 89), st.integers(2, 90_000), st.sampled_from(WORDS)), min_size=1, max_size=8)


@pytest.fixture
def began(instance):
    """The register begins; reports can be changed behind the portal's back."""
    wiring.wire()
    code, number = r.start()
    with engine().begin() as connection:
        for table in ("fund_report_line", "ledger_posting"):
            connection.execute(text(f"DROP TRIGGER {table}_no_update"))
    return code, number


def classified(code: str) -> None:
    with transaction() as db:
        rules.apply(db, COMPANY, code, on=clock.today())


def published() -> str:
    """A report of the first quarter, filed and confirmed; a correction where there is one already."""
    report_id = r.file(reason="又登记一个账户。" if r.cell().confirmed_on else "")
    r.confirm(report_id)
    return report_id


def places(db, report_id: str) -> set[str]:
    return {fault.place for fault in checking.faults(db, report_id)}


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), MOVES, st.sampled_from([1, -1]))
def test_one_fen_changed_in_a_public_report_or_under_it_is_named(began, data, moves, by):
    code, number = r.account()  # one more of the estate each time: the report is of all of them
    booked = sorted(
        (date.fromordinal(FIRST.toordinal() + day), -fen if "维保" in words else fen, words, f"R{nth}")
        for nth, (day, fen, words) in enumerate(moves)
    )
    r.bring(*began, FIRST, LAST, [], r.OPENING, APRIL)
    r.bring(code, number, FIRST, LAST, booked, r.OPENING, APRIL)
    with clock.on(APRIL):
        classified(code)
        report_id = published()
        with reading() as db:
            assert checking.faults(db, report_id) == []
            rows = db.execute(
                text("SELECT seq, code FROM fund_report_line WHERE report_id = :id AND amount_fen IS NOT NULL"),
                {"id": report_id},
            ).all()
            seq, line = data.draw(st.sampled_from(sorted(tuple(row) for row in rows)))
            db.execute(
                text("UPDATE fund_report_line SET amount_fen = amount_fen + :by WHERE report_id = :id AND seq = :seq"),
                {"by": by, "id": report_id, "seq": seq},
            )
            named = places(db, report_id)
            assert {"report", line} <= named or line == "zero"
        with reading() as db:  # the change above was rolled back
            posted = db.execute(
                text("SELECT id, category FROM ledger_posting WHERE account_code = :code"), {"code": code}
            )
            known = sorted(tuple(row) for row in posted)
            if known:
                row, category = data.draw(st.sampled_from(known))
                db.execute(text("UPDATE ledger_posting SET amount_fen = amount_fen + side WHERE id = :id"), {"id": row})
                assert any(place.endswith(f":{category}") for place in places(db, report_id))


@pytest.fixture
def confirmed(began):
    """A public report of the first quarter with an income of 3,500.01 yuan, classified; the account with its number."""
    code, number = began
    closing = r.quarter(code, number)
    with clock.on(APRIL):
        classified(code)
        published()
    return code, number, closing


def b18(on: date) -> list[events.Proposal]:
    with clock.on(on), reading() as db:
        return [one for one in events.proposals(db, on) if one.code == "B18"]


def test_net_income_that_was_not_handed_over_becomes_an_event_by_rule(confirmed):
    assert b18(date(2025, 4, 30)) == []  # it may still be paid in on the last day
    (found,) = b18(date(2025, 5, 2))
    assert (found.key, found.due_on, found.net_fen) == ("common_income/E-1/2025Q1/B18", date(2025, 4, 30), 350_001)
    with clock.on(date(2025, 5, 2)):
        with transaction() as db:
            events.propose(db, OFFICER, found.key, on=clock.today())
        with reading() as db:
            assert db.execute(text("SELECT step FROM credit_step")).scalars().all() == ["proposed"]
    assert b18(date(2025, 5, 2)) == []


@pytest.mark.parametrize(("day", "settled"), [(20, True), (30, True), (None, False)])
def test_income_that_was_handed_over_in_time_becomes_none(confirmed, day, settled):
    code, number, closing = confirmed
    paid = [(date(2025, 4, day), -300_000, "公共收益转入维修资金", "T1")] if day else []
    r.bring(code, number, date(2025, 4, 1), date(2025, 4, 30), paid, closing, date(2025, 5, 2))
    with clock.on(date(2025, 5, 2)):
        classified(code)
    assert (b18(date(2025, 5, 3)) == []) is settled


def test_money_that_nobody_classified_yet_accuses_nobody(confirmed):
    code, number, closing = confirmed
    paid = [(date(2025, 4, 20), -300_000, "转账", "T1")]
    r.bring(code, number, date(2025, 4, 1), date(2025, 4, 30), paid, closing, date(2025, 5, 2))
    assert b18(date(2025, 5, 3)) == []


def test_a_correction_says_from_what_to_what(confirmed):
    code, number, closing = confirmed
    with clock.on(date(2025, 4, 20)):
        new = r.file(reason="合同清单漏列一项，金额不变。", values={"contracts": "停车：本公司自营。"})
        r.confirm(new)
        with reading() as db:
            said = api.told_of(api.published(db, "E-1"))
    assert len(said) == 2
    assert "没有变化，仍为" in said[new].sentences[0]
    assert "合同清单漏列一项" in said[new].sentences[0]
