"""The figures of the centre: what is counted, what is hidden from the public, and who reads the office's page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from mediation.cases import api as cases
from mediation.statistics import hiding, queries
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading, transaction
from tests.mediation import centre
from tests.pages import StrictClient

CELLS = st.tuples(st.sampled_from(tuple("abcd")), st.sampled_from(tuple("wxyz")))
TABLES = st.dictionaries(CELLS, st.integers(0, 30), max_size=16).map(
    lambda found: {(row, column): found.get((row, column), 0) for row in "abcd" for column in "wxyz"}
)


def follows(cells: dict[tuple[str, str], int], gone: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The hidden cells that follow by adding and subtracting: those that no change of the hidden ones leaves open."""
    unknown = sorted(gone)
    lines = []
    for axis in (0, 1):
        for name in {cell[axis] for cell in cells}:
            line = [0.0] * len(unknown)
            for cell in (one for one in cells if one[axis] == name and one in gone):
                line[unknown.index(cell)] = -1.0 if cell[1 - axis] == hiding.TOTAL else 1.0
            lines.append(line)
    known = numpy.array(lines)
    rank = numpy.linalg.matrix_rank(known) if unknown else 0
    return {
        cell
        for place, cell in enumerate(unknown)
        if numpy.linalg.matrix_rank(numpy.vstack([known, numpy.eye(len(unknown))[place]])) == rank
    }


@given(TABLES, st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_hidden_number_follows_from_those_shown(inner: dict[tuple[str, str], int], has_rest: bool) -> None:
    """By linear algebra over every row, column and total; a column that is never shown may follow, if it is not small."""
    cells = hiding.with_totals(inner)
    never = {cell for cell in cells if cell[1] == "z"} if has_rest else set()
    gone = hiding.hidden(inner, never)
    assert all(count >= hiding.FEWEST for cell, count in cells.items() if cell not in gone)
    assert not follows(cells, gone) - never
    for axis in (0, 1):
        for cell in gone - never:
            line = [one for one in cells if one[axis] == cell[axis]]
            inside = [one for one in line if one in gone and one[1 - axis] != hiding.TOTAL]
            total = next(one for one in line if one[1 - axis] == hiding.TOTAL)
            assert total in gone or sum(cells[one] for one in inside) >= hiding.FEWEST


def test_the_attack_finds_what_is_hidden_badly() -> None:
    """Hidden alone, a cell follows from its row; so the attack above would find it."""
    inner = {("a", "w"): 9, ("a", "x"): 2, ("b", "w"): 9, ("b", "x"): 9}
    cells = hiding.with_totals(inner)
    assert follows(cells, {("a", "x")}) == {("a", "x")}
    assert follows(cells, {("a", "x"), ("b", "x")}) == {("a", "x"), ("b", "x")}


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
        assert found.as_of is None
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
    assert "件数还少" in page
    assert "不公布" in page
    assert "少于5件</span>" not in page


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


@pytest.mark.both_databases
@pytest.mark.usefixtures("instance")
def test_the_sums_of_the_night_say_what_counting_says() -> None:
    """Added up by the worker and counted from the journals, a span of whole months has the same figures; old sums are not used."""
    centre.found()
    with clock.on(centre.TODAY):
        ids = [*_file(3), *_file(2, "fees")]
        with transaction() as db:
            asked = _accepted(db, ids[0])
            cases.answer(db, centre.FIRM, asked, True)
            cases.appoint(db, centre.REGISTRAR, ids[0], centre.MEDIATORS[0].login)
            centre.agreed(db, ids[0])
            _accepted(db, ids[1])
    since, until = date(2026, 6, 1), date(2026, 6, 30)
    with clock.on(date(2026, 7, 2)):
        with reading() as db:
            counted = [queries.report(db, since, until, place) for place in (None, "440306001000")]
            answered = cases.response_rates(db, since, until)
            assert counted[0].as_of is None
        with transaction() as db:
            assert cases.add_up(db) == cases.add_up(db) > 5
        with reading() as db:
            added = [queries.report(db, since, until, place) for place in (None, "440306001000")]
            assert [one.as_of for one in added] == [date(2026, 7, 2)] * 2
            assert [replace(one, as_of=None) for one in added] == counted
            assert cases.response_rates(db, since, until) == answered == {centre.COMPANY: (2, 1)}
            assert queries.report(db, since, date(2026, 6, 20)).as_of is None
    with clock.on(date(2026, 7, 5)), reading() as db:
        assert queries.report(db, since, until).as_of is None, "the worker stood still"


def _accepted(db: Session, case_id: str) -> str:
    cases.take_up(db, centre.REGISTRAR, case_id)
    return cases.accept(db, centre.REGISTRAR, case_id)


@pytest.mark.usefixtures("instance")
def test_the_guide_and_the_counts_together_tell_of_nobody(client: StrictClient) -> None:
    """Kinds, ends and both are hidden together: what pages show leaves every hidden number open."""
    centre.found()
    with clock.on(centre.TODAY):
        for kind, ended, still in (("repair", 6, 3), ("fees", 7, 0), ("noise", 1, 5), ("parking", 12, 9)):
            many = _file(ended + still, kind)
            for case_id in many[:ended]:
                with transaction() as db:
                    cases.withdraw(db, centre.party_of(db, case_id), case_id)
    with clock.on(date(2026, 7, 2)), reading() as db:
        found, shown = queries.public_report(db)
        cells = {(one.code, end): found.outcomes.get((one.code, end), 0) for one in found.kinds for end in queries.ENDS}
        cells |= {
            (one.code, "-"): one.filed - sum(cells[(one.code, end)] for end in queries.ENDS) for one in found.kinds
        }
        told = {("", ""): shown.filed, **{(kind, ""): n for kind, n in shown.kinds.items()},
                **{("", end): n for end, n in shown.ends.items()}, **shown.outcomes}  # fmt: skip
        whole = hiding.with_totals(cells)
        assert all(count is None or count == whole[cell] for cell, count in told.items())
        gone = {cell for cell in whole if told.get(cell) is None}
        secret = {cell for cell in gone if cell in told}
        assert ("noise", "withdrawn") in secret
        assert not follows(whole, gone) & secret
        assert any(count is not None for cell, count in told.items() if "" not in cell), (
            "the guide still tells something"
        )
        assert (
            "不公布" in client.get("/mediation/guide/noise").text
            or "这类案件怎么结束" not in client.get("/mediation/guide/noise").text
        )
