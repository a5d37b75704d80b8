"""What a decision changes: that and nothing else, never to the company's disadvantage; its document and its service."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from portal.accounts import api as accounts
from portal.deadlines import api as deadlines
from portal.kernel import audit, clock
from portal.kernel.access import Actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError
from portal.notices import api as notices
from scoring.checks import api as checks
from scoring.credit import api as credit
from scoring.lists import api as lists
from scoring.objections import api as objections
from scoring.objections import policy, queries
from scoring.objections.contested import rating_row
from scoring.ratings import api as ratings
from tests.objections.acts import REASON, act, filed, reached
from tests.objections.world import ESTATE, OBJECTOR, TODAY


def person(db, login: str) -> Actor:
    return accounts.person_actor_for(db, login)


def filed_by_verb(ref: str, reviewer: str, points: tuple[str, ...] = ("有误。",)) -> str:
    with transaction() as db:
        made = objections.file(db, person(db, "company"), ref, points=points, on=TODAY)
    with transaction() as db:
        objections.accept(db, person(db, reviewer), made.id, on=TODAY)
    return made.id


def decided(objection_id: str, reviewer: str, *fixes: objections.Correction, verdict: str = "allowed") -> None:
    with transaction() as db:
        answers = [objections.Answer(1, verdict, "已核对。")]
        objections.decide(db, person(db, reviewer), objection_id, answers=answers, fixes=fixes, reason=REASON, on=TODAY)


def figures() -> dict[str, object]:
    with reading() as db:
        quarters = {row.estate_code: row for row in ratings.quarter_rows(db, "2025Q2").itertuples(index=False)}
        rating = rating_row(db, 2025, ESTATE)
        return {
            "score": int(quarters[ESTATE].score_cp),
            "revision": int(quarters[ESTATE].revision),
            "other": (int(quarters["E2"].score_cp), int(quarters["E2"].rank_district)),
            "total": rating["total_cp"],
            "rating": int(rating["revision"]),
        }


def test_a_corrected_item_becomes_a_revision_of_its_quarter_and_its_rating(world):
    before = figures()
    objection_id = filed_by_verb(world.refs["check"], "fresh")

    decided(objection_id, "fresh", objections.Correction(world.refs["check"], "pass"))

    after = figures()
    assert after["score"] > before["score"]
    assert after["revision"] == before["revision"] + 1
    assert after["total"] > before["total"]
    assert after["rating"] == before["rating"] + 1
    with reading() as db:
        made = ratings.releases(db, "2025Q2")[-1]
        assert (made.reason, made.rows) == (REASON, 1)
        line = checks.check_view(db, world.check_id).lines["XF01"]
        assert (line.result, line.origin, line.original) == ("pass", "correction", "2")


def test_what_waits_for_other_estates_stays_out(world):
    """A check of another estate was confirmed since; its revision is the district's to publish, not this decision's."""
    with transaction() as db:
        check = checks.checks_frame(db, ["2025-06"])
        other = check[check["estate_code"] == "E2"]["check_id"].iloc[0]
        checks.correct_item(db, person(db, "officer2"), other, "XF01", "9", "补正", TODAY)
    before = figures()
    objection_id = filed_by_verb(world.refs["quarter"], "lead2")

    decided(objection_id, "lead2", objections.Correction(world.refs["check"], "pass"))

    after = figures()
    assert after["score"] > before["score"]
    assert after["other"][0] == before["other"][0]
    with transaction() as db:
        ratings.publish_quarter(db, person(db, "officer2"), ratings_quarter(), on=TODAY, reason="补正")
    assert figures()["other"][0] < before["other"][0]


def ratings_quarter():
    from portal.kernel.periods import Quarter

    return Quarter.parse("2025Q2")


def test_a_corrected_indicator_revises_the_rating(world):
    before = figures()
    objection_id = filed_by_verb(world.refs["rating"], "officer2")

    decided(objection_id, "officer2", objections.Correction(f"indicator:2025/{ESTATE}/safety", "98.00"))

    assert figures()["total"] > before["total"]
    assert figures()["revision"] == before["revision"]


def test_a_credit_event_and_a_list_entry_are_taken_back(world):
    for kind in ("credit", "list"):
        objection_id = filed_by_verb(world.refs[kind], "officer2")
        decided(objection_id, "officer2", objections.Correction(world.refs[kind], "withdrawn"))

    with reading() as db:
        assert "B11" not in {event.code for event in credit.score(db, "enterprise", OBJECTOR, TODAY).events}
        assert lists.in_force(db, TODAY, uscc=OBJECTOR) == []


@pytest.mark.parametrize(
    ("kind", "reviewer", "fix"),
    [
        pytest.param("check", "fresh", ("{check}", "5"), id="an item with more findings"),
        pytest.param("rating", "officer2", ("survey:2025/E1", "50.00"), id="a survey with fewer points"),
        pytest.param("rating", "officer2", ("{check}", "pass"), id="a fact that the objection is not about"),
        pytest.param("check", "fresh", ("{check}", "2"), id="a correction that changes nothing"),
    ],
)
def test_an_objection_never_makes_it_worse_nor_changes_another_matter(world, kind, reviewer, fix):
    before = figures()
    objection_id = filed_by_verb(world.refs[kind], reviewer)
    target = fix[0].format(**world.refs)

    with pytest.raises(DomainError):
        decided(objection_id, reviewer, objections.Correction(target, fix[1]))

    assert figures() == before
    with reading() as db:
        assert queries.last_step(db, objection_id).step == "accepted"


def test_not_worse_is_judged_figure_by_figure():
    assert policy.is_not_worse({"a": 1, "b": None}, {"a": 1, "b": 0})
    assert not policy.is_not_worse({"a": 2, "b": 1}, {"a": 3, "b": 0})
    assert not policy.is_not_worse({"a": 2}, {"a": None})


def test_another_change_that_waits_and_is_worse_stops_the_decision(world):
    """The same estate has a correction of its own waiting: published along, it would make the quarter worse."""
    with transaction() as db:
        checks.correct_item(db, person(db, "officer2"), world.check_id, "ZH02", "9", "补正", TODAY)
    objection_id = filed_by_verb(world.refs["check"], "fresh")

    with pytest.raises(DomainError, match="更不利"):
        decided(objection_id, "fresh", objections.Correction(world.refs["check"], "1"))


def test_the_documents_are_numbered_and_say_everything(as_, world):
    company = as_("company")
    objection_id = reached(company, as_("officer2"), world, "rating", "decided")

    with reading() as db:
        made = {document.kind: document for document in notices.documents_of(db, f"objection:{objection_id}")}
        paper = made["objection.decision"]
        assert paper.number == "宝住建异决〔2026〕1号"
        said = "".join(text for section in paper.body for text in section.paragraphs)
        for words in ("六十日", "深圳市宝安区人民政府", "六个月", REASON):
            assert words in said
        assert [row[2] for section in paper.body for row in (section.table or [])[1:]][:1] == ["成立"]
        assert paper.served_on is None
        path = f"/company/objections/{objection_id}/documents/{paper.id}.pdf"
    answer = company.get(path)
    assert answer.data.startswith(b"%PDF-")
    assert as_("other").get(path).status_code == 404


def test_paper_service_is_noted_with_its_proof(as_, world):
    office = as_("officer2")
    objection_id = reached(as_("company"), office, world, "rating", "decided")
    form = {"method": "in_person", "served_on": "2026-06-03"}

    assert "送达凭证" in act(office, objection_id, "serve", 422, **form).get_data(as_text=True)
    act(office, objection_id, "serve", **form, note="回证12号")
    assert "2026年6月3日送达" in as_("company").page(f"/company/objections/{objection_id}").get_text()
    act(as_("fresh"), objection_id, "serve", 404, **form, note="回证12号")


def test_files_are_for_both_sides_only(as_, client, world):
    import io

    company = as_("company")
    pdf = io.BytesIO(b"%PDF-1.4 test")
    objection_id = filed(company, world.refs["check"], files=[(pdf, "证据.pdf")])
    link = company.page(f"/company/objections/{objection_id}").select_one("a[href*='/files/']")
    assert "证据.pdf" in link.get_text()
    assert company.get(link["href"]).data == b"%PDF-1.4 test"
    name = link["href"].rpartition("/")[2]
    assert as_("fresh").get(f"/objections/{objection_id}/files/{name}").status_code == 200
    assert as_("elsewhere").get(f"/objections/{objection_id}/files/{name}").status_code == 404
    assert as_("other").get(link["href"]).status_code == 404
    answer = company.submit(
        f"/company/objections/new/{world.refs['quarter']}",
        {"points-0": "有误。", "files": [(io.BytesIO(b"MZ"), "x.exe")]},
        content_type="multipart/form-data",
    )
    assert "不是照片" in answer.get_data(as_text=True)


def test_the_clock_runs_in_working_days(world):
    """Filed on a Friday, the time to accept ends on Monday."""
    from datetime import date

    friday = date(2026, 6, 5)
    with clock.on(friday), transaction() as db:
        made = objections.file(db, person(db, "company"), world.refs["rating"], points=["有误。"], on=friday)
    monday = friday + timedelta(days=3)
    with clock.on(monday), transaction() as db:
        objections.accept(db, person(db, "officer2"), made.id, on=monday)
    with clock.on(monday), reading() as db:
        clocks = {one.rule: one for one in deadlines.of_subjects(db, [f"objection:{made.id}"])[f"objection:{made.id}"]}
        assert clocks["objection.accept"].last_day == monday
        assert not clocks["objection.accept"].overdue
        assert clocks["objection.decide"].last_day == monday + timedelta(days=2)


def test_two_reviewers_at_once_one_wins(world):
    objection_id = filed_by_verb(world.refs["rating"], "officer2")
    barrier, outcomes = threading.Barrier(2), []

    def run(login: str) -> None:
        barrier.wait()
        try:
            with clock.on(TODAY):
                decided(objection_id, login, verdict="dismissed")
            outcomes.append("decided")
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=run, args=(login,)) for login in ("officer2", "lead2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "decided"]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO objection_step SELECT objection_id, 2, 'decided', actor, \"on\", at, '', '', '' FROM objection_step",
        "INSERT INTO objection_step SELECT objection_id, 3, 'accepted', actor, \"on\", at, '', '', '' FROM objection_step",
        "UPDATE objection_step SET step = 'decided'",
        "DELETE FROM objection_step",
        "UPDATE objection SET uscc = 'x'",
        "DELETE FROM objection_point",
    ],
)
def test_the_database_keeps_the_order_of_steps(world, statement):
    with transaction() as db:
        objections.file(db, person(db, "company"), world.refs["rating"], points=["有误。"], on=TODAY)

    with pytest.raises(DatabaseError), transaction() as db:
        db.execute(text(statement))


def test_the_database_wants_every_point_answered(world):
    objection_id = filed_by_verb(world.refs["rating"], "officer2", ("一。", "二。"))
    insert = "INSERT INTO objection_step SELECT objection_id, 3, 'decided', actor, \"on\", at, '', '', '' FROM objection_step WHERE seq = 2"
    answer = "INSERT INTO objection_answer VALUES (:id, 1, 'dismissed', '无据')"

    with transaction() as db:
        db.execute(text(answer), {"id": objection_id})
    with pytest.raises(DatabaseError, match="no answer"), transaction() as db:
        db.execute(text(insert))


def test_the_chain_of_the_audit_log_holds(world):
    objection_id = filed_by_verb(world.refs["check"], "fresh")
    decided(objection_id, "fresh", objections.Correction(world.refs["check"], "pass"))

    with reading() as db:
        assert audit.verify(db)[1] is None
