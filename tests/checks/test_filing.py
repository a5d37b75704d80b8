"""From the first tap to the street's desk: what a check asks for, and what it costs."""

from datetime import date

import pytest

from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, InputRefused, NotAllowed, NotFound
from scoring.checks import reading as pages
from scoring.checks import service
from scoring.standards import api as standards
from tests.checks.district import (
    DAY,
    FUYONG,
    LI,
    MONTH,
    STREET,
    ZHANG,
    codes,
    deeds,
    filled,
    finding,
    photo,
    started,
    submitted,
    version_of,
    view,
)

pytestmark = pytest.mark.usefixtures("district")


def refused(check: str, actor=ZHANG, on=DAY) -> list[str]:
    with pytest.raises(InputRefused) as caught, transaction() as db:
        service.submit(db, actor, check, on)
    return [problem.cell for problem in caught.value.problems]


@pytest.mark.both_databases
def test_a_clean_check_costs_a_photo_of_each_class_c_item_and_scores_100():
    check = started()
    with transaction() as db:
        service.save_draft(db, ZHANG, check, {"clean": True}, 1)
    assert refused(check) == codes("C")
    filled(check)
    with transaction() as db:
        assert service.submit(db, ZHANG, check, DAY) == 10000
    seen = view(check)
    assert (seen.state, seen.score.score_cp, seen.findings) == ("submitted", 10000, [])


@pytest.mark.both_databases
def test_findings_are_scored_and_stored_as_exceptions():
    check = submitted({"ZH02": finding("3"), "ZH01": finding("half"), "SB02": finding("na", "", "没有电梯")})
    seen = view(check)
    assert {line.item.item_code: (line.result, line.lost_cp) for line in seen.findings} == {
        "ZH02": ("3", 150), "ZH01": ("half", 100), "SB02": ("na", None),
    }  # fmt: skip
    assert (seen.score.earned_cp, seen.score.applicable_cp) == (10000 - 200 - 250, 9800)
    assert seen.score.score_cp == (2 * 10000 * 9550 + 9800) // (2 * 9800)
    assert seen.score.by_category["ZH"] == (1400 - 250, 1400)
    with reading() as db:
        frame = standards.frame(db, seen.standard.version)
    assert seen.score == pages.score_preview(frame, {"ZH02": "3", "ZH01": "half", "SB02": "na"})


def test_every_open_item_is_named():
    check = started()
    with transaction() as db:
        service.save_draft(db, ZHANG, check, {"passed_categories": ["ZH"]}, 1)
    assert refused(check) == [code for code in codes() if not code.startswith("ZH")]


def test_finding_needs_place_and_photo_and_na_a_reason():
    check = started()
    filled(check)
    with transaction() as db:
        results = {"ZH02": {"result": "1"}, "ZH03": {"result": "na"}}
        service.save_draft(db, ZHANG, check, {"results": results, "clean": True}, version_of(check))
    assert refused(check) == ["ZH02", "ZH02", "ZH03"]


def test_a_photo_taken_off_does_not_count():
    check = started()
    filled(check)
    photo_id = view(check).lines["SB02"].photos[0].id
    with transaction() as db:
        service.save_draft(db, ZHANG, check, {"clean": True, "detached": [photo_id]}, version_of(check))
    assert refused(check) == ["SB02"]
    assert view(check).lines["SB02"].photos == ()


@pytest.mark.parametrize(
    "payload",
    [
        {"results": {"XX99": {"result": "1"}}},
        {"results": {"ZH01": {"result": "3"}}},
        {"results": {"ZH02": {"result": "half"}}},
        {"results": {"ZH02": {"result": "1", "note": "长" * 501}}},
        {"passed_categories": ["XX"]},
    ],
)
def test_impossible_answers_are_refused(payload):
    check = started()
    with pytest.raises(DomainError), transaction() as db:
        service.save_draft(db, ZHANG, check, payload, 1)


def test_another_device_does_not_overwrite():
    check = started()
    with transaction() as db:
        assert service.save_draft(db, ZHANG, check, {"passed_categories": ["ZH"]}, 1) == 2
    with pytest.raises(Conflict), transaction() as db:
        service.save_draft(db, ZHANG, check, {"clean": True}, 1)
    assert view(check).draft.passed_categories == ("ZH",)


def test_one_check_an_estate_and_month():
    check = started()
    assert started() == check
    assert deeds().count("check.started") == 1
    filled(check)
    with transaction() as db:
        service.submit(db, ZHANG, check, DAY)
    with pytest.raises(Conflict):
        started()
    with pytest.raises(Conflict), transaction() as db:
        service.submit(db, ZHANG, check, DAY)


def test_only_in_the_own_community():
    with pytest.raises(NotFound):
        started(actor=LI)
    check = started()
    with pytest.raises(NotFound), transaction() as db:
        service.submit(db, LI, check, DAY)
    with pytest.raises(NotAllowed):
        started(actor=STREET)
    with reading() as db, pytest.raises(NotFound):
        pages.visible_check(db, FUYONG, check)


def test_not_of_a_future_month_or_day():
    with pytest.raises(DomainError):
        started(month="2026-11")
    with pytest.raises(DomainError), transaction() as db:
        service.start_check(db, ZHANG, "E-1", MONTH, DAY, inspected_on=date(2026, 10, 13))
    with pytest.raises(DomainError), transaction() as db:
        service.start_check(db, ZHANG, "E-1", MONTH, DAY, inspected_on=date(2026, 9, 30))


def test_day_of_the_visit_can_be_mended():
    check = started()
    with transaction() as db:
        assert service.set_inspected_on(db, ZHANG, check, date(2026, 10, 9), DAY) is True
        assert service.set_inspected_on(db, ZHANG, check, date(2026, 10, 9), DAY) is False
    assert view(check).inspected_on == date(2026, 10, 9)


def test_after_the_tenth_of_the_next_month_only_with_permission():
    check = started()
    filled(check)
    with transaction() as db:
        service.permit_late(db, STREET, "E-1", "2026-09", "台风", DAY)  # another month does not help
    late = date(2026, 11, 11)
    with clock.on(late):
        with pytest.raises(DomainError, match="提交期限（2026-11-10）已过"), transaction() as db:
            service.submit(db, ZHANG, check, late)
        with pytest.raises(NotFound), transaction() as db:
            service.permit_late(db, FUYONG, "E-1", MONTH, "台风", late)
        with pytest.raises(NotAllowed), transaction() as db:
            service.permit_late(db, ZHANG, "E-1", MONTH, "台风", late)
        with pytest.raises(DomainError), transaction() as db:
            service.permit_late(db, STREET, "E-1", MONTH, " ", late)
        with transaction() as db:
            assert service.permit_late(db, STREET, "E-1", MONTH, "台风", late) is True
            assert service.permit_late(db, STREET, "E-1", MONTH, "台风", late) is False
            service.submit(db, ZHANG, check, late)
    assert view(check).state == "submitted"
    assert deeds().count("check.late_permitted") == 2


def test_on_the_tenth_itself_it_is_in_time():
    check = started()
    filled(check)
    with clock.on(date(2026, 11, 10)), transaction() as db:
        service.submit(db, ZHANG, check, date(2026, 11, 10))


def test_declared_interest_bars_until_it_is_ended():
    check = started()
    with transaction() as db:
        assert service.declare_interest(db, ZHANG, "E-1", "家人住在这里") is True
        assert service.declare_interest(db, ZHANG, "E-1", "家人住在这里") is False
    for deed in (
        lambda db: service.submit(db, ZHANG, check, DAY),
        lambda db: service.save_draft(db, ZHANG, check, {}, 1),
    ):
        with pytest.raises(NotAllowed), transaction() as db:
            deed(db)
    with pytest.raises(NotAllowed), transaction() as db:
        service.end_interest(db, ZHANG, "zhang", "E-1", "搬走了")
    with transaction() as db:
        assert service.end_interest(db, STREET, "zhang", "E-1", "搬走了") is True
    assert started() == check


@pytest.mark.parametrize("data", [b"", b"<svg/>", photo()[:200], b"%PDF-1.7", photo() + b"x" * (16 * 1024 * 1024)])
def test_what_is_no_photo_is_refused_and_nothing_stored(data):
    check = started()
    with pytest.raises(DomainError), transaction() as db:
        service.add_photo(db, ZHANG, check, "ZH01", data, "坏.jpg")
    assert view(check).lines["ZH01"].photos == ()


def test_the_same_photo_twice_is_kept_once():
    check = started()
    with transaction() as db:
        first = service.add_photo(db, ZHANG, check, "ZH01", photo(), "a.jpg")
        assert service.add_photo(db, ZHANG, check, "ZH01", photo(), "b.jpg") == first
        assert service.add_photo(db, ZHANG, check, "ZH02", photo(), "b.jpg").id != first.id


def test_the_inspectors_month():
    with reading() as db:
        row = pages.inspector_month(db, ZHANG, MONTH)[0]
        assert (row.estate_code, row.state, row.due, row.barred) == ("E-1", "", date(2026, 11, 10), False)
        assert len(pages.inspector_month(db, ZHANG, MONTH)) == 1
        assert pages.counts(db, ZHANG) == {"to_check": 1, "drafts": 0, "returned": 0, "to_review": 0}
    check = started()
    with transaction() as db:
        service.save_draft(db, ZHANG, check, {"passed_categories": ["ZH"]}, 1)
    with reading() as db:
        row = pages.inspector_month(db, ZHANG, MONTH)[0]
        assert (row.check_id, row.state, row.decided, row.items) == (check, "draft", 10, 68)
        assert pages.counts(db, ZHANG)["drafts"] == 1
        assert [item.title for item in pages.work_items(db, ZHANG)] == ["完成检查草稿"]
