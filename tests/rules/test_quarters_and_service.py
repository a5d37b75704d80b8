"""Quarters, ranks, dates and service against the oracle."""

import datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules import errors
from scoring.rules.dates import add_months, last_day, next_day, parse_day, previous_day, print_day
from scoring.rules.quarters import quarter_scores
from scoring.rules.service import served_six_months, service_on
from tests.rules import oracle

KINDS = ["commodity", "village", "affordable"]
STREETS = ["440306017010", "440306017020", "440306020000", "440306020011", "440307001001"]
CLOSE = st.one_of(st.integers(8998, 9002), st.integers(0, 10000))
ESTATE = st.tuples(st.sampled_from(KINDS), st.sampled_from(STREETS), st.lists(CLOSE, max_size=3))


@settings(max_examples=80, deadline=None)
@given(st.lists(ESTATE, max_size=60))
def test_quarters_and_ranks_agree_with_the_oracle(district):
    codes = [f"E{number}" for number in range(len(district))]
    estates = pd.DataFrame(
        [(code, kind, street) for code, (kind, street, _) in zip(codes, district, strict=True)],
        columns=["estate_code", "kind", "street_code"],
    )
    rows = [(code, points) for code, (*_, months) in zip(codes, district, strict=True) for points in months]
    months = pd.DataFrame(rows, columns=["estate_code", "score_cp"]).sample(frac=1, random_state=3)
    scores = [oracle.mean(points) for *_, points in district]
    got = quarter_scores(months, estates)
    for number, (kind, street, points) in enumerate(district):
        row = got.iloc[number]
        alike = [(s, other[1]) for s, other in zip(scores, district, strict=True) if other[0] == kind]
        district_rank = oracle.rank(scores[number], [s for s, where in alike if where[:6] == street[:6]])
        street_rank = oracle.rank(scores[number], [s for s, where in alike if where[:9] == street[:9]])
        values = [None if pd.isna(v) else int(v) for v in (row.score_cp, row.rank_district, row.rank_street)]
        assert values == [scores[number], district_rank, street_rank]
        assert row.estate_code == codes[number]
        assert row.months == len(points)
        assert row.status == ("insufficient_data" if scores[number] is None else "published")


def test_quarters_refuse_strangers_four_months_and_impossible_points():
    estates = pd.DataFrame({"estate_code": ["E1"], "kind": ["village"], "street_code": ["440306017000"]})

    def run(*rows):
        return quarter_scores(pd.DataFrame(rows, columns=["estate_code", "score_cp"]), estates)

    with pytest.raises(errors.UnknownEstate, match="E2"):
        run(("E2", 9000))
    with pytest.raises(errors.TooManyMonths, match="E1"):
        run(*[("E1", 9000)] * 4)
    for points in (-1, 10001, None):
        with pytest.raises(errors.BadPoints, match="E1"):
            run(("E1", points))
    with pytest.raises(errors.DuplicateFact, match="E1"):
        quarter_scores(pd.DataFrame(columns=["estate_code", "score_cp"]), pd.concat([estates, estates]))


DATES = st.dates(datetime.date(2019, 1, 1), datetime.date(2033, 12, 31))


@settings(max_examples=300, deadline=None)
@given(DATES, st.integers(2020, 2032))
def test_six_months_of_service_agree_with_the_oracle(start, year):
    near = datetime.date(year, 6, 20) + datetime.timedelta(days=start.toordinal() % 25)
    for day in (start, near):
        assert served_six_months(day.isoformat(), year) == oracle.six_months_by_year_end(day, year)


def test_six_months_turn_on_the_first_of_july():
    assert served_six_months("2025-07-01", 2025)
    assert not served_six_months("2025-07-02", 2025)


@settings(max_examples=300, deadline=None)
@given(DATES)
def test_days_follow_the_calendar(day):
    text = day.isoformat()
    assert parse_day(day) == (day.year, day.month, day.day)
    assert print_day(next_day(parse_day(text))) == (day + datetime.timedelta(days=1)).isoformat()
    assert print_day(previous_day(parse_day(text))) == (day - datetime.timedelta(days=1)).isoformat()


def test_months_end_where_the_month_ends():
    assert add_months((2025, 8, 31), 6) == (2026, 2, 28)
    assert add_months((2027, 8, 31), 6) == (2028, 2, 29)
    assert add_months((2025, 12, 31), 12) == (2026, 12, 31)
    assert last_day("2026-01-25", 12) == "2027-01-24"
    assert last_day("2028-02-29", 12) == "2029-02-27"


@pytest.mark.parametrize(
    "text", ["2025-02-29", "2025-13-01", "2025-1-01", "20250101", "", None, "2025-00-10", "2025-01-00"]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(errors.BadDate):
        parse_day(text)


@st.composite
def contract_lines(draw):
    """Contracts of one estate that do not overlap, with and without gaps, the last perhaps open."""
    begins, rows = datetime.date(2024, 11, 1), []
    for _ in range(draw(st.integers(0, 5))):
        begins += datetime.timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 40])))
        ends = begins + datetime.timedelta(days=draw(st.sampled_from([0, 30, 100, 200, 400])))
        rows.append([draw(st.sampled_from(["U1", "U2"])), draw(st.sampled_from(["M1", "M2"])), begins, ends])
        begins = ends + datetime.timedelta(days=1)
    if rows and draw(st.booleans()):
        rows[-1][3] = None
    return draw(st.permutations(rows))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(contract_lines(), min_size=1, max_size=8), st.dates(datetime.date(2025, 1, 1), datetime.date(2026, 12, 31))
)
def test_service_agrees_with_walking_back_day_by_day(estates, day):
    rows = [
        (f"E{n}", uscc, person, begins.isoformat(), ends.isoformat() if ends else "")
        for n, contracts in enumerate(estates)
        for uscc, person, begins, ends in contracts
    ]
    frame = pd.DataFrame(rows, columns=["estate_code", "uscc", "manager_code", "starts_on", "ends_on"])
    got = {row[0]: row[1:] for row in service_on(frame, day).itertuples(index=False, name=None)}
    for number, contracts in enumerate(estates):
        serving = oracle.service(contracts, day)
        expected = None if serving is None else (serving[0], serving[1], serving[2].isoformat())
        assert got.get(f"E{number}") == expected


def test_overlapping_contracts_are_refused():
    frame = pd.DataFrame(
        [("E7", "U1", "M1", "2025-01-01", None), ("E7", "U2", "M1", "2025-05-01", "2025-06-01")],
        columns=["estate_code", "uscc", "manager_code", "starts_on", "ends_on"],
    )
    with pytest.raises(errors.OverlappingContracts, match="E7"):
        service_on(frame, "2025-12-31")


def test_the_last_day_of_a_contract_is_served():
    frame = pd.DataFrame(
        [("E1", "U1", "M1", "2025-01-01", "2025-12-31")],
        columns=["estate_code", "uscc", "manager_code", "starts_on", "ends_on"],
    )
    served = {day: len(service_on(frame, day)) for day in ("2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01")}
    assert served == {"2024-12-31": 0, "2025-01-01": 1, "2025-12-31": 1, "2026-01-01": 0}
