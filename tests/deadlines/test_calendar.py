"""The working-day table: what a change would move is shown first, done whole or not at all, and only what was shown."""

from datetime import date

import pytest
from bs4 import BeautifulSoup

from portal.deadlines import api
from portal.deadlines.service import workdays
from portal.deadlines.service.workdays import CalendarChange
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError
from tests.deadlines.acts import OFFICER, RULE, do, last_day, seen, start

MONDAY = date(2026, 3, 2)
OFF = CalendarChange({date(2026, 3, 5): "off"}, "市政府关于台风停工的通知")


def shown(wanted: CalendarChange) -> workdays.Preview:
    with clock.on(MONDAY), reading() as db:
        return workdays.preview(db, wanted)


def change(wanted: CalendarChange, mark: str) -> workdays.Preview:
    with clock.on(MONDAY), transaction() as db:
        return workdays.change(db, OFFICER, wanted, mark)


@pytest.mark.both_databases
def test_a_change_moves_what_it_showed(instance):
    start("check:moves", MONDAY)
    start("check:days", MONDAY, "finding.B")
    start("check:done", MONDAY)
    do(MONDAY, "close", RULE, "check:done")
    start("check:past", date(2026, 2, 24))
    found = shown(OFF)
    assert [(move.title, move.old_day, move.new_day) for move in found.moves] == [
        ("某小区 check:moves", date(2026, 3, 9), date(2026, 3, 10))
    ]
    assert last_day("check:moves", MONDAY) == date(2026, 3, 9), "a preview changes nothing"
    change(OFF, found.mark)
    assert last_day("check:moves", MONDAY) == date(2026, 3, 10)
    assert last_day("check:days", MONDAY) == date(2026, 3, 9)
    assert last_day("check:done", MONDAY) == date(2026, 3, 9), "what is closed stays as it was judged"
    with reading() as db:
        assert not api.is_working_day(db, date(2026, 3, 5))
    with pytest.raises(DomainError, match="没有改动"):
        shown(OFF)
    back = CalendarChange({date(2026, 3, 5): ""}, "通知撤销")
    change(back, shown(back).mark)
    assert last_day("check:moves", MONDAY) == date(2026, 3, 9)


def test_only_what_was_shown_is_done(instance):
    start("check:a", MONDAY)
    mark = shown(OFF).mark
    start("check:b", MONDAY)
    with pytest.raises(Conflict):
        change(OFF, mark)
    assert last_day("check:a", MONDAY) == date(2026, 3, 9)


def test_a_year_is_announced_and_no_longer_provisional(instance):
    start("check:a", date(2026, 12, 30))
    assert seen("check:a", date(2026, 12, 30))[0].provisional
    assert last_day("check:a", date(2026, 12, 30)) == date(2027, 1, 7), "1 January is off by law"
    with clock.on(date(2026, 12, 30)), transaction() as db:
        wanted = workdays.whole_year(db, 2027, {date(2027, 1, 1): "off", date(2027, 1, 4): "off"}, "2027年通知")
        found = workdays.preview(db, wanted)
        assert found.announces
        workdays.change(db, OFFICER, wanted, found.mark)
    assert last_day("check:a", date(2026, 12, 30)) == date(2027, 1, 8)
    assert not seen("check:a", date(2026, 12, 30))[0].provisional
    with reading() as db:
        fewer = workdays.whole_year(db, 2027, {date(2027, 1, 1): "off"}, "更正")
        assert fewer.days == {date(2027, 1, 1): "off", date(2027, 1, 4): ""}, (
            "what a notice does not name is as its weekday"
        )


@pytest.mark.parametrize(
    ("days", "source"),
    [({date(2026, 3, 5): "work"}, "x"), ({date(2026, 3, 7): "off"}, "x"), ({date(2026, 3, 5): "off"}, " ")],
)
def test_odd_days_are_refused(instance, days, source):
    with pytest.raises(DomainError):
        shown(CalendarChange(days, source))


def test_the_pages(instance, signed_in):
    with clock.on(MONDAY):
        start("check:a", MONDAY)
        officer = signed_in(Role.OFFICER)
        page = officer.page("/calendar?year=2026")
        assert "2026-02-14" in page.get_text()
        assert "2026年的工作日历" in page.h1.get_text()
        assert "暂定" in officer.page("/calendar?year=2027").get_text()
        data = {"day": "2026-03-05", "kind": "off", "source": "台风停工通知"}
        preview = officer.submit("/calendar/day", data, page="/calendar")
        text = preview.get_data(as_text=True)
        assert [word in text for word in ("改动后有1个期限移动", "2026-03-09", "2026-03-10")] == [True] * 3
        assert officer.submit("/calendar/day", data | {"day": "2026-03-07"}, page="/calendar").status_code == 422
        fields = {name: _value(text, name) for name in ("change", "mark", "csrf_token")}
        stale = officer.post("/calendar/change", data=fields | {"mark": "0"})
        assert stale.status_code == 409
        assert officer.post("/calendar/change", data=fields).status_code == 303
        assert last_day("check:a", MONDAY) == date(2026, 3, 10)
        assert officer.post("/calendar/change", data=fields).status_code == 409, "sent twice, done once"
        sheet = {"sheet": "date,kind\n2027-01-01,放假\n2027-01-10,work\n", "notice": "2027年通知"}
        assert "改动后" in officer.submit("/calendar/year", sheet, page="/calendar").get_data(as_text=True)
        bad = officer.submit("/calendar/year", {"sheet": "2027-13-01,off", "notice": "x"}, page="/calendar")
        assert bad.status_code == 422
        assert "第1行不对" in bad.get_data(as_text=True)
        broken = officer.post("/calendar/change", data=fields | {"change": '{"days": []}'})
        assert broken.status_code == 409
        assert signed_in(Role.LEAD).get("/calendar").status_code == 403
        assert signed_in(Role.ADMIN).get("/calendar").status_code == 200


def _value(html: str, name: str) -> str:
    return str(BeautifulSoup(html, "lxml").find("input", attrs={"name": name})["value"])


def test_years_that_nobody_announced_keep_the_days_that_the_law_names(instance):
    with reading() as db:
        for start, nth, day in (
            (date(2026, 12, 31), 1, date(2027, 1, 4)),
            (date(2027, 2, 4), 1, date(2027, 2, 9)),  # the eve and three days, two of them a weekend
            (date(2027, 4, 2), 1, date(2027, 4, 6)),
            (date(2027, 9, 30), 1, date(2027, 10, 4)),
            (date(2050, 4, 29), 1, date(2050, 5, 3)),
        ):
            assert api.nth_working_day(db, start, nth) == day, start
        assert api.provisional_years(db, date(2026, 12, 31), date(2028, 1, 1)) == [2027, 2028]
        assert api.provisional_years(db, date(2025, 1, 1), date(2026, 12, 31)) == []
        assert api.nth_working_day(db, date(2026, 9, 24), 1) == date(2026, 9, 28), "an announced year is as announced"
