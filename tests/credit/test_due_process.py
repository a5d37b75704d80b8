"""The way of an adverse event over HTTP: every legal path, and every try to leave it."""

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError

from portal.deadlines import api as deadlines
from portal.kernel import clock, hooks
from portal.kernel.db import reading, transaction
from portal.notices import api as notices
from scoring.credit import api, queries
from scoring.credit.models import CreditStep
from tests.lists.year import LEAD, OFFICER, audit_rows, record_event
from tests.ratings.district import MANAGERS, USCC

DAY = date(2026, 3, 2)
GIVEN = {"subject_type": "enterprise", "subject": USCC[0], "event": "B11", "document": "文1号", "document_on": "2026-03-01",
         "issued_by": "某机关"}  # fmt: skip


@pytest.fixture
def desk(district, app, signed_in, monkeypatch):
    """``desk(role)``: a client of that role; service is heard as in the portal."""
    monkeypatch.setitem(hooks._subscribers, "document.served", [api.on_document_served])
    with clock.on(DAY):
        yield signed_in


def _propose(client, **changes) -> str:
    given = {**GIVEN, "file": (io.BytesIO(b"%PDF-1.7 decision"), "x.pdf"), **changes}
    answer = client.submit("/credit/new", given, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def _case(place: str) -> str:
    return place.rsplit("/", 1)[1]


def _paper(place: str, kind: str) -> str:
    with reading() as db:
        return next(one.id for one in notices.documents_of(db, f"credit:{_case(place)}") if one.kind == kind)


def _serve(client, place: str, kind: str = "credit.notice", **changes):
    given = {"document_id": _paper(place, kind), "on": clock.today().isoformat(), "method": "post", "note": "EMS 1"}
    return client.submit(f"{place}/serve", {**given, **changes}, page=place, content_type="multipart/form-data")


def _told(officer, **changes) -> str:
    place = _propose(officer, **changes)
    assert officer.submit(f"{place}/notice", page=place).status_code == 303
    assert _serve(officer, place).status_code == 303
    return place


def _answered(officer, company, **changes) -> str:
    place = _told(officer, **changes)
    assert _answer(company, place).status_code == 303
    return place


def _answer(company, place: str, body: str = "情况不属实", **more):
    given, page = {"body": body, **more}, "/company/commitments/service"
    return company.submit(f"/company/credit/{_case(place)}", given, page=page, content_type="multipart/form-data")


def _step(place: str) -> str:
    with reading() as db:
        return queries.steps_of(db, _case(place))[-1].step


def _bad(subject: str = USCC[0], kind: str = "enterprise") -> int:
    with reading() as db:
        return api.score(db, kind, subject, clock.today()).bad_cp


def _company(desk, uscc: str = USCC[0]):
    return desk("enterprise", uscc=uscc, login=f"company-{uscc[-1]}")


def test_the_whole_way_with_an_answer(desk):
    officer, lead, company = desk("officer"), desk("lead"), _company(desk)
    place = _told(officer)
    assert "陈述申辩期" in company.page(f"/company/credit/{_case(place)}").get_text()
    proof = (io.BytesIO(b"\x89PNG\r\n\x1a\n picture"), "p.png")
    assert _answer(company, place, file=proof).status_code == 303
    assert "情况不属实" in lead.page(place).get_text()
    refused = lead.submit(f"{place}/confirm", page=place)
    assert refused.status_code == 409, "what was said needs its reply"
    assert "逐项答复" in refused.get_data(as_text=True)
    assert lead.submit(f"{place}/confirm", {"reply": "有照片为证。"}, page=place).status_code == 303
    assert (_step(place), _bad()) == ("decided", 0), "pending until served, scores 0"
    assert _serve(officer, place, "credit.decision").status_code == 303
    assert (_step(place), _bad()) == ("confirmed", 600)
    with reading() as db:
        event = api.score(db, "enterprise", USCC[0], DAY).events[0]
        assert (event.valid_from, event.valid_to) == (DAY, date(2027, 3, 1))
        decision = notices.document(db, _paper(place, "credit.decision"))
    assert "有照片为证。" in str(decision.body)
    shown = company.page(f"/company/credit/{_case(place)}").get_text()
    assert "信用信息登记决定书" in shown
    assert "有照片为证" in shown
    assert company.get(f"/company/credit/{_case(place)}/papers/{decision.id}.pdf").data.startswith(b"%PDF")


def test_without_an_answer_the_decision_waits_for_the_last_day(desk):
    place = _told(desk("officer"))
    with reading() as db:
        (clock_of_answer,) = deadlines.of_subjects(db, [f"credit:{_case(place)}"])[f"credit:{_case(place)}"]
        last = deadlines.last_day(db, "notice.response", DAY)
    assert clock_of_answer.holder.uscc == USCC[0]
    with clock.on(last):
        assert desk("lead").submit(f"{place}/confirm", page=place).status_code == 409
    with clock.on(last + timedelta(days=1)):
        officer, lead, company = desk("officer"), desk("lead"), _company(desk)
        assert _answer(company, place).status_code == 422, "the time to answer is over"
        assert lead.submit(f"{place}/confirm", page=place).status_code == 303
        assert _serve(officer, place, "credit.decision").status_code == 303
        with reading() as db:
            assert api.score(db, "enterprise", USCC[0], clock.today()).events[0].valid_from == clock.today()
        assert _bad() == 600


def test_a_confirmed_address_is_served_in_the_portal_at_once(desk, monkeypatch):
    monkeypatch.setattr(notices, "confirmation_on_file", lambda db, uscc, on: True)
    monkeypatch.setattr("portal.notices.queries.confirmation_on_file", lambda db, uscc, on: True)
    officer = desk("officer")
    place = _propose(officer)
    assert officer.submit(f"{place}/notice", page=place).status_code == 303
    assert _step(place) == "noticed"


@pytest.mark.parametrize("state", ["proposed", "noticed", "answered"])
def test_it_can_be_refused_until_it_is_decided(desk, state):
    officer, lead, company = desk("officer"), desk("lead"), _company(desk)
    place = {"proposed": lambda: _propose(officer), "noticed": lambda: _told(officer),
             "answered": lambda: _answered(officer, company)}[state]()  # fmt: skip
    assert lead.submit(f"{place}/refuse", {"reason": "证据不足"}, page=place).status_code == 303
    assert (_step(place), _bad()) == ("refused", 0)
    with reading() as db:
        open_ones = [one for one in deadlines.of_subjects(db, [f"credit:{_case(place)}"]).get(f"credit:{_case(place)}", ())
                     if not one.closed_at]  # fmt: skip
    assert open_ones == []


def test_no_state_can_be_skipped_over_http(desk):
    officer, lead, company = desk("officer"), desk("lead"), _company(desk)
    place = _propose(officer)
    before = audit_rows()
    assert lead.submit(f"{place}/confirm", {"reply": "x"}, page=place).status_code == 409, "not told"
    assert company.get(f"/company/credit/{_case(place)}").status_code == 404, "nobody knows of it yet"
    assert _answer(company, place).status_code in (403, 404)
    assert lead.submit(f"{place}/withdraw", {"reason": "x"}, page=place).status_code == 409
    assert audit_rows() == before
    assert officer.submit(f"{place}/notice", page=place).status_code == 303
    assert officer.submit(f"{place}/notice", page=place).status_code == 409, "one notice"
    assert lead.submit(f"{place}/confirm", {"reply": "x"}, page=place).status_code == 409, "not served"
    assert _serve(officer, place).status_code == 303
    assert _serve(officer, place, method="in_person").status_code == 409, "served once"
    assert _answer(company, place).status_code == 303
    assert lead.submit(f"{place}/confirm", {"reply": "核实。"}, page=place).status_code == 303
    for verb in ("confirm", "refuse"):
        assert lead.submit(f"{place}/{verb}", {"reply": "x", "reason": "x"}, page=place).status_code == 409
    assert _answer(company, place).status_code in (409, 404, 422), "no answer after the decision"
    assert (_step(place), _bad()) == ("decided", 0)


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"note": ""}, 422), ({"method": "portal"}, 422), ({"method": "recorded"}, 422), ({"on": "2026-03-03"}, 422),
     ({"on": "2026-03-01"}, 422), ({"document_id": "x" * 20}, 404)],
)  # fmt: skip
def test_service_needs_its_proof(desk, changes, status):
    officer = desk("officer")
    place = _propose(officer)
    officer.submit(f"{place}/notice", page=place)
    assert _serve(officer, place, **changes).status_code == status
    assert _step(place) == "proposed"


@pytest.mark.parametrize(
    "role", ["inspector", "reviewer", "registrar", "mediator", "auditor", "admin", "lead", "enterprise"]
)
def test_only_those_who_may_propose_do(desk, role):
    client = desk(role, uscc=USCC[0] if role == "enterprise" else None)
    assert client.submit("/credit/new", GIVEN, page="/work").status_code == 403


def test_wrong_hands(desk):
    officer, lead, company, other = desk("officer"), desk("lead"), _company(desk), _company(desk, USCC[1])
    place = _told(officer)
    assert officer.submit(f"{place}/confirm", {"reply": "x"}, page=place).status_code == 403
    for path in (f"/company/credit/{_case(place)}",):
        assert other.get(path).status_code == 404
        assert other.submit(path, {"body": "x"}, page="/company/commitments/service").status_code == 404
        assert officer.submit(path, {"body": "x"}, page="/work").status_code == 403
    paper = _paper(place, "credit.notice")
    assert other.get(f"/company/credit/{_case(place)}/papers/{paper}.pdf").status_code == 404
    assert company.get(f"{place}").status_code == 403
    assert desk("auditor").submit(f"{place}/notice", page="/work").status_code == 403
    assert lead.get(f"{place}/papers/{'x' * 20}.pdf").status_code == 404


def test_an_officer_of_a_street_does_not_act_on_records_of_the_district(desk):
    officer, street = desk("officer"), desk("officer", division="440306001000", login="street-officer")
    place = _propose(officer)
    assert street.submit("/credit/new", {**GIVEN, "file": (io.BytesIO(b"%PDF-1"), "x.pdf")}, page="/work",
                         content_type="multipart/form-data").status_code == 403  # fmt: skip
    assert street.submit(f"{place}/notice", page=place).status_code == 403


def test_a_managers_event_is_told_to_the_person_and_the_company_answers(desk):
    officer, lead, company = desk("officer"), desk("lead"), _company(desk)
    place = _answered(officer, company, subject_type="manager", subject=MANAGERS[0], uscc=USCC[0], event="B34")
    lead.submit(f"{place}/confirm", {"reply": "核实。"}, page=place)
    assert _serve(officer, place, "credit.decision").status_code == 303
    assert (_bad(MANAGERS[0], "manager"), _bad()) == (300, 150)


@pytest.mark.both_databases
def test_the_database_itself_refuses_a_skipped_state(district):
    with transaction() as db:
        new = api.NewEvent("enterprise", USCC[0], "B11", "", "文1号", DAY, "某机关", document_sha256="0" * 64)
        case = api.propose(db, OFFICER, new, on=DAY)
    for step in ("confirmed", "decided", "answered", "repaired", "withdrawn"):
        row = {"case_id": case.id, "seq": 2, "step": step, "actor": "x", "on": DAY, "at": clock.now(), "reason": ""}
        with pytest.raises(DBAPIError), transaction() as db:
            db.execute(insert(CreditStep), [row])
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(CreditStep)) == 1


def test_a_repair_ends_display_and_effect_together_and_rewrites_nothing(district):
    with clock.on(DAY):
        case, early = record_event("B11", on=DAY), clock.now()
    with clock.on(date(2026, 7, 1)), transaction() as db:
        assert not api.may_be_repaired(db, case, date(2026, 6, 1))
        assert api.may_be_repaired(db, case, date(2026, 6, 2)), "3 months after 2 March"
        api.end_event(db, LEAD, case, reason="repaired", why="已改正", on=date(2026, 7, 1))
    with reading() as db:
        scores = [api.score(db, "enterprise", USCC[0], day).bad_cp for day in (date(2026, 6, 30), date(2026, 7, 1))]
        assert scores == [600, 0]
        assert api.score(db, "enterprise", USCC[0], date(2026, 7, 1), early).bad_cp == 600
        assert api.score(db, "enterprise", USCC[0], date(2026, 7, 1)).events == ()
        assert not api.may_be_repaired(db, case, date(2026, 7, 2))
