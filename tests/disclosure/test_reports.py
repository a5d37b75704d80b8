"""Reports: filled from the books, checked to the fen, confirmed by somebody else, never changed; the calendar worked out."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from disclosure.funds.api import Delivered
from disclosure.reports import api, checking, periods
from disclosure.reports.books import digest as digest_of
from disclosure.reports.books import draft, drafts
from disclosure.reports.cells import cells
from disclosure.reports.coverage import coverage
from disclosure.reports.service import deciding, events, filing, terms
from disclosure.reports.service.clocks import start_due
from disclosure.reports.told import computed_indicators, lists_facts, rating_facts
from portal.deadlines import api as deadlines
from portal.kernel import audit, clock
from portal.kernel.audit import AuditEntry
from portal.kernel.db import engine, reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.shell import wiring
from tests.disclosure import reporting as r
from tests.disclosure.ledgers import CLI, COMPANY, OFFICER, OTHER, REVIEWER

pytestmark = pytest.mark.usefixtures("instance")
APRIL = date(2025, 4, 8)


@pytest.fixture
def books():
    """The first quarter is there; it is 8 April."""
    wiring.wire()
    code, number = r.start()
    closing = r.quarter(code, number)
    with clock.on(APRIL):
        yield code, number, closing


def lines(report_id):
    with reading() as db:
        return {line.code: line.amount_fen for line in api.report(db, report_id).lines}


@pytest.mark.both_databases
def test_a_report_is_filled_from_the_books_and_public_once_confirmed(books):
    _code, _number, closing = books
    report_id = r.file()
    assert sum(fen for code, fen in lines(report_id).items() if code.startswith("in:")) == 350_001
    assert (lines(report_id)["opening"], lines(report_id)["closing"]) == (r.OPENING, closing)
    with reading() as db:
        assert api.published(db, "E-1") == []
    found = r.cell()
    assert (found.state, found.filed_on, found.published_on, found.due_on) == ("filed", APRIL, None, date(2025, 4, 15))
    with clock.on(date(2025, 4, 20)):
        r.confirm(report_id)
        found = r.cell()
        with reading() as db:
            (public,) = api.published(db, "E-1")
    assert (found.state, found.published_on, found.days_late) == ("filed", date(2025, 4, 20), 0)
    assert public.totals == {"opening": r.OPENING, "in": 350_001, "out": 12_000, "closing": closing}
    assert [row["holds"] for row in public.proof] == [True]


def test_filing_keeps_to_who_when_and_what(books):
    seen = r.digest()
    with pytest.raises(NotFound):  # of another estate's company
        r.file(OTHER, seen=seen)
    with pytest.raises(NotAllowed):
        r.file(REVIEWER, seen=seen)
    with pytest.raises(Conflict):  # the books moved since
        r.file(seen="0" * 64)
    for period in ("2025-01", "2025", "2025Q9"):
        with pytest.raises(NotFound):
            r.file(period=period, seen=seen)
    with pytest.raises(DomainError):
        r.file(period="2025Q2", seen=seen)
    with pytest.raises(NotFound):  # disclosed by the bank's statements alone
        r.file(code="flow", period="2025-01", seen=seen)
    first = r.file()
    with pytest.raises(Conflict):
        r.file()
    with pytest.raises(NotAllowed):
        r.confirm(first, COMPANY)
    with transaction() as db, pytest.raises(NotAllowed):
        filing.withdraw(db, OFFICER, first, on=APRIL)
    assert r.state(first) == "submitted"


def test_nobody_confirms_what_they_filed_for_the_committee(books):
    report_id = r.file(OFFICER, filed_for="committee")
    with pytest.raises(NotAllowed):
        r.confirm(report_id, OFFICER)
    r.confirm(report_id, REVIEWER)
    with pytest.raises(Conflict):
        r.confirm(report_id, REVIEWER)


def test_a_returned_report_is_not_filed_and_is_mended(books):
    first = r.file()
    with transaction() as db:
        deciding.send_back(db, REVIEWER, first, reason="请补充合同清单。", on=APRIL)
    assert r.cell().state == "not_filed"
    with reading() as db:
        assert [one.rule for one in deadlines.of_subjects(db, [r.cell().subject])[r.cell().subject]] == ["report.mend"]
    with clock.on(date(2025, 4, 18)):
        second = r.file(values={"contracts": "电梯广告，一年，12000元"})
        r.confirm(second)
        found = r.cell()
    assert (found.state, found.days_late) == ("late", 3)


def test_a_correction_reverses_with_a_public_reason_and_does_not_make_late(books):
    code, number, closing = books
    first = r.file()
    r.confirm(first)
    more = [(date(2025, 4, 2), 100, "利息", "B1")]
    r.bring(code, number, date(2025, 4, 1), date(2025, 4, 30), more, closing, date(2025, 5, 2))
    with clock.on(date(2025, 6, 2)):
        with pytest.raises(DomainError):
            r.file()
        second = r.file(reason="补充公开说明。", note="更正")
        assert r.cell().report_id == first
        r.confirm(second)
        assert (r.cell().state, r.cell().report_id) == ("filed", second)
        with reading() as db:
            listed = {one.id: one for one in api.published(db, "E-1")}
    assert (listed[first].reversed_by, listed[second].reverses) == (second, first)
    assert (listed[second].reason, listed[first].reason) == ("补充公开说明。", "")


TEXTS = {
    "fund_report": "reason", "fund_report_line": "text", "fund_report_step": "text", "fund_report_term": "reason",
    "fund_report_occasion": "title",
}  # fmt: skip


@pytest.mark.both_databases
def test_nothing_is_changed_in_place(books):
    report_id = r.file()
    with transaction() as db:
        terms.set_term(db, REVIEWER, "E-1", "audit", "none", date(2025, 1, 1), "没有公共收益。", on=APRIL)
        terms.add_occasion(db, COMPANY, "E-1", "repair_job", date(2025, 4, 1), "外墙维修", on=APRIL)
    deeds = [f"UPDATE {table} SET {column} = 'x'" for table, column in TEXTS.items()]
    deeds += [f"DELETE FROM {table}" for table in TEXTS]
    deeds.append(
        "INSERT INTO fund_report_step SELECT report_id, 2, 'submitted', '', actor, \"on\", recorded_at FROM fund_report_step"
    )
    for deed in deeds:
        with pytest.raises(DBAPIError), engine().begin() as connection:
            connection.execute(text(deed))
    assert r.state(report_id) == "submitted"


@pytest.mark.parametrize("line", ["opening", "in", "out", "closing"])
def test_one_fen_in_a_report_is_named(books, line):
    report_id = r.file()
    with reading() as db:
        assert checking.faults(db, report_id) == []
    with engine().begin() as connection:
        connection.execute(text("DROP TRIGGER fund_report_line_no_update"))
        connection.execute(
            text("UPDATE fund_report_line SET amount_fen = amount_fen + 1 WHERE seq = (SELECT min(seq) FROM fund_report_line"
                 " WHERE code LIKE :code) "), {"code": f"{line}%"},
        )  # fmt: skip
    with reading() as db:
        found = checking.faults(db, report_id)
    places = {fault.place for fault in found}
    assert "report" in places
    assert any(place.startswith(line) for place in places)
    with pytest.raises(DomainError):
        r.confirm(report_id)


def test_a_proof_that_does_not_hold_needs_a_public_note(books):
    code, number, closing = books
    r.bring(code, number, date(2025, 4, 1), date(2025, 6, 30), [], closing + 1, date(2025, 7, 2))
    with clock.on(date(2025, 7, 3)):
        with pytest.raises(DomainError):
            r.file(period="2025Q2")
        report_id = r.file(period="2025Q2", note="银行少给一天的流水，已联系。")
        with reading() as db:
            assert {fault.place for fault in checking.faults(db, report_id)} == {"bank"}
        r.confirm(report_id)  # what the bank owes is not hidden: public, and red


def test_a_quarter_without_movement_is_zero_and_without_a_statement_nothing(books):
    code, number, closing = books
    with clock.on(date(2025, 7, 3)):
        with pytest.raises(DomainError, match="对账单"):
            r.digest(period="2025Q4")
        r.bring(code, number, date(2025, 4, 1), date(2025, 6, 30), [], closing, date(2025, 7, 3))
        r.confirm(r.file(period="2025Q2"))
        assert r.cell(period="2025Q2").state == "zero"


def test_terms_are_three_honest_states(books):
    assert r.cell("audit", "2025", date(2026, 7, 2)).is_overdue
    with transaction() as db:
        with pytest.raises(NotAllowed):
            terms.set_term(db, COMPANY, "E-1", "audit", "none", date(2025, 1, 1), "不想公开。", on=APRIL)
        terms.set_term(db, REVIEWER, "E-1", "audit", "none", date(2025, 1, 1), "没有公共收益。", on=APRIL)
        before = audit_rows(db)
        terms.set_term(db, REVIEWER, "E-1", "audit", "none", date(2025, 1, 1), "没有公共收益。", on=APRIL)
        assert audit_rows(db) == before
    found = r.cell("audit", "2025", date(2026, 7, 2))
    assert (found.state, found.reason) == ("not_applicable", "没有公共收益。")


def audit_rows(db) -> int:
    db.flush()
    return len(db.info.get(audit.__name__, [])) + db.query(AuditEntry).count()


def test_cost_plus_fees_are_due_each_quarter(books):
    r.account(type_="service")
    with transaction() as db:
        terms.set_term(db, OFFICER, "E-1", "service_fee", "often", date(2025, 4, 1), "酬金制合同。", on=APRIL)
    with reading() as db:
        found = [one for one in cells(db, ["E-1"], date(2025, 1, 1), date(2026, 12, 31)) if one.kind == "service_fee"]
    assert [(one.period, one.due_on.isoformat(), one.event) for one in found] == [
        ("2025", "2026-03-31", None), ("2025Q2", "2025-07-15", "B16"),
        ("2025Q3", "2025-10-15", "B16"), ("2025Q4", "2026-01-15", "B16"), ("2026Q1", "2026-04-15", "B16"),
        ("2026Q2", "2026-07-15", "B16"), ("2026Q3", "2026-10-15", "B16"),
    ]  # fmt: skip


def test_a_completed_job_makes_its_settlement_due(books):
    values = {
        "scope": "外墙",
        "contractor": "示例建筑公司",
        "budget": 5_000_000,
        "actual": 4_900_000,
        "share": "按面积",
    }
    with transaction() as db:
        one = terms.add_occasion(db, COMPANY, "E-1", "repair_job", date(2025, 4, 1), "外墙维修", on=APRIL)
        with pytest.raises(Conflict):
            terms.add_occasion(db, COMPANY, "E-1", "repair_job", date(2025, 4, 1), "屋面维修", on=APRIL)
    assert r.cell("repair_job", "2025-04-01").due_on == date(2025, 5, 1)
    with pytest.raises(DomainError, match="施工单位"):
        r.file(code="repair_job", period="2025-04-01", values={**values, "contractor": " "}, seen="-")
    with pytest.raises(DomainError, match="预算"):
        r.file(code="repair_job", period="2025-04-01", values={**values, "budget": -1}, seen="-")
    report_id = r.file(code="repair_job", period="2025-04-01", values=values, seen="-")
    assert lines(report_id)["actual"] == 4_900_000
    with transaction() as db, pytest.raises(Conflict):
        terms.take_back_occasion(db, REVIEWER, one, on=APRIL)


def test_a_month_is_disclosed_when_statements_cover_it(books):
    code, number, closing = books
    assert r.cell("flow", "2025-01").state == "late"  # delivered on 3 April
    assert r.cell("flow", "2025-03").state == "filed"
    with clock.on(date(2025, 5, 20)):
        assert r.cell("flow", "2025-04").days_late == 5
        r.bring(code, number, date(2025, 4, 1), date(2025, 4, 29), [], closing, date(2025, 5, 20))
        assert r.cell("flow", "2025-04").is_overdue  # the 30th is not there
        r.bring(code, number, date(2025, 4, 30), date(2025, 4, 30), [], closing, date(2025, 5, 20))
        assert r.cell("flow", "2025-04").state == "late"


def test_what_is_missing_falls_on_the_company_of_the_due_day_and_is_a_rate(books):
    wanted = {"flow 2025-01", "flow 2025-02"}
    with clock.on(date(2025, 4, 16)):
        with reading() as db:
            found = api.missing(db)
            rate = api.rate(db, "E-1", 2025)
        assert {(one.kind, one.period, one.days_late) for one in found} >= {("common_income", "2025Q1", 1)}
        assert {one.uscc for one in found} == {COMPANY.uscc}
        assert len(wanted) == rate.late
        with reading() as db:
            facts = lists_facts(db, 2025)["disclosure_on_time"]
            scores = computed_indicators(db, year=2025, estates={"E-1", "E-2"})["scores"]
            asked = {"year": 2025, "companies": {"E-1": COMPANY.uscc}, "wanted": {"disclosure_overdue_quarters"}}
            assert rating_facts(db, **asked) == {"disclosure_overdue_quarters": {"E-1": 1}}
        assert facts == scores == {"E-1": rate.rate_bp}


def test_clocks_run_for_what_is_due_and_stop_when_it_is_filed(books):
    def clocks():
        with reading() as db:
            return deadlines.of_subjects(db, ["report:common_income/E-1/2025Q1"])["report:common_income/E-1/2025Q1"]

    for _again in range(2):
        with transaction() as db:
            start_due(db, CLI, APRIL)
    (found,) = clocks()
    assert (found.last_day, found.holder.uscc, found.closed_at) == (date(2025, 4, 15), COMPANY.uscc, None)
    r.file()
    assert clocks()[0].outcome == "filed"


def test_credit_events_are_proposed_by_rule_once_and_never_count_by_themselves(books):
    with clock.on(date(2025, 4, 16)), reading() as db:
        found = {one.key: one for one in events.proposals(db, clock.today())}
    key = "common_income/E-1/2025Q1/B17"
    assert set(found) == {key}
    with clock.on(date(2025, 4, 16)):
        with transaction() as db, pytest.raises(NotAllowed):
            events.propose(db, REVIEWER, key, on=clock.today())
        with transaction() as db:
            events.propose(db, OFFICER, key, on=clock.today())
        with transaction() as db, pytest.raises(NotFound):
            events.propose(db, OFFICER, key, on=clock.today())
        with reading() as db:
            steps = db.execute(text("SELECT step FROM credit_step")).scalars().all()
    assert steps == ["proposed"]


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.sampled_from(sorted(periods.LENGTHS)))
def test_periods_tile_the_days(day, frequency):
    found = periods.holding(day, frequency)
    assert found.first <= day <= found.last
    assert periods.span(found.text) == found
    later = list(periods.between(day, date(2031, 12, 31), frequency))
    assert later[0] == found
    assert all((b.first - a.last).days == 1 for a, b in zip(later, later[1:], strict=False))


@given(st.lists(st.tuples(st.integers(1, 59), st.integers(0, 40)), max_size=8))
def test_a_month_is_whole_when_every_day_was_delivered(spans):
    start, listed, days = date(2025, 1, 1).toordinal(), [], set()
    for first, length in spans:
        last = min(first + length, 59)
        listed.append(Delivered("A", date.fromordinal(start + first - 1), date.fromordinal(start + last - 1), APRIL, 1))
        days |= set(range(first, last + 1))
    found = coverage(listed, {})
    assert (("A", "2025-01") in found) == (days >= set(range(1, 32)))
    assert (("A", "2025-02") in found) == (days >= set(range(32, 60)))


def test_the_digest_is_of_everything_said():
    class Said:
        def __init__(self, code, amount_fen, text):
            self.code, self.amount_fen, self.text = code, amount_fen, text

    one = digest_of([Said("in:parking", 1, "")], json.loads("[]"))
    assert len({one, digest_of([Said("in:parking", 2, "")], []), digest_of([Said("in:parking", 1, "x")], [])}) == 3


@pytest.mark.parametrize("broken", [0, 1])
def test_many_at_once_say_what_one_says(books, broken):
    code, number, closing = books
    more = [(date(2025, 5, 5), 700, "停车费", "C1")]
    r.bring(code, number, date(2025, 4, 1), date(2025, 6, 30), more, closing + broken, date(2025, 7, 2))
    with clock.on(date(2025, 7, 3)):
        for period in ("2025Q1", "2025Q2"):
            told, span = api.kind("common_income"), periods.span(period)
            with reading() as db:
                assert drafts(db, told, ["E-1", "E-2"], span) == {"E-1": draft(db, told, "E-1", span)}
        people = {COMPANY.uscc: COMPANY}
        with transaction() as db:
            made = api.submit_many(db, people, "common_income", "2025Q2", {"E-1": {}, "E-2": {}}, on=clock.today())
        assert set(made) == (set() if broken else {"E-1"})  # without a note nothing red is handed in
        with transaction() as db:
            again = api.submit_many(
                db, people, "common_income", "2025Q2", {"E-1": {}}, on=clock.today(), note="银行少给一笔。"
            )
            assert bool(again) == bool(broken)
            made |= again
            cell = ("common_income", "2025Q2")
            assert api.confirm_many(db, REVIEWER, cell, list(made.values()), on=clock.today()) == 1
            assert api.confirm_many(db, REVIEWER, cell, list(made.values()), on=clock.today()) == 0
        with reading() as db:
            assert {fault.place for fault in checking.faults(db, made["E-1"])} == ({"bank"} if broken else set())
        assert r.cell(period="2025Q2").published_on == clock.today()


@given(st.dictionaries(st.sampled_from(["in:a", "in:b", "out:a", "out:c"]), st.integers(0, 10**12)), st.data())
def test_one_fen_anywhere_breaks_the_sum(moved, data):
    opening = data.draw(st.integers(-(10**9), 10**12))
    net = sum(fen if code.startswith("in:") else -fen for code, fen in moved.items())
    amounts = {"opening": opening, **moved, "closing": opening + net}
    assert checking.arithmetic(amounts) == 0
    place = data.draw(st.sampled_from(sorted(amounts)))
    assert abs(checking.arithmetic({**amounts, place: amounts[place] + 1})) == 1
