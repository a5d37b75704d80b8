"""Every legal path of a veto over HTTP, all that is illegal on the way, and what a served decision does."""

from datetime import date

import pytest

from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed
from scoring.adverse.chains import CHAINS
from scoring.surveys import api as surveys
from scoring.vetoes import api, work
from scoring.vetoes.models import VetoStep
from tests.adverse.walking import Deed, Walk, common, steps
from tests.ratings.district import DISTRICT

OFFICER = person_actor("officer", Role.OFFICER, DISTRICT)
LEAD = person_actor("lead", Role.LEAD, DISTRICT)
PROPOSED, LAST, AFTER = date(2026, 2, 10), date(2026, 3, 2), date(2026, 3, 3)
HEARING, LATER = date(2026, 2, 13), date(2026, 3, 9)
DEEDS = {
    **common("veto", "veto.notice", "veto.decision"),
    "decide": Deed(
        "lead",
        lambda walk: f"/vetoes/{walk.ids['case']}/decide",
        lambda walk: {"outcome": walk.ids.get("outcome", "veto"), "why": "事实清楚。"},
    ),
    "drop": Deed("lead", lambda walk: f"/vetoes/{walk.ids['case']}/drop", lambda _w: {"why": "证据不足"}),
    "revoke": Deed("lead", lambda walk: f"/vetoes/{walk.ids['case']}/revoke", lambda _w: {"why": "判决撤销"}),
}


def propose(code: str = "V03", estate: str = "E1", **more) -> str:
    with clock.on(PROPOSED), transaction() as db:
        new = api.NewVeto(2025, estate, code, "拒不移交物业资料。", ("a" * 64,), **more)
        return api.propose(db, OFFICER, new, on=PROPOSED)


@pytest.fixture
def walk(district, signed_in):
    return Walk(signed_in, DEEDS, {"case": propose(), "day": PROPOSED.isoformat()}, kind="veto")


def vetoes() -> list[str]:
    with reading() as db:
        return [row.veto_code for row in surveys.facts(db, 2025).vetoes.itertuples(index=False)]


def test_the_short_way_counts_only_when_the_decision_is_served(walk):
    walk.do("serve notice", PROPOSED, beside=("drop",))
    walk.do("review", AFTER, early=LAST)
    walk.do("decide", AFTER)
    assert vetoes() == []
    walk.ids["day"] = AFTER.isoformat()
    walk.do("serve decision", AFTER)
    assert vetoes() == ["V03"]
    walk.do("revoke", LATER)
    assert vetoes() == []
    assert steps(VetoStep, walk.ids["case"]) == ["proposed", "notice_served", "response_open", "review", "decided",
                                                 "decision_served", "revoked"]  # fmt: skip


def test_the_way_with_a_point_and_a_hearing_that_ends_well(walk):
    for name in ("serve notice", "point", "ask"):
        walk.post(name, PROPOSED)
    walk.ids["day"] = HEARING.isoformat()
    walk.do("arrange", PROPOSED, beside=("point", "answer", "withdraw"))
    walk.do("minutes", HEARING, early=PROPOSED, beside=("point", "answer", "withdraw", "arrange"))
    walk.do("answer", HEARING, beside=("point",))
    walk.do("review", AFTER, early=LAST)
    walk.ids["outcome"] = "drop"
    walk.do("decide", AFTER)
    walk.nothing_but(("serve decision",), AFTER)
    assert vetoes() == []
    assert steps(VetoStep, walk.ids["case"])[-1] == "dropped"


def test_a_proposal_is_dropped_before_it_is_served(walk):
    walk.do("drop", PROPOSED, beside=("serve notice",))
    assert steps(VetoStep, walk.ids["case"]) == ["proposed", "dropped"]


def test_every_way_of_the_chain_is_walked():
    walked = {("", "proposed"), ("proposed", "notice_served"), ("proposed", "dropped"), ("notice_served", "response_open"),
              ("response_open", "hearing"), ("response_open", "review"), ("hearing", "review"), ("review", "decided"),
              ("review", "dropped"), ("decided", "decision_served"), ("decision_served", "revoked")}  # fmt: skip
    assert walked == {(before, step) for before, following in CHAINS["veto"].items() for step in following}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [({"code": "V99"}, DomainError), ({"code": "V06"}, DomainError), ({"estate": "E9"}, DomainError)],
)
def test_what_cannot_be_proposed(district, change, refusal):
    with pytest.raises(refusal):
        propose(**change)


def test_a_public_incident_needs_the_document_of_responsibility(district):
    assert propose(code="V06", responsibility="深应急〔2026〕3号")


def test_one_case_at_a_time(district):
    propose()
    with pytest.raises(Conflict):
        propose()


def test_only_officers_propose(district):
    for role in (Role.LEAD, Role.INSPECTOR, Role.REVIEWER, Role.AUDITOR):
        with pytest.raises(NotAllowed), transaction() as db:
            api.propose(
                db, person_actor("p", role, DISTRICT), api.NewVeto(2025, "E1", "V03", "事实", ("a" * 64,)), on=PROPOSED
            )


def test_a_hint_proposes_nothing_and_is_gone_once_taken_up(district, monkeypatch):
    from portal.kernel import hooks

    hint = {"ref": "order:X", "estate_code": "E1", "veto_code": "V08", "year": 2025, "text": "C类隐患逾期"}
    monkeypatch.setitem(hooks._subscribers, "veto.hints", [lambda _db: [hint]])
    with reading() as db:
        assert [found.ref for found in work.hints(db)] == ["order:X"]
    propose(code="V08", hint="order:X")
    with reading() as db:
        assert work.hints(db) == []
