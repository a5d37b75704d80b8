"""The ledger: rules and a person's last word, split, merge, undo, correction by reversal; nothing is edited."""

from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from disclosure.funds import api as funds
from disclosure.ledger import api
from disclosure.ledger.matching import Rule
from disclosure.ledger.models import LedgerAct, LedgerPosting
from disclosure.ledger.service import classifying, rules
from disclosure.ledger.service.classifying import Choice
from disclosure.ledger.service.posting import Piece
from portal.kernel import audit
from portal.kernel.audit import AuditEntry
from portal.kernel.db import engine, reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from tests.disclosure.ledgers import CLI, COMPANY, FIRST, LAST, OFFICER, ON, OTHER, REVIEWER, filled, found

LINES = [
    (date(2025, 1, 5), 50_000, "电梯广告费"),
    (date(2025, 1, 20), 30_000, "收款"),
    (date(2025, 2, 3), -20_000, "电梯维保费"),
    (date(2025, 2, 9), -7_000, "付款"),
]


@pytest.fixture
def ledger(instance):
    """Account, and keys of its four lines by day: two have words that rules know."""
    found()
    code, lines = filled(LINES)
    return code, [(line.year, line.id) for line in lines]


def entries(code):
    with reading() as db:
        return api.entries(db, account_code=code, since=FIRST, until=LAST)


def said(code):
    return [(one.line_fen, one.amount_fen, one.category) for one in entries(code)]


def totals(by_month=False):
    with reading() as db:
        found = api.totals(db, ["E-1"], FIRST, LAST, by_month)
    return {(one.category, one.month): (one.in_fen, one.out_fen, one.lines) for one in found}


def audited():
    with reading() as db:
        return db.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action.like("ledger.%")))


def classify(code, choices, actor=COMPANY):
    with transaction() as db:
        return classifying.classify(db, actor, code, choices, on=ON)


@pytest.mark.both_databases
def test_rules_speak_first_and_a_person_has_the_last_word(ledger):
    code, keys = ledger
    with transaction() as db:
        assert rules.apply(db, COMPANY, code, on=ON) == 2
    assert said(code) == [(50_000, 50_000, "advertising"), (30_000, 30_000, None), (-20_000, -20_000, "cost_lift"),
                          (-7_000, -7_000, None)]  # fmt: skip
    assert [one.by_rule for one in entries(code)] == [True, False, True, False]
    assert entries(code)[0].words == "电梯广告收入"
    assert totals(by_month=True) == {
        (None, "2025-01"): (30_000, 0, 1), ("advertising", "2025-01"): (50_000, 0, 1),
        (None, "2025-02"): (0, 7_000, 1), ("cost_lift", "2025-02"): (0, 20_000, 1),
    }  # fmt: skip
    assert classify(code, {keys[0]: Choice("telecom"), keys[1]: Choice("venue", "摆摊")}) == 2
    with transaction() as db:
        assert rules.apply(db, COMPANY, code, on=ON) == 0
    assert totals() == {
        (None, ""): (0, 7_000, 1), ("telecom", ""): (50_000, 0, 1), ("venue", ""): (30_000, 0, 1),
        ("cost_lift", ""): (0, 20_000, 1),
    }  # fmt: skip
    with reading() as db:
        (open_,) = api.unmatched(db, on=date(2025, 2, 19))
    assert (open_.lines, open_.out_fen, open_.oldest_on, open_.age_days) == (1, 7_000, date(2025, 2, 9), 10)


@pytest.mark.both_databases
def test_split_merge_undo_and_correction(ledger):
    code, keys = ledger
    with transaction() as db:
        pieces = [Piece(-15_000, "cost_lift"), Piece(-5_000, "cost_tax", memo="附加税")]
        classifying.split(db, COMPANY, keys[2], pieces, on=ON)
    assert totals()["cost_lift", ""] == (0, 15_000, 1)
    assert totals()["cost_tax", ""] == (0, 5_000, 1)
    with transaction() as db:
        bundle = classifying.merge(db, COMPANY, code, {key: Choice("parking") for key in keys[:2]}, on=ON)
    assert [one.bundle for one in entries(code)[:2]] == [bundle, bundle]
    with reading() as db:
        split, merged = db.scalars(select(LedgerAct.id).order_by(LedgerAct.recorded_at)).all()
    with transaction() as db:
        assert classifying.undo(db, COMPANY, merged, on=ON) == 2
    assert totals()[None, ""] == (80_000, 7_000, 3)
    with transaction() as db, pytest.raises(Conflict):
        classifying.undo(db, COMPANY, merged, on=ON)
    with transaction() as db, pytest.raises(DomainError, match="理由"):
        classifying.undo(db, OFFICER, split, on=ON)
    with transaction() as db:
        assert classifying.correct(db, COMPANY, keys[2], [Piece(-20_000, "cost_lift")], reason="税额另付。", on=ON)
    one = entries(code)[2]
    assert (one.category, one.amount_fen, one.reversed, one.seq) == ("cost_lift", -20_000, True, 2)
    with reading() as db:
        history = [(act.kind, act.reason, len(rows)) for act, rows in classifying.queries.history(db, keys[2])]
    assert history == [("correct", "税额另付。", 3), ("split", "", 2)]


def test_a_persons_word_is_only_corrected_with_a_reason(ledger):
    code, keys = ledger
    assert classify(code, {keys[0]: Choice("parking")}) == 1
    before = audited()
    assert classify(code, {keys[0]: Choice("parking")}) == 0
    assert audited() == before, "saying the same again is no deed"
    with pytest.raises(DomainError, match="理由"):
        classify(code, {keys[0]: Choice("venue")})
    with transaction() as db, pytest.raises(DomainError, match="理由"):
        classifying.correct(db, COMPANY, keys[0], [Piece(50_000, "venue")], reason=" ", on=ON)
    with transaction() as db, pytest.raises(DomainError, match="理由"):
        classifying.split(db, COMPANY, keys[0], [Piece(1, "venue"), Piece(49_999, "parking")], on=ON)
    with pytest.raises(DomainError, match="理由"), transaction() as db:
        classifying.merge(db, COMPANY, code, {key: Choice("parking") for key in keys[:2]}, on=ON)
    assert said(code)[0] == (50_000, 50_000, "parking")


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        ([Piece(30_000, "parking"), Piece(20_001, "venue")], "合计"),
        ([Piece(60_000, "parking"), Piece(-10_000, "cost_tax")], "大于零"),
        ([Piece(30_000, "parking"), Piece(20_000, "gifts")], "科目"),
        ([Piece(30_000, "parking"), Piece(20_000, "other_income")], "公开摘要"),
        ([Piece(50_000, "parking")], "2至"),
    ],
)
def test_pieces_add_up_to_the_line(ledger, pieces, message):
    code, keys = ledger
    with transaction() as db, pytest.raises(DomainError, match=message):
        classifying.split(db, COMPANY, keys[0], pieces, on=ON)
    assert totals()[None, ""] == (80_000, 27_000, 4)


def test_a_stale_page_does_nothing(ledger):
    code, keys = ledger
    classify(code, {keys[0]: Choice("parking", seen=0)})
    with pytest.raises(Conflict):
        classify(code, {keys[0]: Choice("venue", seen=0)})
    with transaction() as db, pytest.raises(Conflict):
        classifying.correct(db, COMPANY, keys[0], [Piece(50_000, "venue")], reason="改。", on=ON, seen=0)


def test_only_the_serving_company_and_officers_classify(ledger):
    code, keys = ledger
    with pytest.raises(NotFound):
        classify(code, {keys[0]: Choice("parking")}, OTHER)
    with pytest.raises(NotAllowed):
        classify(code, {keys[0]: Choice("parking")}, REVIEWER)
    with transaction() as db, pytest.raises(NotFound):
        rules.apply(db, OTHER, code, on=ON)
    assert classify(code, {keys[0]: Choice("parking")}, OFFICER) == 1
    other, _lines = filled(LINES, "E-2")
    with pytest.raises(NotFound):
        classify(other, {keys[1]: Choice("parking")}, OFFICER)


@pytest.mark.both_databases
def test_postings_cannot_be_edited_by_anybody(ledger):
    code, keys = ledger
    classify(code, {keys[0]: Choice("parking")})
    for sql in ("UPDATE ledger_posting SET category = 'venue'", "DELETE FROM ledger_posting", "DELETE FROM ledger_act",
                "UPDATE ledger_act SET reason = 'x'"):  # fmt: skip
        with pytest.raises(DBAPIError, match="append only"), engine().begin() as connection:
            connection.execute(text(sql))
    with reading() as db:
        values = dict(db.execute(select(LedgerPosting.__table__)).mappings().one())
    reversal = {**values, "step": "reverse", "amount_fen": -values["amount_fen"], "reverses": values["id"]}
    again = [{**reversal, "id": 1, "seq": 2}, {**reversal, "id": 2, "seq": 3}]
    with pytest.raises(DBAPIError), engine().begin() as connection:  # reversed twice
        connection.execute(LedgerPosting.__table__.insert(), again)
    with pytest.raises(DBAPIError), engine().begin() as connection:  # a second first word at the same time
        connection.execute(LedgerPosting.__table__.insert(), [{**values, "id": 3}])


def test_saved_rules_have_scopes_and_versions(ledger):
    code, keys = ledger
    with transaction() as db:
        own = rules.save(db, COMPANY, "E-1", Rule("", ("收款",), "venue", min_fen=10_000), on=ON)
        assert rules.save(db, COMPANY, "E-1", Rule(own, ("收款",), "venue", min_fen=10_000), on=ON) == own
        rules.save(db, OFFICER, "", Rule("", ("付款", "收款"), "other_cost", label="零星支出", direction="out"), on=ON)
        with pytest.raises(NotAllowed):
            rules.save(db, COMPANY, "", Rule("", ("收款",), "venue"), on=ON)
        with pytest.raises(NotFound):
            rules.save(db, OTHER, "E-1", Rule("", ("收款",), "parking"), on=ON)
        with pytest.raises(NotFound):
            rules.save(db, OTHER, OTHER.uscc, Rule(own, ("收款",), "parking"), on=ON)
        with pytest.raises(DomainError):
            rules.save(db, COMPANY, "E-1", Rule("", (" ",), "venue"), on=ON)
        assert len(classifying.queries.rules(db)) == 2
        assert rules.apply(db, COMPANY, code, on=ON) == 4
    assert [one.words for one in entries(code)] == ["电梯广告收入", "场地摊位和自助设备收入", "电梯维保", "零星支出"]
    with transaction() as db:
        assert rules.retire(db, COMPANY, own, on=ON)
        assert not rules.retire(db, COMPANY, own, on=ON)
    more, _lines = filled([(date(2025, 3, 3), 20_000, "收款")])
    with transaction() as db:
        assert rules.apply(db, COMPANY, more, on=ON) == 0


def test_what_a_person_took_back_the_rules_leave_alone(ledger):
    code, _keys = ledger
    with transaction() as db:
        rules.apply(db, COMPANY, code, on=ON)
    with reading() as db:
        act = db.scalars(select(LedgerAct.id)).one()
    with transaction() as db:
        assert classifying.undo(db, COMPANY, act, on=ON) == 2
        assert rules.apply(db, COMPANY, code, on=ON) == 0
    assert set(totals()) == {(None, "")}


def test_references_are_read_strictly():
    assert api.key_of("fund-line:2025-77") == (2025, 77)
    for ref in (
        "fund-line:2025",
        "fund-line:x-1",
        "fund-line:2025--1",
        "fund-line:2025-1e3",
        "rating:1",
        f"fund-line:2025-{2**63}",
    ):
        with pytest.raises(NotFound):
            api.key_of(ref)


def test_the_audit_log_holds(ledger):
    code, keys = ledger
    classify(code, {keys[0]: Choice("parking"), keys[1]: Choice("venue")})
    with reading() as db:
        assert audit.verify(db)[1] is None
        row = db.scalars(select(AuditEntry).where(AuditEntry.action == "ledger.classify")).one()
        assert (row.subject, row.actor) == (f"fund-account:{code}", "company")


def test_the_hourly_job_classifies_every_account(ledger):
    code, _keys = ledger
    (job,) = api.jobs()
    assert job.run() == {"lines": 2}
    assert job.run() == {"lines": 0}
    assert [one.category for one in entries(code)] == ["advertising", None, "cost_lift", None]


@pytest.mark.both_databases
def test_a_withdrawn_statement_takes_its_postings_along(ledger):
    code, keys = ledger
    classify(code, {keys[0]: Choice("parking")})
    with transaction() as db:
        (statement,) = funds.statements(db, code)
        funds.withdraw(db, CLI, statement.id, reason="银行更正。", on=ON)
    assert totals() == {}
    assert entries(code) == []
    with reading() as db:
        assert api.unmatched(db, on=ON) == []
        assert api.books(db, code, FIRST, LAST).mismatches == ()
