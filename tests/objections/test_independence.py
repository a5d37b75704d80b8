"""The reviewer had no part in what is contested and is not of the objector's side: tried for every person and kind."""

import pytest

from portal.kernel.access import Role
from portal.kernel.db import transaction
from scoring.checks.models import CheckStep
from scoring.checks.verbs.permits import declare_interest
from tests.objections.acts import act, decision, filed, reached, state_of
from tests.objections.world import KINDS, TODAY
from tests.people import make_person
from tests.ratings.district import DISTRICT, STREETS

DECIDED = {kind: decision(kind, False) for kind in KINDS}
REFUSE = {"code": "rules_only", "refusal": "意见只针对评分规则。"}
# kind: login -> what the page says, or the status where it says nothing
BARRED = {
    "check": {"ins": 403, "confirmer": "您确认过", "elsewhere": 404, "officer": "您公布过", "officer2": "由街道复核",
              "lead2": "由街道复核", "company": 403},
    "quarter": {"ins": 403, "confirmer": 404, "fresh": 404, "officer": "您公布过", "company": 403},
    "rating": {"lead": "您公布过", "fresh": 404, "other": 403},
    "credit": {"officer": "您提出过", "lead": "您对有异议的事项作出过决定", "fresh": 404},
    "list": {"officer": "您提出过", "lead": "您对有异议的事项作出过决定", "fresh": 404},
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_not_review(as_, world, kind):
    objection_id = filed(as_("company"), world.refs[kind])
    for login, why in BARRED[kind].items():
        client, status = as_(login), why if isinstance(why, int) else 403
        for verb, data in (("accept", {}), ("refuse", REFUSE)):
            answer = act(client, objection_id, verb, status, **data)
            if isinstance(why, str):
                assert why in answer.get_data(as_text=True), login
        if isinstance(why, str):
            assert why in client.page(f"/objections/{objection_id}").get_text(), login
    assert state_of(objection_id) == "filed"


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_not_accept_may_not_decide_or_ask_for_time(as_, world, kind):
    office = as_("fresh" if kind == "check" else "officer2")
    objection_id = reached(as_("company"), office, world, kind, "accepted")

    for login, why in BARRED[kind].items():
        status = why if isinstance(why, int) else 403
        act(as_(login), objection_id, "decide", status, **DECIDED[kind])
        act(as_(login), objection_id, "ask-extension", status, why="需要调取监控。")


def test_a_declared_interest_bars(as_, world):
    from portal.accounts import api as accounts

    with transaction() as db:
        declare_interest(db, accounts.person_actor_for(db, "fresh"), "E1", "亲属住在该小区")
    make_person(Role.REVIEWER, STREETS[0], None, "fresh2")
    objection_id = filed(as_("company"), world.refs["check"])

    assert "利害关系" in act(as_("fresh"), objection_id, "accept", 403).get_data(as_text=True)
    act(as_("fresh2"), objection_id, "accept")


def test_when_the_whole_street_had_a_hand_in_it_the_district_reviews(as_, world):
    with transaction() as db:
        for login in ("fresh",):
            db.add(CheckStep(check_id=world.check_id, seq=3, step="returned", actor=login, on=TODAY, at=_now()))
            db.flush()
            db.add(CheckStep(check_id=world.check_id, seq=4, step="confirmed", actor="confirmer", on=TODAY, at=_now()))
    objection_id = filed(as_("company"), world.refs["check"])

    for login in ("fresh", "confirmer"):
        act(as_(login), objection_id, "accept", 403)
    assert "区住房和建设局" in as_("officer2").page(f"/objections/{objection_id}").get_text()
    act(as_("officer2"), objection_id, "accept")
    with transaction() as db:
        from portal.deadlines import api as deadlines

        clocks = deadlines.of_subjects(db, [f"objection:{objection_id}"])[f"objection:{objection_id}"]
        assert {(one.holder.role, one.holder.division_code) for one in clocks} == {(Role.OFFICER, DISTRICT)}


def _now():
    from portal.kernel import clock

    return clock.now()


def test_the_street_hands_over_when_nobody_is_left(as_, world):
    from portal.accounts.models import Person
    from portal.kernel import clock

    objection_id = filed(as_("company"), world.refs["check"])
    act(as_("officer2"), objection_id, "accept", 403)
    with transaction() as db:
        db.get_one(Person, "fresh").disabled_at = clock.now()

    act(as_("officer2"), objection_id, "accept")


def test_only_a_lead_who_did_not_ask_settles_an_extension(as_, world):
    objection_id = reached(as_("company"), as_("officer2"), world, "rating", "extension_asked")
    for login in ("officer2", "fresh", "ins", "other"):
        act(as_(login), objection_id, "extension", 403, granted="no", ground="不需要。")

    act(as_("lead"), objection_id, "extension", granted="no", ground="不需要。")


def test_a_lead_cannot_grant_the_own_request(as_, world):
    lead = as_("lead2")
    objection_id = reached(as_("company"), lead, world, "rating", "extension_asked")

    act(lead, objection_id, "extension", 403, granted="yes", ground="同意。")


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_company_concerned_files_reads_and_withdraws(as_, world, kind):
    other, company = as_("other"), as_("company")
    token = other.token()
    form = {"csrf_token": token, "points-0": "不是我们的结果。"}
    assert other.get(f"/company/objections/new/{world.refs[kind]}").status_code == 404
    assert other.post(f"/company/objections/new/{world.refs[kind]}", data=form).status_code == 404

    objection_id = filed(company, world.refs[kind])
    for path in (f"/company/objections/{objection_id}", f"/objections/{objection_id}"):
        assert other.get(path).status_code in (403, 404)
    assert other.post(f"/company/objections/{objection_id}/withdraw", data={"csrf_token": token}).status_code == 404
    assert as_("officer2").get(f"/company/objections/{objection_id}").status_code == 403


def test_a_former_company_keeps_its_right(as_, world):
    """The estate changed hands; the quarter stays recorded on the company of that time, and so does its check."""
    from datetime import date

    from sqlalchemy import select, update

    from portal.registry.models import Contract

    with transaction() as db:
        live = select(Contract.id).where(Contract.estate_code == "E1", Contract.superseded_at.is_(None))
        old = db.get_one(Contract, db.scalar(live))
        from portal.kernel import clock
        from tests.objections.world import OTHER
        from tests.ratings.district import MANAGERS, add_contract

        db.execute(update(Contract).where(Contract.id == old.id).values(superseded_at=clock.now()))
        db.flush()
        add_contract(db, "E1", old.uscc, old.manager_code, old.valid_from, date(2026, 5, 31))
        add_contract(db, "E1", OTHER, MANAGERS[1], date(2026, 6, 1))
    company = as_("company")

    assert "2025年第二季度得分" in company.page("/company/objections/results").get_text()
    for kind in ("check", "quarter", "rating"):
        filed(company, world.refs[kind])
        assert as_("other").get(f"/company/objections/new/{world.refs[kind]}").status_code == 404


def test_the_queue_of_each_office(as_, world):
    """The street sees the objections to checks of its estates, the district and the auditor all, others none."""
    for kind in KINDS:
        filed(as_("company"), world.refs[kind])
    make_person(Role.AUDITOR, DISTRICT, None, "auditor")

    def shown(login: str) -> int:
        return len(as_(login).page("/objections").select("tbody tr"))

    assert (shown("officer2"), shown("auditor"), shown("fresh"), shown("elsewhere")) == (5, 5, 1, 0)
    assert as_("company").get("/objections").status_code == 403
    assert as_("auditor").page("/objections?show=settled").select("tbody tr") == []
    assert as_("fresh").get("/objections/proceedings").status_code == 404
