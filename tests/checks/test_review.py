"""The street's review: return, adjust, confirm; an officer's correction; nobody reviews what they may not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from scoring.checks import api, service
from scoring.checks import reading as pages
from scoring.checks.models import CheckStep, ItemResult
from tests.checks.district import (
    CLI,
    DAY,
    FUYONG,
    LI,
    MONTH,
    OFFICER,
    STREET,
    ZHANG,
    deeds,
    filled,
    finding,
    submitted,
    version_of,
    view,
)

pytestmark = pytest.mark.usefixtures("district")
FOUND = {"ZH02": finding("3"), "ZH01": finding("half")}


def results(check: str, known_at=None) -> dict[str, tuple[str, str]]:
    with reading() as db:
        table = api.results_frame(db, [check], known_at=known_at)
    return {row.item_code: (row.result, row.origin) for row in table.itertuples()}


@pytest.mark.both_databases
def test_adjustment_counts_and_the_original_stays_visible():
    check = submitted(FOUND)
    before = clock.now()
    with clock.at(before + timedelta(minutes=5)):
        with transaction() as db:
            assert service.adjust_item(db, STREET, check, "ZH02", "1", "两处是同一处", DAY) is True
            assert service.adjust_item(db, STREET, check, "ZH02", "1", "两处是同一处", DAY) is False
            assert service.adjust_item(db, STREET, check, "ZH01", "pass", "照片显示在岗", DAY) is True
            assert service.adjust_item(db, STREET, check, "SB02", "fail", "标签已过期", DAY) is True
        assert results(check) == {
            "SB02": ("fail", "review"), "ZH01": ("pass", "review"), "ZH02": ("1", "review"),
        }  # fmt: skip
    lines = view(check).lines
    assert {code: lines[code].original for code in ("ZH02", "ZH01", "SB02", "ZH03")} == {
        "ZH02": "3", "ZH01": "half", "SB02": "pass", "ZH03": None,
    }  # fmt: skip
    assert (lines["ZH02"].place, lines["ZH02"].reason, lines["ZH01"].lost_cp) == ("1栋大堂", "两处是同一处", 0)
    assert results(check, known_at=before) == {"ZH01": ("half", "inspection"), "ZH02": ("3", "inspection")}
    assert deeds().count("check.adjusted") == 3


def test_adjusting_twice_still_shows_what_the_inspector_found():
    check = submitted(FOUND)
    for result in ("1", "2"):
        with transaction() as db:
            service.adjust_item(db, STREET, check, "ZH02", result, "复核照片", DAY)
    assert (view(check).lines["ZH02"].result, view(check).lines["ZH02"].original) == ("2", "3")


@pytest.mark.parametrize(
    ("item", "result", "reason"),
    [("ZH02", "half", "理由"), ("ZH02", "1", " "), ("XX01", "1", "理由"), ("ZH02", "1", "长" * 501)],
)
def test_adjustment_is_possible_and_reasoned(item, result, reason):
    check = submitted(FOUND)
    with pytest.raises(DomainError), transaction() as db:
        service.adjust_item(db, STREET, check, item, result, reason, DAY)
    assert results(check)["ZH02"] == ("3", "inspection")


def test_returned_with_comments_and_submitted_again():
    check = submitted(FOUND)
    with transaction() as db:
        service.adjust_item(db, STREET, check, "ZH01", "zero", "无人在岗", DAY)
    with pytest.raises(DomainError), transaction() as db:
        service.return_check(db, STREET, check, {"ZH02": " "}, DAY)
    with transaction() as db:
        service.return_check(db, STREET, check, {"ZH02": "请补拍全景", "": "两处需要说明"}, DAY)
    seen = view(check)
    assert (seen.state, seen.lines["ZH02"].comment, seen.steps[-1].comments[""]) == (
        "returned",
        "请补拍全景",
        "两处需要说明",
    )
    assert seen.draft.results["ZH01"].result == "zero"  # what the street changed is in the working paper
    with transaction() as db:
        results_now = {**FOUND, "ZH02": finding("2"), "ZH01": finding("zero")}
        service.save_draft(db, ZHANG, check, {"results": results_now, "clean": True}, version_of(check))
        service.submit(db, ZHANG, check, DAY)
    assert results(check) == {"ZH01": ("zero", "review"), "ZH02": ("2", "inspection")}
    assert [step.step for step in view(check).steps] == ["draft", "submitted", "returned", "submitted"]


@pytest.mark.both_databases
def test_confirmed_is_final_but_for_a_correction():
    check = submitted(FOUND)
    with transaction() as db:
        service.confirm(db, STREET, check, DAY)
    for deed in (
        lambda db: service.adjust_item(db, STREET, check, "ZH02", "1", "理由", DAY),
        lambda db: service.return_check(db, STREET, check, {"": "理由"}, DAY),
        lambda db: service.confirm(db, STREET, check, DAY),
        lambda db: service.save_draft(db, ZHANG, check, {}, version_of(check)),
    ):
        with pytest.raises(Conflict), transaction() as db:
            deed(db)
    with pytest.raises(NotAllowed), transaction() as db:
        service.correct_item(db, STREET, check, "ZH02", "1", "理由", DAY)
    with transaction() as db:
        assert service.correct_item(db, OFFICER, check, "ZH02", "1", "核实后只有一处", DAY) is True
    assert results(check)["ZH02"] == ("1", "correction")
    assert (view(check).lines["ZH02"].original, view(check).state) == ("3", "confirmed")


def test_a_submitted_check_cannot_be_corrected():
    check = submitted(FOUND)
    with pytest.raises(Conflict), transaction() as db:
        service.correct_item(db, OFFICER, check, "ZH02", "1", "理由", DAY)


def test_review_ends_at_the_border_of_the_street():
    check = submitted(FOUND)
    for deed in (
        lambda db: service.confirm(db, FUYONG, check, DAY),
        lambda db: service.return_check(db, FUYONG, check, {"": "理由"}, DAY),
        lambda db: service.adjust_item(db, FUYONG, check, "ZH02", "1", "理由", DAY),
    ):
        with pytest.raises(NotFound), transaction() as db:
            deed(db)


def test_nobody_reviews_the_own_check_or_one_of_interest():
    check = submitted(FOUND)
    twin = person_actor("zhang", Role.REVIEWER, "440306017000")
    for actor in (twin, ZHANG, OFFICER):
        with pytest.raises(NotAllowed), transaction() as db:
            service.confirm(db, actor, check, DAY)
    with transaction() as db:
        service.declare_interest(db, STREET, "E-1", "家人住在这里")
    with pytest.raises(NotAllowed), transaction() as db:
        service.confirm(db, STREET, check, DAY)
    with pytest.raises(NotAllowed), transaction() as db:
        service.confirm_submitted(db, STREET, [MONTH], ["E-1"], DAY)


def test_all_submitted_checks_of_a_scope_are_confirmed_once():
    mine, other = submitted(FOUND), submitted(actor=LI, estate="E-2")
    with pytest.raises(NotAllowed), transaction() as db:
        service.confirm_submitted(db, STREET, [MONTH], ["E-1", "E-2"], DAY)
    assert view(mine).state == "submitted"
    with transaction() as db:
        assert service.confirm_submitted(db, STREET, [MONTH], ["E-1"], DAY) == 1
        assert service.confirm_submitted(db, STREET, [MONTH], ["E-1"], DAY) == 0
    assert (view(mine).state, view(other).state) == ("confirmed", "submitted")
    with transaction() as db:
        assert service.confirm_submitted(db, CLI, [MONTH], ["E-1", "E-2"], DAY) == 1
    assert deeds().count("checks.confirmed") == 2


def test_drafts_and_returned_checks_stay_out_of_a_confirmation():
    check = submitted(FOUND)
    with transaction() as db:
        service.return_check(db, STREET, check, {"": "理由"}, DAY)
        assert service.confirm_submitted(db, STREET, [MONTH], ["E-1"], DAY) == 0
    assert view(check).state == "returned"


def test_the_queue_says_what_waits():
    check = submitted({**FOUND, "SB02": finding("fail")})
    with reading() as db:
        (row,) = pages.review_queue(db, STREET)
        assert (row.check_id, row.findings, row.urgent, row.adjusted, row.submitted_on) == (check, 3, 1, 0, DAY)
        assert row.score_cp == view(check).score.score_cp
        assert pages.review_queue(db, FUYONG) == []
        assert pages.counts(db, STREET)["to_review"] == 1


def test_public_findings_say_nothing_of_place_note_and_reason():
    check = submitted({"ZH02": finding("3", "1栋", "张三负责")})
    with reading() as db:
        (public,) = api.findings(db, check)
        (staff,) = api.findings(db, check, staff=True)
    assert (public.place, public.note, public.reason) == ("", "", "")
    assert (staff.place, staff.note) == (
        "1栋",
        "张三负责",
    )
    assert public.photos[0].public_sha256 is None
    assert public.photos[0].sha256 == ""
    assert staff.photos[0].sha256


@pytest.mark.both_databases
def test_checks_as_they_were_known():
    submitted(FOUND)
    before = clock.now()
    with clock.at(before + timedelta(hours=1)), transaction() as db:
        service.confirm_submitted(db, CLI, [MONTH], ["E-1"], DAY)
    with reading() as db:
        assert list(api.checks_frame(db, [MONTH])["state"]) == ["confirmed"]
        assert list(api.checks_frame(db, [MONTH], known_at=before)["state"]) == ["submitted"]
        assert api.checks_frame(db, [MONTH], known_at=before - timedelta(days=1)).empty
        assert api.checks_frame(db, [MONTH], within="440306020000").empty
        assert list(api.checks_frame(db, [MONTH], within="440306017000")["estate_code"]) == ["E-1"]
        frame = api.results_frame(db, months=[MONTH])
        assert list(frame["item_code"]) == ["ZH01", "ZH02"]
        assert list(frame["result"]) == ["half", "3"]


@pytest.mark.both_databases
def test_journals_and_versions_cannot_be_rewritten():
    check = submitted(FOUND)
    with transaction() as db:
        service.return_check(db, STREET, check, {"": "理由"}, DAY)
    for statement in (
        "UPDATE check_step SET step = 'confirmed'",
        "DELETE FROM check_step",
        "UPDATE item_result SET result = '9'",
        "DELETE FROM item_result",
        "UPDATE photo SET sha256 = ''",
        "DELETE FROM check_comment",
    ):
        with pytest.raises(DatabaseError, match="append only"), transaction() as db:
            db.execute(text(statement))


def race(*deeds) -> list[str]:
    """Run deeds at the same moment, each in a transaction of its own; how each ended."""
    gate = Barrier(len(deeds))

    def run(deed) -> str:
        gate.wait()
        try:
            with clock.on(DAY), transaction() as db:
                deed(db)
        except DomainError as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return sorted(pool.map(run, deeds))


@pytest.mark.both_databases
def test_of_two_confirmations_at_once_one_counts():
    check = submitted(FOUND)
    assert race(*[lambda db: service.confirm(db, STREET, check, DAY)] * 2) == ["Conflict", "done"]
    with reading() as db:
        steps = select(func.count()).where(CheckStep.check_id == check, CheckStep.step == "confirmed")
        assert db.scalar(steps) == 1


@pytest.mark.both_databases
def test_an_adjustment_never_slips_in_behind_a_confirmation():
    check = submitted(FOUND)
    ended = race(
        lambda db: service.confirm(db, STREET, check, DAY),
        lambda db: service.adjust_item(db, STREET, check, "ZH02", "1", "复核照片", DAY),
    )
    assert ended in (["Conflict", "done"], ["done", "done"])
    changed = results(check)["ZH02"] == ("1", "review")
    assert view(check).state == "confirmed"
    assert changed == (ended == ["done", "done"])


@pytest.mark.both_databases
def test_two_adjustments_at_once_leave_one_live_version():
    check = submitted(FOUND)
    race(*[lambda db, n=n: service.adjust_item(db, STREET, check, "ZH02", str(n), "复核照片", DAY) for n in (1, 2)])
    with reading() as db:
        live = select(func.count()).where(ItemResult.item_code == "ZH02", ItemResult.superseded_at.is_(None))
        assert db.scalar(live) == 1
    assert deeds().count("check.adjusted") == 2


@pytest.mark.both_databases
def test_two_inspectors_starting_at_once_open_one_check():
    other = person_actor("wang", Role.INSPECTOR, "440306017010")
    deeds_ = [lambda db, who=who: service.start_check(db, who, "E-1", MONTH, DAY) for who in (ZHANG, other)]
    assert race(*deeds_) == ["done", "done"]
    assert deeds().count("check.started") == 1


def test_released_copy_is_public_until_it_is_taken_back():
    check = submitted(FOUND)
    photo_id = view(check).lines["ZH02"].photos[0].id
    with pytest.raises(NotFound), transaction() as db:
        service.release_photo(db, FUYONG, photo_id, [])
    with pytest.raises(NotAllowed), transaction() as db:
        service.release_photo(db, ZHANG, photo_id, [])
    with transaction() as db:
        copy = service.release_photo(db, STREET, photo_id, [(1000, 1000, 5000, 5000)])
        assert service.release_photo(db, STREET, photo_id, [(1000, 1000, 5000, 5000)]) == copy
    with reading() as db:
        assert next(f for f in api.findings(db, check) if f.item_code == "ZH02").photos[0].public_sha256 == copy
    with transaction() as db:
        assert service.withdraw_photo(db, STREET, photo_id, "露出车牌") is True
        assert service.withdraw_photo(db, STREET, photo_id, "露出车牌") is False
    assert view(check).lines["ZH02"].photos[0].public_sha256 is None
    assert (deeds().count("photo.released"), deeds().count("photo.withdrawn")) == (1, 1)


def test_a_check_in_which_nothing_applies_has_no_score(instance):
    from scoring.checks.reading import score_preview
    from scoring.standards import api as standards

    with reading() as db:
        frame = standards.frame(db, "2025.1")
    assert score_preview(frame, {code: "na" for code in frame.index}).score_cp is None
    check = submitted({code: finding("na", "", "没有") for code in frame.index if code != "ZH01"})
    with pytest.raises(DomainError, match="都不适用"), transaction() as db:
        service.adjust_item(db, STREET, check, "ZH01", "na", "没有", date(2026, 10, 12))


def test_filled_again_after_a_return_keeps_the_photos():
    check = submitted(FOUND)
    with transaction() as db:
        service.return_check(db, STREET, check, {"": "理由"}, DAY)
    filled(check, FOUND)
    with transaction() as db:
        service.submit(db, ZHANG, check, DAY)
    assert results(check) == {"ZH01": ("half", "inspection"), "ZH02": ("3", "inspection")}
