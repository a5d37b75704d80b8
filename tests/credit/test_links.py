"""Links between enterprises: found by rule, confirmed by a person, told, contestable, and without effect by default."""

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.kernel import clock, keys
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed
from portal.notices import api as notices
from portal.registry.models import Enterprise
from scoring.credit import api, inherited, link_rules, links
from scoring.repair.api import of_company
from scoring.rules import credit as rules
from tests.lists.year import LEAD, OFFICER, audit_rows, record_event
from tests.ratings.district import MANAGERS, USCC, add_contract

DAY = date(2026, 3, 2)


def _companies(*values: tuple[str, str | None]) -> pd.DataFrame:
    rows = [(code, "", None, phone, None) for code, phone in values]
    return pd.DataFrame(rows, columns=["uscc", "name", "legal_representative", "phone", "address"])


def _contracts(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["estate_code", "uscc", "manager_code", "starts_on", "ends_on"])


NONE = _contracts()


@pytest.mark.parametrize(
    ("phones", "pairs"),
    [
        (("2900-1234", "29001234"), 1),
        (("2900 1234", "2900-1235"), 0),
        ((None, None), 0),
        (("", ""), 0),
        (("1",) * 4, 6),
        (("1",) * 5, 0),  # the telephone of an office building proves nothing
    ],
)
def test_equal_values_link_unless_many_share_them(phones, pairs):
    frame = _companies(*((f"U{number}", phone) for number, phone in enumerate(phones)))
    assert len(link_rules.found_links(frame, NONE, DAY)) == pairs


@pytest.mark.parametrize(
    ("starts", "manager", "found"),
    [(date(2025, 7, 1), "PM-1", True), (date(2025, 7, 31), "PM-1", False), (date(2025, 7, 30), "PM-1", True),
     (date(2025, 7, 1), "PM-2", False), (date(2026, 9, 1), "PM-1", False)],
)  # fmt: skip
def test_a_manager_who_stays_at_an_estate_links_the_companies(starts, manager, found):
    frame = _contracts(
        ("E1", "U1", "PM-1", date(2024, 1, 1), date(2025, 6, 29)), ("E1", "U2", manager, starts, None),
        ("E2", "U1", "PM-1", date(2024, 1, 1), None),
    )  # fmt: skip
    got = link_rules.found_links(_companies(), frame, DAY)
    assert [(one.former, one.later, one.since) for one in got] == ([("U1", "U2", starts)] if found else [])


def _handover() -> None:
    """The estate of the second company had been served by the first under the same manager."""
    with transaction() as db:
        for company in db.scalars(select(Enterprise)):
            company.phone_sealed = keys.seal(db, f"enterprise:{company.uscc}", "2900 1234")
        add_contract(db, "E9", USCC[0], MANAGERS[0], date(2023, 1, 1), date(2025, 12, 31))
        add_contract(db, "E9", USCC[1], MANAGERS[0], date(2026, 1, 1))


@pytest.fixture
def linked(district):
    from tests.ratings.district import COMMUNITIES, add_estate

    with transaction() as db:
        add_estate(db, "E9", "commodity", COMMUNITIES[0], "")
    _handover()
    with clock.on(DAY), transaction() as db:
        assert links.find(db, OFFICER, on=DAY) == 2
    with reading() as db:
        return {one.rule: one.id for one in links.links(db, steps=("proposed",))}


def test_each_link_is_proposed_once(linked):
    before = audit_rows()
    with transaction() as db:
        assert links.find(db, OFFICER, on=DAY) == 0
        links.refuse(db, LEAD, linked["same_phone"], reason="同一栋写字楼", on=DAY)
    with transaction() as db:
        assert links.find(db, OFFICER, on=DAY) == 0, "what a person refused does not come back"
    assert audit_rows() == before + 1
    assert set(linked) == {"same_phone", "manager_handover"}


def test_a_person_confirms_with_a_reason_and_both_companies_are_told(linked):
    link = linked["manager_handover"]
    for actor, reason, error in ((OFFICER, "x", NotAllowed), (LEAD, " ", DomainError)):
        with pytest.raises(error), transaction() as db:
            links.confirm(db, actor, link, reason=reason, on=DAY)
    with transaction() as db:
        links.confirm(db, LEAD, link, reason="同一团队继续服务", on=DAY)
    for again in (links.confirm, links.refuse):
        with pytest.raises(Conflict), transaction() as db:
            again(db, LEAD, link, reason="x", on=DAY)
    with reading() as db:
        found = links.links(db, USCC[1])
        assert [(one.former, one.later, one.is_succession) for one in found] == [(USCC[0], USCC[1], True)]
        assert found[0].evidence[0]["estate_code"] == "E9"
    with transaction() as db:
        links.withdraw(db, LEAD, link, reason="异议成立", on=DAY)
    with reading() as db:
        assert links.links(db, USCC[1]) == []


def test_nothing_is_inherited_silently(linked):
    record_event("B11", on=DAY)
    with transaction() as db:
        links.confirm(db, LEAD, linked["manager_handover"], reason="同一团队", on=DAY)
    with reading() as db:
        assert api.score(db, "enterprise", USCC[1], DAY).score_cp == 8000


@pytest.fixture
def shared(linked, monkeypatch):
    """The rules in force give 30 percent; the succession began on 1 January and is confirmed on DAY."""
    rules = replace(link_rules.in_force(DAY), adverse_share_percent=30)
    monkeypatch.setattr(link_rules, "in_force", lambda on: rules)
    return linked["manager_handover"]


def _later(day, known_at=None):
    with reading() as db:
        one = api.score(db, "enterprise", USCC[1], day, known_at)
        many = api.scores(db, "enterprise", list(USCC), day, known_at).set_index("subject")
        assert (many.loc[USCC[1], "score_cp"], many.loc[USCC[1], "grade"]) == (one.score_cp, one.grade)
        assert sum(event.counted_cp for event in one.events if event.counted_cp < 0) == -one.bad_cp
        return one


def _confirm(link):
    with clock.on(DAY), transaction() as db:
        links.confirm(db, LEAD, link, reason="同一团队", on=DAY)


BEFORE, AFTER = date(2025, 12, 1), date(2026, 2, 1)


def test_a_share_of_what_came_before_counts_from_the_confirmation_on(shared):
    """B11: 6 points, 12 months; B07: 18 points, grade D for the former alone; B34 fell after the succession."""
    for code, day in (("B11", BEFORE), ("B07", BEFORE), ("B34", AFTER)):
        with clock.on(day):
            record_event(code, on=day)
    with clock.on(DAY):
        assert _later(DAY).score_cp == 8000, "a link that nobody confirmed has no effect"
        _confirm(shared)
        known = clock.now()
        found = _later(DAY)
        assert (found.bad_cp, found.grade) == (180 + 540, "B")
        assert {(e.code, e.counted_cp, e.why, e.subject) for e in found.events} == {
            ("B11", -180, "succession", USCC[0]), ("B07", -540, "succession", USCC[0])}  # fmt: skip
        assert "按比例计1.80分" in next(api.explained(e) for e in found.events if e.code == "B11")
        assert _later(date(2026, 3, 1)).score_cp == 8000, "not before the confirmation"
    assert _later(date(2026, 12, 1)).bad_cp == 540, "a share lasts as long as its event"
    with reading() as db:
        assert api.score(db, "enterprise", USCC[0], DAY).bad_cp == 2700, "the former one loses nothing of it"
        assert [one.ref for one in of_company(db, USCC[1], DAY)] == [], "nothing of another's is repaired"
    with clock.on(date(2026, 3, 9)), transaction() as db:
        links.withdraw(db, LEAD, shared, reason="异议成立", on=date(2026, 3, 9))
    assert _later(DAY).score_cp == 8000
    assert _later(DAY, known).bad_cp == 720, "what was known stays known"


def test_an_act_is_borne_once_and_a_link_of_equals_passes_nothing_on(shared, linked):
    with clock.on(BEFORE):
        record_event("B11", on=BEFORE, act_id="act")
        record_event("B34", USCC[1], on=BEFORE, act_id="act")
        record_event("B15", MANAGERS[0], kind="manager", uscc=USCC[0], on=BEFORE)
    with clock.on(DAY), transaction() as db:
        links.confirm(db, LEAD, linked["same_phone"], reason="同一电话", on=DAY)
    assert _later(DAY).bad_cp == 0, "its own act of three months is over; the same telephone is no succession"
    _confirm(shared)
    assert _later(DAY).bad_cp == 180, "its own record of the act no longer counts, the former one's does"
    assert _later(date(2026, 2, 20)).bad_cp == 300, "its own act, and no share of its former's manager"


percents = st.integers(0, 100)
acts = st.lists(
    st.tuples(st.sampled_from("FGL"), st.sampled_from("xyz"), st.integers(-1800, -1), st.booleans()), max_size=8
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(acts, percents)
def test_shares_are_those_of_a_plain_recomputation(made, percent):
    """F and G were succeeded by L; the last field says whether the act came before."""
    since = date(2026, 1, 1)
    frame = pd.DataFrame(
        [("enterprise", s, a, "B11", p, BEFORE if early else AFTER) for s, a, p, early in made],
        columns=["subject_type", "subject", "act", "code", "counted_cp", "valid_from"],
    )
    pairs = [("F", "L", since), ("G", "L", since)]
    own = frame[frame["subject"] == "L"][["subject", "act", "code"]].assign(points_cp=0)
    found = rules.shares_of_formers(own, inherited.borne_by_later(frame, pairs), percent)
    dearest = {}
    for subject, act, points, early in made:
        if subject != "L" and early and act not in {a for s, a, _p, _e in made if s == "L"}:
            dearest[act] = min(points, dearest.get(act, 0))
    assert dict(zip(found["act"], found["points_cp"], strict=True)) == {
        act: -((-2 * points * percent + 100) // 200) for act, points in dearest.items()
    }


@pytest.mark.parametrize("share", [-1, 101, 0.5, "30"])
def test_a_share_that_is_no_percentage_is_refused(share, tmp_path, monkeypatch):
    (tmp_path / "affiliation").mkdir()
    text = json.dumps({"effect": {"adverse_share_percent": share}, "rules": []})
    (tmp_path / "affiliation" / "2026-01-01.json").write_text(text)
    monkeypatch.setattr(link_rules, "files", lambda _package: tmp_path)
    with pytest.raises(link_rules.BadLinkRules):
        link_rules._all.__wrapped__()


def test_the_evidence_is_sealed_and_not_in_the_audit_log(linked):
    from sqlalchemy import select

    from portal.kernel.audit import AuditEntry
    from scoring.credit.models import Affiliation

    with reading() as db:
        assert all("29001234" not in row and "2900 1234" not in row for row in db.scalars(select(Affiliation.evidence)))
        assert all("2900 1234" not in str(row) for row in db.scalars(select(AuditEntry.detail)))


def test_over_http(linked, app, signed_in):
    with clock.on(DAY):
        officer, lead, company = signed_in("officer"), signed_in("lead"), signed_in("enterprise", uscc=USCC[1])
        page = f"/credit/links/{linked['manager_handover']}"
        assert "E9" in officer.page(page).get_text()
        assert officer.submit(f"{page}/confirm", {"reason": "x"}, page="/credit/new").status_code == 403
        assert lead.submit(f"{page}/confirm", {"reason": ""}, page=page).status_code == 422
        assert lead.submit(f"{page}/confirm", {"reason": "同一团队"}, page=page).status_code == 303
        assert lead.submit(f"{page}/refuse", {"reason": "同一团队"}, page=page).status_code == 409
        assert company.get(page).status_code == 403
        assert "承继自" in company.page("/company/credit").get_text()
        assert "承继自" in officer.page(f"/credit/enterprises/{USCC[1]}").get_text()
        with reading() as db:
            from portal.kernel.access import Role, person_actor

            person = person_actor("enterprise", Role.ENTERPRISE, "440306000000", USCC[1])
            assert any("关联关系" in one.text for one in notices.recent(db, person))
        assert officer.submit("/credit/links/find", page="/credit/links").status_code == 303
        assert lead.submit("/credit/links/find", page="/credit/links").status_code == 403


def test_a_company_contests_a_link_and_it_is_taken_back(linked, app, signed_in):
    from tests.objections.acts import REASON, act, filed

    link = linked["manager_handover"]
    with clock.on(DAY):
        company, other = (
            signed_in("enterprise", uscc=USCC[1], login="c"),
            signed_in("enterprise", uscc="9" * 18, login="x"),
        )
        reviewer = signed_in("officer", login="reviewer2")
        assert company.get(f"/company/objections/new/affiliation:{link}").status_code == 404, "not told yet"
        with transaction() as db:
            links.confirm(db, LEAD, link, reason="同一团队", on=DAY)
        assert f"/company/objections/new/affiliation:{link}" in str(company.page("/company/credit"))
        assert other.get(f"/company/objections/new/affiliation:{link}").status_code in (403, 404)
        objection = filed(company, f"affiliation:{link}")
        act(reviewer, objection, "accept")
        told = {"reason": REASON, "verdict-1": "allowed", "answer-1": "属实。", "fix-1": "withdrawn"}
        act(reviewer, objection, "decide", **told)
    with reading() as db:
        assert links.link(db, link).step == "withdrawn"
        assert links.links(db, USCC[1]) == []
