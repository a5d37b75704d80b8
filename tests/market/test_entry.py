"""Market entry: what stands is shown, the officer decides with a reason, nobody is barred by the portal."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.kernel import clock, hooks
from portal.kernel.db import reading, transaction
from portal.registry.models import Contract, Enterprise
from scoring.market import api, queries
from scoring.market.models import MarketDecision
from tests.lists.year import OFFICER, audit_rows, found, record_event
from tests.ratings.district import COMMUNITIES, MANAGERS, START, add_contract, add_estate

USCC = ("91440300708461136T", "91440300MA5EXWHW6F")  # codes that a form accepts
DAY, LISTED = date(2026, 4, 8), date(2026, 3, 2)
FORM = {"uscc": USCC[0], "manager_code": MANAGERS[1], "starts_on": "2026-05-01"}
PATH = "/registry/estates/E9/contracts/add"


@pytest.fixture
def desk(instance, app, signed_in, monkeypatch):
    """An estate that nobody serves; the rooms above answer as in the portal."""
    for event in list(hooks._subscribers):
        monkeypatch.setitem(hooks._subscribers, event, [])
    monkeypatch.setitem(hooks._subscribers, "contract.registering", [api.on_contract_registering])
    monkeypatch.setitem(hooks._subscribers, "contract.decided", [api.record])
    found({})
    with transaction() as db:
        for code in USCC:
            db.add(Enterprise(uscc=code, name=f"物业{code[-1]}", search_key="", recorded_at=START))
        for code in ("E1", "E9"):
            add_estate(db, code, "commodity", COMMUNITIES[0], "")
        with clock.at(START):
            add_contract(db, "E1", USCC[0], MANAGERS[0], date(2024, 1, 1))
    with clock.on(DAY):
        yield signed_in


def _list(subject_type="enterprise", subject=USCC[0], uscc=USCC[0], manager=None) -> None:
    """A black entry in force, as the lists keep it."""
    from tests.market.entries import black

    black(subject_type, subject, uscc, manager, LISTED)


def _contracts() -> list[tuple[str, str]]:
    with reading() as db:
        rows = select(Contract.uscc, Contract.manager_code).where(
            Contract.estate_code == "E9", Contract.superseded_at.is_(None)
        )
        return [tuple(row) for row in db.execute(rows)]


def _decisions() -> list[MarketDecision]:
    with reading() as db:
        rows = list(db.scalars(select(MarketDecision)))
        db.expunge_all()
        return rows


def test_nothing_in_force_asks_for_nothing(desk):
    assert desk("registrar").submit(PATH, FORM).status_code == 303
    assert (_contracts(), _decisions()) == ([(USCC[0], MANAGERS[1])], [])


@pytest.mark.parametrize(
    ("entry", "told"),
    [({}, "企业在黑榜"), ({"subject_type": "manager", "subject": MANAGERS[1], "uscc": None}, "项目负责人在黑榜")],
)
def test_an_entry_in_force_is_shown_and_the_officer_decides(desk, entry, told):
    _list(**entry)
    registrar = desk("registrar")
    before = audit_rows()
    asked = registrar.submit(PATH, FORM)
    assert asked.status_code == 422
    assert told in asked.get_data(as_text=True)
    assert registrar.submit(PATH, {**FORM, "decision": "proceed"}).status_code == 422, "a decision needs its reason"
    assert (_contracts(), audit_rows()) == ([], before)
    assert registrar.submit(PATH, {**FORM, "decision": "notice", "decision_reason": "业主大会选聘"}).status_code == 303
    (kept,) = _decisions()
    assert (kept.decision, kept.reason, kept.deed, kept.actor) == (
        "notice",
        "业主大会选聘",
        "contract",
        "t-registrar-440306000000",
    )
    assert '"entries": [{' in kept.shown
    assert _contracts() == [(USCC[0], MANAGERS[1])], "the portal bars nobody"


def test_a_contract_that_is_referred_back_is_not_registered(desk):
    _list()
    given = {**FORM, "decision": "refer", "decision_reason": "请说明选聘过程"}
    assert desk("officer").submit(PATH, given).status_code == 303
    assert (_contracts(), [one.decision for one in _decisions()]) == ([], ["refer"])


def test_a_low_grade_asks_for_a_decision_too(desk):
    for _number in range(2):
        record_event("B01", USCC[0], on=LISTED)
    answer = desk("officer").submit(PATH, FORM)
    assert answer.status_code == 422
    assert "信用C级" in answer.get_data(as_text=True)


def test_a_new_manager_with_an_entry_asks_as_well(desk):
    _list("manager", MANAGERS[1], None)
    with reading() as db:
        contract = db.scalar(select(Contract.id).where(Contract.estate_code == "E1"))
    path, given = f"/registry/estates/E1/contracts/{contract}", {"manager_code": MANAGERS[1], "ends_on": ""}
    officer = desk("officer")
    assert officer.submit(path, given).status_code == 422
    assert officer.submit(path, {**given, "decision": "proceed", "decision_reason": "已核实"}).status_code == 303
    assert [one.deed for one in _decisions()] == ["manager"]


def test_what_makes_no_sense_is_refused_and_nothing_kept(desk):
    _list()
    registrar = desk("registrar")
    wrong = {**FORM, "decision": "bar", "decision_reason": "x"}
    assert registrar.submit(PATH, wrong).status_code == 422
    overlapping = {**FORM, "decision": "proceed", "decision_reason": "x", "starts_on": "2024-06-01"}
    assert registrar.submit(PATH.replace("E9", "E1"), overlapping).status_code == 422
    assert _decisions() == [], "one transaction: no decision without its contract"


@pytest.mark.parametrize("role", ["inspector", "reviewer", "lead", "auditor", "mediator", "enterprise", "admin"])
def test_others_register_nothing(desk, role):
    _list()
    client = desk(role, uscc=USCC[0] if role == "enterprise" else None)
    assert client.submit(PATH, {**FORM, "decision": "proceed", "decision_reason": "x"}, page="/work").status_code in (
        403,
        404,
    )
    assert client.submit("/market", {"decision": "proceed"}, page="/work").status_code == 403
    assert _decisions() == []


def test_contracts_of_sheets_wait_for_a_decision(desk):
    _list()
    with transaction() as db:
        add_contract(db, "E9", USCC[0], MANAGERS[0], date(2026, 4, 1))
    with reading() as db:
        assert [one.estate_code for one in queries.waiting(db, OFFICER, DAY)] == ["E9"], "not the contracts of before"
        assert [item.count for item in api.work_items(db, actor=OFFICER)] == [1]
    officer, street = desk("officer"), desk("registrar", division="440306002000", login="elsewhere")
    assert "E9" in officer.page("/market").get_text()
    assert "E9花园" not in street.page("/market").get_text()
    given = {
        "estate_code": "E9",
        "uscc": USCC[0],
        "manager_code": MANAGERS[0],
        "decision": "notice",
        "reason": "已提示",
    }
    assert street.submit("/market", given).status_code in (403, 409)
    assert officer.submit("/market", {**given, "reason": " "}).status_code == 422
    assert officer.submit("/market", given).status_code == 303
    assert officer.submit("/market", given).status_code == 409
    with reading() as db:
        assert queries.waiting(db, OFFICER, DAY) == []
    assert "已提示" in officer.page("/market").get_text()


def test_linked_companies_entries_are_shown(desk):
    from sqlalchemy import update

    from scoring.credit import api as credit
    from tests.lists.year import LEAD

    _list(subject=USCC[1], uscc=USCC[1])
    with transaction() as db:
        db.execute(update(Enterprise).where(Enterprise.uscc.in_(USCC)).values(legal_representative="李四"))
        credit.find_links(db, OFFICER, on=DAY)
        (link,) = credit.links(db, steps=("proposed",))
        credit.confirm_link(db, LEAD, link.id, reason="同一人", on=DAY)
    answer = desk("officer").submit(PATH, {**FORM, "manager_code": MANAGERS[0]})
    assert answer.status_code == 422
    assert "有关联关系的企业在黑榜" in answer.get_data(as_text=True)
