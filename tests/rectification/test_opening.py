"""Which findings become requests to fix, when, to whom and until when; and what takes them back."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError, NotAllowed, NotFound
from portal.notices import api as notices
from portal.registry.models import Contract
from scoring.checks import service as checks
from scoring.rectification import told
from scoring.rectification.overdue import overdue_at
from scoring.rectification.service import answering, deciding
from scoring.rectification.service.opening import sync
from scoring.rules import rulesets
from tests.checks import district as small
from tests.rectification import acts
from tests.registry.sheets import USCC


@pytest.mark.both_databases
def test_class_c_is_put_to_the_company_at_submission_and_the_others_at_confirmation(district):
    check = acts.submitted()
    assert set(acts.orders(check)) == {"XF01"}
    order = acts.orders(check)["XF01"]
    assert (order.hazard_class, order.place, order.result, order.uscc) == ("C", "5栋2层", "2", USCC[1])
    assert order.number == "ZG-202610-E-1-XF01"
    with transaction() as db:
        checks.confirm(db, small.STREET, check, clock.today())
    assert {code: row.hazard_class for code, row in acts.orders(check).items()} == {"XF01": "C", "SB07": "B"}
    assert acts.orders(check)["XF01"].id == order.id


def test_the_clock_runs_from_the_notice_by_the_class(district):
    with acts.at(small.DAY, 16, 30):
        check = acts.confirmed()
    due = {code: next(iter(acts.clocks(row).values())).due_at for code, row in acts.orders(check).items()}
    assert due == {
        "XF01": acts.instant(2026, 10, 13, 16, 30),  # 24 hours are hours
        "SB07": acts.instant(2026, 10, 20),  # 7 days end at 24:00 of the seventh
    }


def test_class_a_opens_orders_where_the_rule_set_says_so(district, monkeypatch):
    rules = rulesets.rule_set_for("commodity", 2026)
    monkeypatch.setitem(rules.data, "order_classes", ["A", "B", "C"])
    check = acts.confirmed()
    assert set(acts.orders(check)) == {"XF01", "SB07", "HJ01"}
    assert acts.clocks(acts.orders(check)["HJ01"])["finding.A"].last_day == date(2026, 10, 27)


def test_a_sheet_of_a_past_month_opens_nothing_and_one_of_this_month_does(district):
    past = "E-1,2026-09,2026-09-20,zhang,XF01,1,\n"
    small.bring(past)
    assert acts.orders() == {}
    small.bring("E-1,2026-10,2026-10-10,zhang,XF01,1,堵塞\nE-1,2026-10,2026-10-10,zhang,SB07,1,\n")
    assert {code: row.note for code, row in acts.orders().items()} == {"XF01": "堵塞"}
    with clock.on(date(2026, 11, 5)), transaction() as db:  # confirmed when the month is over: it came in time
        checks.confirm_submitted(db, small.STREET, ["2026-09", "2026-10"], ["E-1"], date(2026, 11, 5))
    assert set(acts.orders()) == {"XF01", "SB07"}
    assert {row.month for row in acts.orders().values()} == {"2026-10"}


@pytest.fixture
def unserved(district):
    """Nobody serves the estate."""
    with transaction() as db:
        running = select(Contract).where(Contract.estate_code == "E-1", Contract.valid_to.is_(None))
        for row in db.scalars(running):
            row.superseded_at = clock.now()
    return acts.orders(acts.confirmed())


@pytest.mark.both_databases
def test_where_nobody_serves_the_street_is_asked_and_no_finding_is_lost(unserved):
    row = unserved["XF01"]
    assert {code: order.uscc for code, order in unserved.items()} == {"XF01": None, "SB07": None}
    held = acts.clocks(row)["finding.C"].holder
    assert (held.role, held.division_code, held.uscc) == (Role.REVIEWER, "440306017000", None)
    with reading() as db:
        assert "没有服务企业" in notices.recent(db, small.STREET)[0].text
        assert "街道" in acts.view(row).company
        assert told.lists_facts(db, 2026) == {}, "no company's finding"
        assert overdue_at(db, clock.day_start(date(2027, 1, 1)), "C", ["E-1"]) == {"E-1": 0}
    for who in (acts.COMPANY, small.ZHANG, small.OFFICER):
        with pytest.raises((NotAllowed, NotFound)), transaction() as db:
            answering.answer(db, who, row.id, 1, "已清理", [(small.photo(), "a.jpg")], clock.today())
    with transaction() as db:
        answering.answer(db, small.STREET, row.id, 1, "业委会已清理", [(small.photo(), "a.jpg")], clock.today())
    with transaction() as db:
        deciding.verify(db, small.ZHANG, row.id, 2, clock.today())
    assert acts.fresh(row).state == "closed"
    with pytest.raises(DomainError), transaction() as db:
        answering.ask_extension(db, small.STREET, unserved["SB07"].id, 1, "需要时间", clock.today())


def test_the_street_answers_on_its_page(unserved, signed_in):
    street = signed_in("reviewer", "440306017000")
    page = f"/rectification/{unserved['SB07'].id}"
    assert "由街道在这里反馈" in street.page(page).get_text()
    assert "申请整改延期" not in street.page(page).get_text()
    assert "街道办事处" in street.page(f"{page}/notice").get_text()


def test_the_same_report_again_changes_nothing(district):
    check = acts.confirmed()
    before, deeds = acts.orders(check), small.deeds()
    with transaction() as db:
        assert sync(db, small.STREET, clock.today(), ["2026-10"], [check]) == (0, 0)
    assert acts.orders(check) == before
    assert small.deeds() == deeds


def test_an_adjustment_takes_the_order_back_and_a_new_finding_is_a_new_round(district):
    check = acts.submitted()
    with transaction() as db:
        checks.adjust_item(db, small.STREET, check, "XF01", "pass", "现场已核实", clock.today())
    order = acts.orders(check)["XF01"]
    assert order.state == "cancelled"
    assert acts.clocks(order)["finding.C"].outcome == "cancelled"
    with transaction() as db:
        checks.adjust_item(db, small.STREET, check, "XF01", "1", "照片显示仍有堵塞", clock.today())
    again = acts.orders(check)["XF01"]
    assert (again.state, again.round, again.number) == ("open", 2, "ZG-202610-E-1-XF01-2")


def test_a_returned_check_keeps_its_order_and_the_next_submission_decides(district):
    check = acts.submitted()
    with transaction() as db:
        checks.return_check(db, small.STREET, check, {"": "请核对"}, clock.today())
    assert acts.orders(check)["XF01"].state == "open"
    small.filled(check, {"HJ01": small.finding("1", "北门")})
    with transaction() as db:
        checks.submit(db, small.ZHANG, check, clock.today())
    assert acts.orders(check)["XF01"].state == "cancelled"


def test_a_correction_cancels_what_is_not_done_and_leaves_what_is(district):
    check = acts.confirmed()
    done, left = acts.orders(check)["XF01"], acts.orders(check)["SB07"]
    acts.answer(done)
    acts.verify(done)
    acts.answer(left)
    with transaction() as db:
        for item in ("XF01", "SB07"):
            checks.correct_item(db, small.OFFICER, check, item, "pass", "复核有误", clock.today())
    assert (acts.fresh(done).state, acts.fresh(left).state) == ("closed", "cancelled")
    assert "finding.verify" not in {rule for rule, one in acts.clocks(left).items() if one.closed_at is None}
