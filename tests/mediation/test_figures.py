"""The figures of the centre: what is counted, what is hidden from the public, and who reads the office's page."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.cases import api as cases
from mediation.statistics import queries
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading, transaction
from tests.mediation import centre
from tests.pages import StrictClient


@given(st.dictionaries(st.sampled_from(tuple("abcdefgh")), st.integers(0, 40), max_size=8))
def test_a_hidden_number_cannot_be_told_from_the_sum(counts: dict[str, int]) -> None:
    """Small numbers are never shown, and never is exactly one hidden where another could hide with it."""
    shown = queries.hidden_small(counts)
    assert all(count is None or count >= queries.FEWEST for count in shown.values())
    hidden = [code for code, count in shown.items() if count is None]
    assert len(hidden) != 1 or len(counts) == 1
    assert all(shown[code] == counts[code] for code in counts if code not in hidden)


def _file(count: int, kind: str = "repair") -> list[str]:
    with transaction() as db:
        return [
            cases.file_case(
                db, cases.visitor(),
                cases.NewCase(centre.E1, kind, "漏水", [cases.NewParty("owner", f"业主{n}")],
                              [cases.NewParty("enterprise", "甲公司", uscc=centre.COMPANY)]),
            ).case_id
            for n in range(count)
        ]  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.usefixtures("instance")
def test_stays_rates_and_places() -> None:
    """Days in a state count from step to step; a case still in it adds none."""
    centre.found()
    with clock.on(centre.TODAY):
        first, _second = _file(2)
    with clock.on(centre.TODAY + timedelta(days=2)), transaction() as db:
        cases.take_up(db, centre.REGISTRAR, first)
    with reading() as db:
        found = queries.report(db, centre.TODAY, centre.TODAY)
        stay = {one.step: one for one in found.stays}
        assert (stay["submitted"].reached, stay["submitted"].now, stay["submitted"].tenths) == (2, 1, 20)
        assert (stay["acceptance_check"].now, stay["acceptance_check"].tenths) == (1, None)
        assert found.whole == queries.Line("", 2, 0, 0)
        assert found.estates == ((centre.E1, 2),)
        assert queries.report(db, centre.TODAY, centre.TODAY, "440306025000").whole.filed == 0


@pytest.mark.usefixtures("instance")
def test_the_public_page_hides_small_numbers(client: StrictClient) -> None:
    """Four cases say nothing; nine of two kinds say how many in all, and neither kind when one is small."""
    centre.found()
    with clock.on(centre.TODAY):
        _file(4)
    with clock.on(centre.TODAY + timedelta(days=40)):
        assert "这段时间的案件很少" in client.get("/mediation/counts").text
    with clock.on(centre.TODAY):
        _file(5, "fees")
    with clock.on(centre.TODAY + timedelta(days=40)):
        page = client.get("/mediation/counts").text
    assert "一共收到9件" in page
    assert page.count("少于5件</span>") >= 2


@pytest.mark.usefixtures("instance")
def test_a_street_reads_its_own_figures_only(signed_in: Callable[..., StrictClient]) -> None:
    """A registrar of a street sees the street; raters see no page at all."""
    centre.found()
    street, other = "440306017000", "440306018000"
    mine = signed_in(Role.REGISTRAR, division=street)
    assert mine.get("/mediation/statistics").status_code == 200
    assert mine.get(f"/mediation/statistics?place={street}").status_code == 200
    assert mine.get(f"/mediation/statistics?place={other}").status_code == 403
    assert mine.get(f"/mediation/statistics.csv?place={other}").status_code == 403
    assert signed_in(Role.OFFICER).get("/mediation/statistics").status_code == 403


def test_the_span_is_whole_months() -> None:
    """Twelve whole months before today."""
    assert queries.last_months(date(2026, 11, 22)) == (date(2025, 11, 1), date(2026, 10, 31))
