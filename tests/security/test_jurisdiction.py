"""A record outside the jurisdiction is not there: read or acted on by its right address, by people of another street."""

import io
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select

from portal.accounts.models import Person, SignInSession
from portal.kernel import clock, keys
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from portal.registry.models import Contract, Enterprise, Manager
from scoring.checks.models import Photo
from scoring.credit import policy as credit_policy
from scoring.lists import policy as lists_policy
from scoring.standards import policy as standards_policy
from scoring.standards.models import StandardVersion
from tests.checks.pages_district import (
    ESTATE,
    NOW,
    OTHER_COMMUNITY,
    OTHER_STREET,
    STREET,
    found_district,
    submitted_straight,
)
from tests.people import make_person
from tests.security.doors import USCC

CONTRACT = "contract-of-the-estate"


def _service() -> None:
    """A company that serves the estate of the first street."""
    at = datetime(2025, 1, 1, tzinfo=UTC)
    with clock.at(at), transaction() as db:
        db.add(Enterprise(uscc=USCC, name="示例物业", search_key="", recorded_at=at))
        name = keys.seal(db, "manager:M-1", "张密")
        person = {"code": "M-1", "name_sealed": name, "id_hash": "x", "id_hash_key": "k", "id_last4": "002X"}
        db.execute(insert(Manager), [{**person, "search_key": "", "recorded_at": at}])
        db.flush()
        db.add(Contract(id=CONTRACT, estate_code=ESTATE, uscc=USCC, manager_code="M-1", valid_from=date(2025, 1, 1),
                        recorded_at=at))  # fmt: skip


@pytest.fixture
def known(instance):
    """A submitted check with photos, and a contract, of an estate in the first street; the names of all of them."""
    found_district()
    _service()
    with clock.at(NOW):
        check_id = submitted_straight()
        with reading() as db:
            photo_id = db.scalars(select(Photo.id).order_by(Photo.id)).first()
        yield {
            "check_id": check_id, "photo_id": photo_id, "estate": ESTATE, "code": ESTATE, "contract_id": CONTRACT,
            "division": STREET[:9] + "010", "quarter": "2026Q3", "category_code": "XF", "login": "t-inspector",
            "size": "original", "year": "2025", "veto_id": "none",
        }  # fmt: skip


PLACED = {
    Role.INSPECTOR: OTHER_COMMUNITY,
    Role.REVIEWER: OTHER_STREET,
    Role.OFFICER: OTHER_STREET,
    Role.LEAD: OTHER_STREET,
    Role.REGISTRAR: OTHER_STREET,
    Role.AUDITOR: OTHER_STREET,
}
# endpoints that name a record of a place, by what their address must name
BY_PLACE = ("checks.", "reviews.", "surveys.", "registry.edit_estate", "registry.estate", "registry.add_contract",
            "registry.edit_contract", "registry.withdraw_contract", "ratings.community_review", "ratings.confirm_quarter")  # fmt: skip
ELSEWHERE = {"checks.public_photo"}


def _of_a_place(app, known):
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            named = rule.arguments & {"check_id", "photo_id", "estate", "contract_id", "division", "code"}
            if not rule.endpoint.startswith(BY_PLACE) or rule.endpoint in ELSEWHERE or not named:
                continue
            values = {name: known[name] for name in rule.arguments if name != "code"}
            if "code" in rule.arguments:
                values["code"] = "XF01" if "check_id" in named else ESTATE
            for method in sorted(rule.methods & {"GET", "POST"}):
                yield rule.endpoint, method, app.url_for(rule.endpoint, **values)


@pytest.mark.parametrize("role", PLACED)
def test_another_street_finds_nothing(app, known, signed_in, role, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    client, asked, wrong = signed_in(role, division=PLACED[role]), set(), []
    for endpoint, method, address in _of_a_place(app, known):
        data = {"reason": "理由", "version": "1", "seq": "0", "comment-XF01": "看不清", "answer": "pass"}
        answer = client.open(address, method=method, data=data if method == "POST" else None, strict=False)
        asked.add(endpoint)
        if answer.status_code not in (403, 404):
            wrong.append((endpoint, method, address, answer.status_code))
    assert not wrong
    assert len(asked) >= 30


def test_the_own_street_finds_them(app, known, signed_in):
    """The same addresses lead somewhere: the refusals above are not for want of a record."""
    seen = {"reviewer": set(), "officer": set()}
    for role, found in seen.items():
        client = signed_in(role, division=STREET)
        for endpoint, method, address in _of_a_place(app, known):
            if method == "GET" and client.get(address, strict=False).status_code == 200:
                found.add(endpoint)
    assert {"reviews.review", "reviews.adjust_form", "reviews.return_form", "reviews.release", "checks.photo",
            "checks.inspection", "ratings.community_review", "registry.estate"} <= seen["reviewer"]  # fmt: skip
    assert {"registry.edit_estate", "registry.add_contract", "registry.edit_contract", "registry.withdraw_contract",
            "surveys.edit", "surveys.estate"} <= seen["officer"]  # fmt: skip


@pytest.mark.parametrize("verb", ["", "/disable", "/enable", "/code"])
def test_an_administrator_of_another_street_manages_nobody_here(known, signed_in, app, monkeypatch, verb):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    login = make_person(Role.REVIEWER)
    client = signed_in(Role.ADMIN, division=OTHER_STREET)
    facts = {"name": "某人", "role": "lead", "division_code": OTHER_STREET}
    assert client.post(f"/admin/people/{login}{verb}", data=facts).status_code == 404
    assert client.get(f"/admin/people/{login}").status_code == 404
    with reading() as db:
        person = db.get(Person, login)
        assert (person.role, person.disabled_at, person.code_hash) == ("reviewer", None, None)


def test_a_task_and_a_session_are_their_owners(known, signed_in, app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    owner, other = signed_in(Role.OFFICER, login="owner"), signed_in(Role.OFFICER, login="other")
    sheet = {"file": (io.BytesIO(b"code,name,level,parent_code\n"), "a.csv")}
    task = owner.post("/imports/divisions", data=sheet, content_type="multipart/form-data").location
    assert owner.get(task).status_code == 200
    assert other.get(task).status_code == 404
    assert other.post(f"{task}/codes").status_code == 404
    assert other.post(f"/imports/{task.rsplit('/', 1)[1]}/confirm").status_code == 404
    with reading() as db:
        short = db.scalars(select(SignInSession.token_hash).where(SignInSession.login == "owner")).one()[:12]
    assert other.post(f"/account/sessions/{short}/revoke").status_code == 404
    assert owner.get("/account").status_code == 200


@pytest.mark.parametrize("uscc", ["91350100M000100Y43", None])
def test_a_company_sees_no_estate_of_another(known, signed_in, uscc):
    client = signed_in(Role.ENTERPRISE, uscc=uscc, login="company")
    assert client.get(f"/company/estates/{ESTATE}").status_code == 404
    mine = signed_in(Role.ENTERPRISE, uscc=USCC, login="mine")
    assert mine.get(f"/company/estates/{ESTATE}").status_code == 200


@pytest.mark.parametrize("place", [STREET, OTHER_COMMUNITY])
def test_what_concerns_the_whole_district_takes_somebody_of_the_district(place):
    officer, lead = (person_actor("somebody", role, place) for role in (Role.OFFICER, Role.LEAD))
    draft = StandardVersion(version="2026.1", created_by="other")
    refused = [
        lists_policy.may_propose(officer), lists_policy.may_decide(lead), credit_policy.may_propose(officer),
        credit_policy.may_decide(lead, "other"), standards_policy.may_draft(officer),
        standards_policy.may_edit(officer, draft), standards_policy.may_publish(lead, draft),
    ]  # fmt: skip
    assert not any(refused)
    whole = person_actor("somebody", Role.LEAD, "440306000000")
    assert lists_policy.may_decide(whole)
    assert credit_policy.may_decide(whole, "other")
    assert standards_policy.may_publish(whole, draft)
