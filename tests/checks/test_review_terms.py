"""The street's time to review: it begins with each submission, ends with each deed of the street, and not for old months."""

from datetime import date

import pytest

from portal.deadlines import api as deadlines
from portal.kernel import clock, hooks
from portal.kernel.db import reading, transaction
from scoring.checks import service
from tests.checks.district import DAY, FUYONG, HEADER, STREET, bring, submitted

SHEET = HEADER + "E-1,2026-09,2026-09-12,zhang,ZH02,3,\nE-2,2026-09,2026-09-15,li,*,pass,\n"


def terms(*checks: str) -> list[tuple[date, str]]:
    """(last day, outcome) of each deadline of these checks."""
    with clock.on(DAY), reading() as db:
        found = deadlines.of_subjects(db, [f"check:{check}" for check in checks])
        return [(one.last_day, one.outcome) for views in found.values() for one in views]


def waiting(actor) -> list[str]:
    with clock.on(DAY), reading() as db:
        return [one.title for one in deadlines.waiting_for(db, actor)]


@pytest.mark.usefixtures("district")
def test_each_submission_starts_the_clock_and_each_deed_stops_it():
    check = submitted()
    assert terms(check) == [(date(2026, 10, 19), "")]
    with clock.on(DAY), transaction() as db:
        service.return_check(db, STREET, check, {"": "请补充"}, DAY)
    assert terms(check) == [(date(2026, 10, 19), "returned")]
    assert waiting(STREET) == []


@pytest.mark.both_databases
@pytest.mark.usefixtures("district")
def test_a_sheet_starts_them_all_and_a_better_one_starts_anew():
    bring(SHEET)
    assert [title[-7:] for title in waiting(STREET) + waiting(FUYONG)] == ["2026-09", "2026-09"]
    bring(SHEET)
    bring(SHEET.replace("ZH02,3", "ZH02,2"))
    with clock.on(DAY), reading() as db:
        done = deadlines.on_time(db)
        assert (done.on_time, deadlines.counts_for(db, STREET), deadlines.counts_for(db, FUYONG)) == (1, (1, 0), (1, 0))
    with clock.on(DAY), transaction() as db:
        assert service.confirm_submitted(db, STREET, ["2026-09"], ["E-1"], DAY) == 1
    assert waiting(STREET) == []


@pytest.mark.usefixtures("district")
def test_nobody_waits_for_a_month_whose_quarter_is_published(monkeypatch):
    released = lambda _db, quarters: {"2026Q3"} & set(quarters)  # noqa: E731
    monkeypatch.setitem(hooks._subscribers, "quarters.released", [released])
    bring(SHEET)
    assert waiting(STREET) == []
