"""Terms of retention: what is due from which day, what is held, that clearing leaves nothing readable and tells no names."""

import json
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from disclosure.owners.models import OwnerFacts
from portal.accounts import api as accounts
from portal.accounts import service as people
from portal.kernel import clock, hooks, keys, sms
from portal.kernel.access import Actor, Role, system_actor
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError, InputRefused, NotAllowed
from portal.kernel.jobs_record import JobRun
from portal.operations import api, holds, nightly, terms
from portal.registry import api as registry
from portal.shell import wiring
from portal.shell.cli import cli
from scoring.objections import retention as contested
from tests import built
from tests.operations import retained
from tests.registry.sheets import ENTERPRISES, MANAGERS, USCC, bring

CLI = system_actor("cli:test")
LATE = date(2026, 6, 1)
# rule, the last day on which nothing is due, the day after
DAYS = (
    ("sms-waiting", date(2021, 1, 6)), ("bank-papers", date(2022, 1, 3)), ("job-runs", date(2022, 2, 7)),
    ("people-left", date(2024, 1, 3)), ("owners-left", date(2024, 1, 3)), ("point-contacts", date(2024, 1, 3)),
    ("managers-left", date(2025, 6, 29)), ("companies-left", date(2025, 6, 29)), ("conferences", date(2026, 1, 3)),
    ("receipts", date(2026, 2, 28)),
)  # fmt: skip


@pytest.fixture
def filled(instance):
    wiring.wire()  # also where another worker has filled it
    built.once("retained", lambda: retained.fill(instance.instance))
    return instance


def _due(db) -> dict[str, int]:
    return {due.rule.code: due.number for due in api.retention_due(db) if due.number}


def _held(day: date) -> dict[str, dict[str, int]]:
    with clock.on(day), reading() as db:
        return {due.rule.code: dict(due.held) for due in api.retention_due(db) if due.held}


def _audited() -> list[tuple[str, str]]:
    with reading() as db:
        rows = select(AuditEntry.subject, AuditEntry.detail).where(AuditEntry.action == "retention.cleared")
        return [tuple(row) for row in db.execute(rows.order_by(AuditEntry.seq))]


@pytest.mark.both_databases
def test_each_term_ends_on_its_day_and_clearing_leaves_nothing_to_read(filled):
    assert {rule.code for rule in terms.terms().rules if rule.is_ours} == {
        *(rule for rule, _day in DAYS),
        "item-results",
    }
    with reading() as db:
        for rule, day in DAYS:
            with clock.on(day):
                assert rule not in _due(db), rule
            with clock.on(day + timedelta(days=1)):
                assert _due(db)[rule] >= 1, rule
        with clock.on(LATE):
            whole = _due(db)
    assert _audited() == []

    with clock.on(LATE):
        nightly.run_retention()
        told = _audited()
        assert {subject.removeprefix("retention:"): json.loads(detail)["gone"] for subject, detail in told} == whole
        assert not [name for name in retained.NAMES for _subject, detail in told if name in detail]
        with reading() as db:
            assert _due(db) == {}
            _nothing_is_left(db, filled.instance)
        nightly.run_retention()
        assert _audited() == told  # nothing to do, nothing to tell


def _nothing_is_left(db, folder) -> None:
    manager = registry.manager_staff_view(db, "M-1")
    assert (manager.phone, manager.id_last4) == (None, "")
    assert registry.find_managers(db, "李四") == ([], 0)
    assert registry.find_managers(db, "欧阳五")[1] == 1
    assert set(registry.enterprise_details(db)["phone"]) == {None}
    assert accounts.person(db, "left").name == "（已按期清除）"
    facts = db.scalars(select(OwnerFacts)).one()
    assert keys.unseal(db, "owner:h1", facts.name_sealed) is None
    for subject in ("point:p1", "mediation:conference-c1", retained.RECEIPTS, "person:left"):
        assert keys.is_destroyed(db, subject), subject
    assert sms.outbox().waiting() == []
    assert db.scalars(select(JobRun.job)).all() == []
    assert [path.name for path in (folder / "funds" / "done" / "F-1").iterdir()] == ["no-day.csv"]


def test_who_was_cleared_does_not_come_back_under_the_old_name(filled):
    with clock.on(LATE):
        api.clear_due(CLI)
        with pytest.raises(InputRefused) as refused:
            bring("managers", MANAGERS)
        assert ["请用新的编号" in str(one) for one in refused.value.problems] == [True]
        bring("enterprises", ENTERPRISES)  # a company does: its phone is written anew
        with reading() as db:
            assert "0755-11112222" in set(registry.enterprise_details(db)["phone"])
        with pytest.raises(DomainError, match="请用新的登录名"), transaction() as db:
            people.enable(db, CLI, "left")


@pytest.mark.parametrize(
    ("subject", "rule"),
    [("manager:M-1", "managers-left"), ("estate:E-1", "owners-left"), ("rule:receipts", "receipts"), ("list:L1", "point-contacts"),
     (f"enterprise:{USCC[0]}", "companies-left"), ("person:left", "people-left"), ("account:F-1", "bank-papers")],
)  # fmt: skip
def test_what_is_held_stays_until_the_hold_is_lifted(filled, subject, rule):
    with clock.on(LATE):
        with transaction() as db:
            api.hold(db, CLI, subject, "（2026）粤0306行初1号")
        assert set(_held(LATE)) == {rule}
        before = {due.rule.code: due.number for due in api.clear_due(CLI)}
        assert before[rule] == 0
        with transaction() as db:
            api.lift(db, CLI, subject, "已结案")
        assert {due.rule.code for due in api.clear_due(CLI) if due.number} == {rule}


def test_holds_are_ordered_with_a_reason_once_and_without_names(filled):
    with transaction() as db:
        for subject, reason in (("manager", "x"), (":", "x"), ("manager:M-1", " "), ("manager:M-1", "李四13800000001")):
            with pytest.raises(DomainError):
                api.hold(db, CLI, subject, reason)
        api.hold(db, CLI, "manager:M-1", "案号")
        with pytest.raises(DomainError, match="已经暂缓"):
            api.hold(db, CLI, "manager:M-1", "案号")
        with pytest.raises(DomainError, match="没有暂缓"):
            api.lift(db, CLI, "manager:M-2", "案号")


def test_what_is_under_way_holds_by_itself(filled, monkeypatch):
    with clock.on(date(2021, 2, 1)), transaction() as db:
        retained.ask_question(db)
        retained.credit_event(db, date(2026, 6, 1), "proposed", "confirmed")
    assert _held(LATE) == {"managers-left": {"credit": 1}, "owners-left": {"question": 1}}
    assert _held(date(2026, 6, 2)) == {"owners-left": {"question": 1}}  # the event counts no longer
    monkeypatch.setattr(contested, "_objected", lambda _db: ["credit:k1", "check:X/XF01"])
    assert _held(date(2026, 6, 2))["managers-left"] == {"objection": 1}
    with reading() as db:
        assert contested.holds(db, subjects=["partition:item_result:2020", "person:left"]) == {
            "partition:item_result:2020": "objection"
        }


def test_an_event_that_waits_for_its_decision_holds(filled):
    with clock.on(date(2021, 2, 1)), transaction() as db:
        retained.credit_event(db, date(2022, 1, 1), "proposed")
    assert _held(LATE) == {"managers-left": {"credit": 1}}


def test_what_belongs_to_something_held_is_held(filled, monkeypatch):
    """A later year does not go while an earlier one stays."""
    from portal.kernel.retention import Ended

    monkeypatch.setitem(hooks._subscribers, "retention.holds", [lambda db, subjects: {"year:1": "objection"}])
    ended = [
        Ended("year:1", LATE),
        Ended("year:2", LATE, ("year:1",)),
        Ended("year:3", LATE, ("year:1", "year:2")),
        Ended("other", LATE),
    ]
    with reading() as db:
        assert set(holds.held(db, "x", ended)) == {"year:1", "year:2", "year:3"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no json", "不能读取"),
        ('{"terms": {}}', "不能读取"),
        ('{"decision": " ", "terms": {}}', "没有写明"),
        ('{"decision": "D1", "terms": {"nothing": {"length": 1}}}', "不存在"),
        ('{"decision": "D1", "terms": {"journals": {"length": 1}}}', "不存在"),
        ('{"decision": "D1", "terms": {"owners-left": {"length": 0}}}', "正整数"),
        ('{"decision": "D1", "terms": {"owners-left": {"length": true}}}', "正整数"),
        ('{"decision": "D1", "terms": {"owners-left": {"length": 2, "unit": "years"}}}', "正整数"),
        ('{"decision": "D1", "terms": {"receipts": {"length": 59}}}', "不得少于60"),
        ('{"decision": "D1", "terms": {"receipts": {"length": 300, "unit": "days"}}}', "不得少于60"),
    ],
)
def test_terms_that_are_wrong_clear_nothing(filled, text, sentence):
    (filled.instance / "retention.json").write_text(text)
    with pytest.raises(DomainError, match=sentence):
        terms.terms()
    with clock.on(LATE), pytest.raises(nightly.JobFailed):
        nightly.run_retention()
    assert _audited() == []


def test_the_district_sets_its_own_term(filled):
    own = {
        "decision": "深宝住建〔2026〕12号",
        "terms": {"owners-left": {"length": 24, "unit": "months"}, "receipts": {"length": None}},
    }
    (filled.instance / "retention.json").write_text(json.dumps(own))
    with clock.on(date(2023, 1, 4)), reading() as db:
        assert _due(db)["owners-left"] == 1
    with clock.on(LATE):
        api.clear_due(CLI)
        details = {subject: json.loads(detail) for subject, detail in _audited()}
    assert details["retention:owners-left"]["decision"] == own["decision"]
    assert details["retention:owners-left"]["rules"] == terms.terms().version
    assert "retention:receipts" not in details


@given(st.integers(1, 4000), st.dates(date(2000, 1, 1), date(2200, 1, 1)))
def test_terms_in_days_are_exact_and_terms_in_months_never_shorter(length, today):
    days = terms.Rule("x", "retention", length, "days", "delete", "", "", "", "", "", "")
    assert days.before(today) + timedelta(days=length) == today
    months = terms.Rule("x", "retention", length % 240 + 1, "months", "delete", "", "", "", "", "", "")
    assert clock.add_months(months.before(today), length % 240 + 1) <= today


def test_terms_that_others_keep_are_those_of_the_code():
    """The page tells them; a change of the code shows here."""
    from disclosure.owners.service.sessions import KEPT as OWNERS
    from mediation.filing.service import KEPT as DRAFTS
    from portal.kernel.tasks import KEPT as TASKS

    known = {rule.code: rule for rule in terms.terms().rules}
    for code, kept in (("owners-door", OWNERS), ("mediation-drafts", DRAFTS), ("tasks", TASKS)):
        assert (known[code].length, known[code].unit) == (kept.days, "days"), code


def test_page_shows_the_rules_and_takes_holds(filled, signed_in):
    wiring.wire()
    with clock.on(LATE):
        lead = signed_in(Role.LEAD)
        page = lead.page("/office/retention").get_text()
        for words in ("不再任职的项目负责人", "销毁密钥", "征信业管理条例", "长期"):
            assert words in page
        sent = {"subject": "manager:M-1", "reason": "（2026）粤0306行初1号"}
        assert lead.submit("/office/retention/hold", sent, page="/office/retention").status_code == 303
        assert lead.submit("/office/retention/hold", sent, page="/office/retention").status_code == 422
        assert "有人决定暂缓 1" in lead.page("/office/retention").get_text()
        assert "ordered by a person 1" in lead.page("/en/office/retention").get_text()
        assert lead.submit("/office/retention/lift", sent, page="/office/retention").status_code == 303
        (filled.instance / "retention.json").write_text("no json")
        assert "不能读取" in lead.page("/office/retention").get_text()
        assert signed_in(Role.OFFICER).get("/office/retention").status_code == 403


def test_command_tries_before_it_clears(filled):
    with clock.on(LATE):
        tried = CliRunner().invoke(cli, ["retention", "--dry-run"])
        assert "managers-left" in tried.output
        assert _audited() == []
        held = CliRunner().invoke(cli, ["retention", "hold", "manager:M-1", "--reason", "案号"])
        done = CliRunner().invoke(cli, ["retention"])
        assert (tried.exit_code, held.exit_code, done.exit_code) == (0, 0, 0), done.output
    assert len(_audited()) == len(DAYS) - 1
    with pytest.raises(NotAllowed), transaction() as db:
        api.hold(db, Actor("nobody", None, None), "manager:M-1", "案号")
