"""Joint conferences from the agenda to the summary: who may, in which order, and what is told to whom."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from mediation.cases import api as cases
from mediation.conferences import queries, service
from mediation.conferences.models import ConferenceItem, ConferenceStep
from mediation.conferences.service import Task
from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Actor, Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from tests.mediation import centre
from tests.pages import StrictClient

BODIES = ("区住房和建设局", "新安街道办事处")
STREET_OF_CASE = person_actor("registrar-001", Role.REGISTRAR, "440306001000")
STREET = person_actor("street-registrar", Role.REGISTRAR, "440306018000")


def _called(actor: Actor = centre.REGISTRAR) -> tuple[str, str]:
    """A major case, and a conference about it; (conference, case)."""
    with transaction() as db:
        case_id = centre.filed(db).case_id
        cases.flag(db, centre.REGISTRAR, case_id, "major", "safety")
        made = service.call(db, actor, "district", centre.DISTRICT, centre.TODAY, BODIES, [case_id], ["二次供水改造"])
    return made, case_id


@pytest.mark.both_databases
@pytest.mark.usefixtures("instance")
def test_a_conference_ends_when_its_tasks_are_done() -> None:
    """Called, held with two tasks on the clock, closed only after both; the summary is public, the minutes are not."""
    centre.found()
    with clock.on(centre.TODAY):
        made, case_id = _called()
        due = centre.TODAY + timedelta(days=10)
        with transaction() as db:
            service.hold(db, centre.REGISTRAR, made, "会上说的话", [Task("查明原因", BODIES[0], due),
                                                               Task("通知业主", BODIES[1], due)], seen=1)  # fmt: skip
        with reading() as db:
            view = queries.conference(db, centre.REGISTRAR, made)
            assert view.items == (
                (case_id, cases.case_view(db, centre.REGISTRAR, case_id).code),
                (None, "二次供水改造"),
            )
            assert view.minutes == "会上说的话"
            assert queries.summaries(db) == []
            names = [f"conference:{view.line.number}/{n}" for n in (1, 2)]
            assert all(
                one[0].due_at == clock.day_start(due + timedelta(days=1), 0)
                for one in deadlines.of_subjects(db, names).values()
            )
        with transaction() as db, pytest.raises(DomainError):
            service.close(db, centre.REGISTRAR, made, "已协调处理。", seen=2)
        for task in view.tasks:
            with transaction() as db:
                service.done(db, centre.REGISTRAR, task.id, "已办")
        with transaction() as db, pytest.raises(Conflict):
            service.done(db, centre.REGISTRAR, view.tasks[0].id, "再办")
        with transaction() as db:
            service.close(db, centre.REGISTRAR, made, "已协调处理。", seen=2)
        with reading() as db:
            assert [one.summary for one in queries.summaries(db)] == ["已协调处理。"]
            assert all(one[0].closed_at is not None for one in deadlines.of_subjects(db, names).values())
            stored = " ".join(
                [*db.scalars(sa.select(ConferenceItem.topic)), *db.scalars(sa.select(ConferenceStep.minutes))]
            )
            assert "会上" not in stored
            assert "供水" not in stored


@pytest.mark.usefixtures("instance")
def test_order_place_and_staleness() -> None:
    """No step before its time, none twice, none from another place, and no case that does not wait for a conference."""
    centre.found()
    with clock.on(centre.TODAY):
        made, case_id = _called()
        with transaction() as db, pytest.raises(Conflict):
            service.close(db, centre.REGISTRAR, made, "")
        with transaction() as db, pytest.raises(Conflict):
            service.hold(db, centre.REGISTRAR, made, "记录", [], seen=9)
        with transaction() as db, pytest.raises(NotFound):
            service.cancel(db, STREET, made)
        with transaction() as db, pytest.raises(NotAllowed):
            service.call(db, STREET, "district", centre.DISTRICT, centre.TODAY, BODIES, [case_id])
        with transaction() as db, pytest.raises(NotAllowed):
            service.call(db, centre.MEDIATORS[0], "district", centre.DISTRICT, centre.TODAY, BODIES, [case_id])
        with transaction() as db:
            plain = centre.filed(db).case_id
        with transaction() as db, pytest.raises(DomainError):
            service.call(db, centre.REGISTRAR, "district", centre.DISTRICT, centre.TODAY, BODIES, [plain])
        with transaction() as db:
            service.cancel(db, centre.REGISTRAR, made, seen=1)
        with transaction() as db, pytest.raises(Conflict):
            service.hold(db, centre.REGISTRAR, made, "记录", [])


@pytest.mark.usefixtures("instance")
def test_pages(client: StrictClient, signed_in: Callable[..., StrictClient]) -> None:
    """The office calls and minutes on pages; a wrong day keeps what was typed; others see the summaries only."""
    centre.found()
    with clock.on(centre.TODAY):
        made, _case = _called()
        office = signed_in(Role.REGISTRAR, division=centre.DISTRICT)
        page = office.get("/mediation/conferences/manage").text
        assert "LX-2026-0001" in page
        refused = office.submit(
            "/mediation/conferences/manage",
            {"level": "district", "members": "甲单位", "topics": "停车", "meets_on": "2020-01-01"},
        )
        assert refused.status_code == 422
        assert "甲单位" in refused.text
        assert "二次供水改造" in office.get(f"/mediation/conferences/manage/{made}").text
        assert "二次供水改造" not in client.get("/mediation/conferences").text
        assert client.get("/en/mediation/conferences").status_code == 200
    assert signed_in(Role.LEAD).get("/mediation/conferences/manage").status_code == 403


@pytest.mark.usefixtures("instance")
def test_a_community_conference_below_the_own_place(signed_in: Callable[..., StrictClient]) -> None:
    """The registrar of the district calls one for a street; the agenda is that street's, and no other place will do."""
    centre.found()
    street, community, elsewhere = "440306001000", "440306001001", "440306002000"
    with clock.on(centre.TODAY):
        with transaction() as db:
            case_id = centre.filed(db).case_id  # in the first community
            cases.flag(db, centre.REGISTRAR, case_id, "major", "safety")
        office = signed_in(Role.REGISTRAR, division=centre.DISTRICT)
        for place, waits in ((street, True), (community, True), (elsewhere, False)):
            page = office.page(f"/mediation/conferences/manage?place={place}")
            assert (page.find("input", value=case_id) is not None) is waits, place
        asked = {"level": "community", "place": street, "members": "街道办事处", "case": case_id,
                 "meets_on": str(centre.TODAY)}  # fmt: skip
        form = f"/mediation/conferences/manage?place={street}"
        assert office.submit("/mediation/conferences/manage", asked, page=form).status_code == 303
        wrong = office.submit("/mediation/conferences/manage", {**asked, "level": "district"}, page=form)
        assert wrong.status_code == 422
        own = signed_in(Role.REGISTRAR, division=street)
        assert own.get("/mediation/conferences/manage").status_code == 200
        assert own.get(f"/mediation/conferences/manage?place={elsewhere}").status_code == 403
        with reading() as db:
            assert [one.level for one in queries.conferences(db, STREET_OF_CASE)] == ["community"]
