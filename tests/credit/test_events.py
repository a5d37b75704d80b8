"""Events that people record: proposed by one, confirmed by another, taken back with a reason."""

from datetime import date

import pytest

from portal.kernel.access import system_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from scoring.credit import api, due_process, service
from tests.lists.year import LEAD, LEAD_2, OFFICER, audit_rows, record_event
from tests.ratings.district import MANAGERS, USCC

DAY = date(2026, 3, 2)


def _new(**changes):
    given = {"subject_type": "enterprise", "subject": USCC[0], "code": "B11", "variant": "", "document": "文1号",
             "document_on": DAY, "issued_by": "某机关", "document_sha256": "0" * 64}  # fmt: skip
    return service.NewEvent(**{**given, **changes})


def _propose(actor=OFFICER, **changes) -> str:
    with transaction() as db:
        return service.propose(db, actor, _new(**changes), on=DAY).id


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": "B31"}, DomainError),  # no local basis yet
        ({"code": "B99"}, DomainError),
        ({"code": "B22"}, DomainError),  # managers only
        ({"document": " "}, DomainError),
        ({"issued_by": ""}, DomainError),
        ({"document_sha256": ""}, DomainError),
        ({"document_on": date(2026, 3, 3)}, DomainError),
        ({"subject": "91440300000000009X"}, NotFound),
        ({"estate_code": "E9"}, NotFound),
        ({"subject_type": "manager", "subject": "PM-9", "uscc": USCC[0]}, NotFound),
        ({"subject_type": "manager", "subject": MANAGERS[0]}, DomainError),  # under whose service?
        ({"subject_type": "manager", "subject": MANAGERS[0], "uscc": "91440300000000009X"}, NotFound),
    ],
)
def test_a_proposal_needs_a_known_subject_an_active_code_and_a_document(district, changes, error):
    before = audit_rows()
    with pytest.raises(error):
        _propose(**changes)
    assert audit_rows() == before


def test_only_officers_propose_and_only_leads_decide(district):
    with pytest.raises(NotAllowed):
        _propose(LEAD)
    case = _propose()
    for deed in (service.confirm, lambda *a, **k: service.refuse(*a, reason="x", **k)):
        with pytest.raises(NotAllowed), transaction() as db:
            deed(db, OFFICER, case, on=DAY)


def test_nobody_decides_on_a_proposal_of_their_own(district):
    everything = system_actor("cli:test")
    good, bad = _propose(everything, code="G03"), _told(everything)
    deeds = [(service.confirm, good), (lambda *a, **k: due_process.decide(*a, reply="x", **k), bad)]
    deeds += [(lambda *a, **k: service.refuse(*a, reason="x", **k), case) for case in (good, bad)]
    for deed, case in deeds:
        with pytest.raises(NotAllowed), transaction() as db:
            deed(db, everything, case, on=DAY)
    with transaction() as db:
        service.confirm(db, LEAD, good, on=DAY)
    with pytest.raises(NotAllowed), transaction() as db:
        service.withdraw(db, everything, good, reason="x", on=DAY)


def test_a_case_is_decided_once(district):
    case = _propose(code="G03")
    with transaction() as db:
        service.confirm(db, LEAD, case, on=DAY)
    before = audit_rows()
    for deed in (service.confirm, lambda *a, **k: service.refuse(*a, reason="x", **k)):
        with pytest.raises(Conflict), transaction() as db:
            deed(db, LEAD_2, case, on=DAY)
    assert audit_rows() == before


def test_a_commendation_counts_from_its_confirmation(district):
    case = _propose(code="G03")
    with transaction() as db:
        service.confirm(db, LEAD, case, on=date(2026, 3, 9))
    with reading() as db:
        event = api.timeline(db, "enterprise", USCC[0])[0]
    assert (event.valid_from, event.valid_to) == (date(2026, 3, 9), date(2027, 3, 8))


def test_refused_and_withdrawn_events_stay_on_the_staff_timeline_and_count_for_nothing(district):
    refused, withdrawn = _propose(), record_event("B34", on=DAY)
    with transaction() as db:
        service.refuse(db, LEAD, refused, reason="文书不清楚", on=DAY)
        service.withdraw(db, LEAD, withdrawn, reason="文书已撤销", on=DAY)
    with reading() as db:
        steps = {event.case_id: event.step for event in api.timeline(db, "enterprise", USCC[0])}
        assert api.score(db, "enterprise", USCC[0], DAY).events == ()
    assert steps == {refused: "refused", withdrawn: "withdrawn"}


def _told(actor=OFFICER, **changes) -> str:
    """An adverse event whose notice was served."""
    case = _propose(actor, **changes)
    with transaction() as db:
        due_process.notice_served(db, OFFICER, case, on=DAY)
    return case


def test_a_decision_against_needs_its_reason(district):
    case = _propose()
    with pytest.raises(DomainError), transaction() as db:
        service.refuse(db, LEAD, case, reason="  ", on=DAY)
    with reading() as db:
        assert api.timeline(db, "enterprise", USCC[0])[0].step == "proposed"


def test_what_waits_is_counted_for_those_who_decide(district):
    _propose()
    with reading() as db:
        assert (api.waiting_count(db, LEAD), api.waiting_count(db, OFFICER)) == (1, 0)
        assert [item.count for item in api.work_items(db, actor=LEAD)] == [1]
        assert api.work_items(db, actor=OFFICER) == []


def test_what_is_missing_is_none_also_beside_events_that_have_it(district):
    with_estate, without = _propose(estate_code="E1", code="G03"), _propose(code="G03")
    with transaction() as db:
        service.confirm(db, LEAD, with_estate, on=DAY)
        service.confirm(db, LEAD, without, on=DAY)
    with reading() as db:
        shown = {event.case_id: event.estate_code for event in api.score(db, "enterprise", USCC[0], DAY).events}
        assert shown == {with_estate: "E1", without: None}
        assert {event.case_id: event.estate_code for event in api.timeline(db, "enterprise", USCC[0])} == shown
