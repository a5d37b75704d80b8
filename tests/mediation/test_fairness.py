"""Was it fair? Who is asked when, that nobody reads a person's own answers, and that they go with the case."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from mediation.cases import api as cases
from mediation.cases.models.fairness import MediationOpinion
from mediation.statistics import fairness
from portal.kernel import clock, sms
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.notices import api as notices
from tests.mediation import centre
from tests.mediation.centre import FIRM, MEDIATORS, REGISTRAR, RIVAL, TODAY, filed, found, mediating, party_of
from tests.mediation.test_pages import do, enter, people

SECRET = "调解员只听一面之词"
YES = dict.fromkeys(cases.QUESTIONS, "yes")


def test_each_stage_is_asked_about_once_and_for_a_time(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        waiting = filed(db).case_id
        case_id = mediating(db)
        owner = party_of(db, case_id)
        with pytest.raises(Conflict):
            cases.give_opinion(db, party_of(db, waiting), waiting, "acceptance", YES)
        with pytest.raises(Conflict):
            cases.give_opinion(db, owner, case_id, "talks", YES)
        with pytest.raises(NotAllowed):
            cases.give_opinion(db, REGISTRAR, case_id, "acceptance", YES)
        with pytest.raises(NotFound):
            cases.give_opinion(db, RIVAL, case_id, "acceptance", YES)
        with pytest.raises(Conflict):
            cases.give_opinion(db, MEDIATORS[0], case_id, "acceptance", YES)
        with pytest.raises(DomainError):
            cases.give_opinion(db, owner, case_id, "acceptance", {**YES, "free": "maybe"})
        cases.give_opinion(db, owner, case_id, "acceptance", YES)
        with pytest.raises(Conflict):
            cases.give_opinion(db, owner, case_id, "acceptance", YES)
        cases.terminate(db, MEDIATORS[0], case_id, "other", "没有进展。")
        for who in (owner, FIRM, MEDIATORS[0]):
            cases.give_opinion(db, who, case_id, "talks", YES)
    with clock.on(TODAY + timedelta(days=91)), transaction() as db, pytest.raises(Conflict):
        cases.give_opinion(db, FIRM, case_id, "acceptance", YES)


def test_nobody_reads_what_one_person_said(app, client):
    """Neither the other side nor mediator nor registrar: not on the page of the case, not in the log, not at rest."""
    found()
    with clock.on(TODAY):
        registrar, mediator, company = people(app)
        with transaction() as db:
            case_id = mediating(db)
            cases.terminate(db, MEDIATORS[0], case_id, "other", "没有进展。")
            owner = party_of(db, case_id)
            code = cases.new_entry_code(db, REGISTRAR, owner.login.removeprefix("party:"), way="seen")
            number = cases.case_view(db, REGISTRAR, case_id).code
        assert enter(client, number, code).status_code == 303
        said = {**dict.fromkeys(cases.QUESTIONS, "no"), "remark": SECRET}
        assert do(client, "/mediation/mine", case_id, "fair", "talks", **{**said, "heard": ""}).status_code == 422
        assert do(client, "/mediation/mine", case_id, "fair", "talks", **said).status_code == 303
        assert client.page(f"/mediation/mine/{case_id}").find("form", action=re.compile("/fair/talks$")) is None
        for other in (registrar, mediator, company):
            shown = other.get(f"/mediation/cases/{case_id}").text
            assert SECRET not in shown
        assert registrar.post(f"/mediation/cases/{case_id}/do/fair/talks").status_code in (400, 403)
        assert SECRET in registrar.get("/mediation/statistics").text, "the free text alone, for the head of the centre"
        assert number not in registrar.get("/mediation/statistics").text
        with reading() as db:
            row = db.scalars(select(MediationOpinion)).one()
            assert (row.role, row.heard) == ("applicant", "no")
            assert SECRET not in row.remark
            assert SECRET not in "".join(db.scalars(text("SELECT detail FROM audit_log")))


@pytest.mark.both_databases
def test_opinions_stand_until_their_case_is_deleted(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = filed(db).case_id
        cases.take_up(db, REGISTRAR, case_id)
        cases.refuse(db, REGISTRAR, case_id, "court", "已有裁判。")
        cases.give_opinion(db, party_of(db, case_id), case_id, "acceptance", YES, "好")
        cases.archive(db, REGISTRAR, case_id)
    for statement in ("DELETE FROM mediation_opinion", "UPDATE mediation_opinion SET heard = 'no'"):
        with pytest.raises(DatabaseError, match="append only"), transaction() as db:
            db.execute(text(statement))
    with clock.on(TODAY + timedelta(days=1830)), transaction() as db:
        cases.delete(db, REGISTRAR, case_id)
        assert db.scalars(select(MediationOpinion)).all() == []


def test_a_week_later_those_who_kept_silent_are_reminded_once(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db)
        cases.give_opinion(db, FIRM, case_id, "acceptance", YES)
        code = cases.case_view(db, REGISTRAR, case_id).code
    for days, calls in ((6, 0), (7, 1), (8, 0)):
        with clock.on(TODAY + timedelta(days=days)), transaction() as db:
            assert cases.remind(db, REGISTRAR)["fairness"] == calls
    (name,) = sms.outbox().waiting()
    message = sms.outbox().read(name)
    words = message.text
    assert message.phone == "13800001234"
    assert code in words
    assert not [one for one in ("电梯", "物业", "维修", "王小明") if one in words]
    with clock.on(TODAY + timedelta(days=8)), reading() as db:
        assert not [one for one in notices.recent(db, FIRM) if "公平" in one.text], "the company had answered"


def _opinions(many: int, other: int, kind: str, stage: str = "talks") -> cases.Opinion:
    yes = dict.fromkeys(cases.QUESTIONS, many - other)
    return cases.Opinion(2026, "440306001000", kind, stage, "applicant", many, yes, dict.fromkeys(cases.QUESTIONS, 0))


def test_what_is_published_leaves_small_numbers_open():
    """Two in twelve who were not content are not told, nor can they be worked out from the sums."""
    found_ones = [
        _opinions(30, 9, "repair"),
        _opinions(12, 2, "noise"),
        _opinions(20, 6, "fees", "later"),
        _opinions(3, 0, "funds"),
    ]
    year = fairness._year(2026, found_ones, date(2026, 9, 30))
    kinds = {row.code: row for row in year.parts["kind"]}
    assert year.whole.said == 65
    assert kinds["funds"].said is None
    assert sum(row.said is None for row in kinds.values()) > 1, "one alone would follow from the sum"
    assert kinds["noise"].said is None or kinds["noise"].yes["heard"] is None
    assert kinds["repair"].yes["heard"] in (21, None)
    few = fairness._year(2026, [_opinions(4, 1, "noise")], date(2026, 9, 30))
    assert few.whole.said is None


def test_the_public_page_moves_by_quarters(client, instance):
    """An answer of today is on no public page before the quarter is over."""
    found()
    with clock.on(TODAY):
        with transaction() as db:
            for each in range(12):
                case_id = filed(db, applicants=[centre.owner(f"业主{each}")]).case_id
                cases.take_up(db, REGISTRAR, case_id)
                cases.accept(db, REGISTRAR, case_id)
                said = dict.fromkeys(cases.QUESTIONS, ("yes", "no")[each % 2])
                cases.give_opinion(db, party_of(db, case_id), case_id, "acceptance", said)
        assert "回答还很少" in client.get("/mediation/fairness").text
    with clock.on(date(2026, 7, 1)):
        page = client.get("/en/mediation/fairness").text
    assert "12 answers were given." in page
