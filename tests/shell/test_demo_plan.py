"""The demo district shows both lists whatever its seed and size: one estate is sure to come onto the red one."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kernel import clock
from portal.kernel.errors import DomainError
from portal.kernel.periods import Month
from portal.shell.demo import adverse, api, credit, funds, story
from portal.shell.demo.acts import Cast
from portal.shell.demo.plan import make

YEAR = (date(2025, 1, 1), date(2025, 12, 31))


@settings(max_examples=100)
@given(st.integers(30, 80), st.integers())
def test_one_estate_is_sure_to_come_onto_the_red_list(count, seed):
    plan = make(count, seed)
    sure, company = plan.exemplar, plan.companies[0][0]
    serving = [(one.uscc, one.starts_on <= YEAR[0], one.ends_on) for one in plan.contracts if one.estate == sure.code]
    assert serving == [(company, True, None)]
    assert sure not in adverse.late_red(plan), "its survey is in time"
    assert sure in funds.disclosing(plan)
    assert sure in funds._Story(plan, Cast(plan), Month(2026, 10)).prompt, "its statements are in time"
    blamed = {plan.companies[place][0] for code, _level, place in credit.EVENTS if code.startswith("B")}
    assert company not in blamed


def test_the_story_ends_on_a_day_of_its_own():
    assert clock.district_date(story.end(Month(2025, 12))) == date(2026, 11, 20)
    assert clock.district_date(story.end(Month(2026, 10))) == date(2026, 11, 20)
    assert clock.district_date(story.end(Month(2027, 2))) == date(2027, 3, 20)


@pytest.mark.parametrize(("until", "why"), [("2030-01", "2030-01还没有到"), ("2024-12", "从2025-01开始")])
def test_a_month_out_of_the_story_is_refused(instance, until, why):
    """Before anything is written: a good month can be given next."""
    said: list[str] = []
    with pytest.raises(DomainError, match=rf"{why}.*请给--until填写2025-01至{Month.of(clock.today())}之间的月份。"):
        api.load(estates=1, seed=1, until=Month.parse(until), say=said.append)
    assert not said
