"""Items and months against the oracle, and the refusals."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules import errors
from scoring.rules.deductions import canonical_result, expected_results
from scoring.rules.items import item_losses, item_score
from scoring.rules.months import category_totals, month_scores
from scoring.rules.standard import ChecklistItem, item_of, standard_frame
from tests.rules import oracle

CODES = ("P0.5", "P1", "T", "BIN")
SAID = {"P0.5": ["1", "2", "3", "7", "0"], "P1": ["1", "2", "9", "0"], "T": ["half", "zero", "full"], "BIN": ["fail"]}


@st.composite
def districts(draw):
    """Two checklists and many checks with random results, as plain dicts."""
    standards = {}
    for version in ("a", "b"):
        rows = draw(st.lists(st.tuples(st.integers(1, 700), st.sampled_from(CODES)), min_size=2, max_size=9))
        standards[version] = {f"I{number}": row for number, row in enumerate(rows)}
    checks = []
    for _ in range(draw(st.integers(1, 60))):
        version = draw(st.sampled_from(["a", "b"]))
        results = {}
        for code, (_, rule) in standards[version].items():
            word = draw(st.sampled_from(["", "", *SAID[rule], "na", "pass"]))
            if word:
                results[code] = word
        checks.append((version, results))
    return standards, checks


def frames(standards, checks):
    made = {
        version: standard_frame(
            ChecklistItem(code, top, rule, f"C{number % 3}", "A")
            for number, (code, (top, rule)) in enumerate(own.items())
        )
        for version, own in standards.items()
    }
    table = pd.DataFrame(
        [(1000 + 7 * n, f"E{n}", "2025-01", version) for n, (version, _) in enumerate(checks)],
        columns=["check", "estate_code", "month", "standard"],
    )
    rows = [(1000 + 7 * n, code, word) for n, (_, results) in enumerate(checks) for code, word in results.items()]
    return table, pd.DataFrame(rows, columns=["check", "item_code", "result"]), made


@settings(max_examples=60, deadline=None)
@given(districts())
def test_months_and_categories_agree_with_the_oracle(district):
    standards, checks = district
    expected, empty = [], []
    for number, (version, results) in enumerate(checks):
        try:
            expected.append(oracle.month(results, standards[version]))
        except ZeroDivisionError:
            empty.append(str(1000 + 7 * number))
    table, rows, made = frames(standards, checks)
    if empty:
        with pytest.raises(errors.NothingApplicable) as refused:
            month_scores(table, rows, made)
        assert refused.value.names == sorted(empty)
        return
    scores = month_scores(table, rows.sample(frac=1, random_state=1), made)
    assert list(scores[["earned_cp", "applicable_cp", "score_cp"]].itertuples(index=False, name=None)) == expected
    assert scores["estate_code"].tolist() == table["estate_code"].tolist()
    assert scores["score_cp"].dtype == "int64"
    totals = category_totals(table, rows, made)
    summed = totals.groupby("check")[["earned_cp", "applicable_cp"]].sum()
    assert list(summed.itertuples(index=False, name=None)) == [(e, a) for e, a, _ in expected]
    assert (totals["applicable_cp"] - totals["earned_cp"]).tolist() == totals["lost_cp"].tolist()
    for row in totals.itertuples(index=False):
        version, results = checks[(row.check - 1000) // 7]
        own = {c: v for n, (c, v) in enumerate(standards[version].items()) if f"C{n % 3}" == row.category_code}
        lost = [oracle.item(results.get(code, "pass"), *rule) for code, rule in own.items()]
        assert (row.lost_cp, row.applicable_cp) == (sum(loss for loss, _ in lost), sum(top for _, top in lost))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 999), st.sampled_from(CODES), st.integers(0, 12)), min_size=1, max_size=60))
def test_items_agree_with_the_oracle_one_by_one_and_in_bulk(cases):
    said = [
        (top, rule, [*SAID[rule], "na", "pass", "full", "0"][pick % (len(SAID[rule]) + 4)]) for top, rule, pick in cases
    ]
    standard = standard_frame(ChecklistItem(f"I{n}", top, rule, "C", "B") for n, (top, rule, _) in enumerate(said))
    bulk = item_losses([f"I{n}" for n in range(len(said))], [word for *_, word in said], standard)
    for number, (top, rule, word) in enumerate(said):
        lost, applicable = oracle.item(word, top, rule)
        score = item_score(word, item_of(standard, f"I{number}"))
        assert (score.lost_cp, score.applicable_cp, score.earned_cp) == (lost, applicable, applicable - lost)
        assert score.applicable == (applicable > 0)
        assert (bulk["lost_cp"][number], bulk["applicable"][number]) == (lost, applicable > 0)


STANDARD = standard_frame([ChecklistItem("A1", 200, "P0.5", "A", "A"), ChecklistItem("A2", 100, "BIN", "A", "C")])
CHECK = pd.DataFrame({"check": [1], "estate_code": ["E1"], "month": ["2025-01"], "standard": ["2025.1"]})


def score(*rows, checks=CHECK, standards=None):
    results = pd.DataFrame(rows, columns=["check", "item_code", "result"])
    return month_scores(checks, results, {"2025.1": STANDARD} if standards is None else standards)


@pytest.mark.parametrize(
    ("rows", "error", "named"),
    [
        pytest.param([(1, "ZZ", "1")], errors.UnknownItem, "ZZ", id="unknown item"),
        pytest.param([(1, "A1", "half")], errors.UnknownResult, "A1: half", id="a grade where findings are counted"),
        pytest.param([(1, "A2", "1")], errors.UnknownResult, "A2: 1", id="a count where there is pass or fail"),
        pytest.param([(1, "A1", "-1")], errors.UnknownResult, "-1", id="negative count"),
        pytest.param([(1, "A1", "²")], errors.UnknownResult, "²", id="a digit that is no ASCII digit"),
        pytest.param([(1, "A1", None)], errors.UnknownResult, "empty", id="empty result"),
        pytest.param([(2, "A1", "1")], errors.UnknownCheck, "2", id="unknown check"),
        pytest.param([(1, "A1", "1"), (1, "A1", "2")], errors.DuplicateFact, "check 1, A1", id="item twice"),
        pytest.param([(1, "*", "pass"), (1, "A1", "2")], errors.StarNotAlone, "1", id="star with company"),
        pytest.param([(1, "*", "fail")], errors.StarNotAlone, "1", id="star with another word"),
        pytest.param([(1, "A1", "na"), (1, "A2", "na")], errors.NothingApplicable, "1", id="nothing applies"),
    ],
)
def test_what_is_not_known_is_refused_by_name(rows, error, named):
    with pytest.raises(error, match=named.replace("*", r"\*")):
        score(*rows)


def test_unknown_standard_and_repeated_check_are_refused():
    with pytest.raises(errors.UnknownStandard, match=r"2025\.1"):
        score(standards={})
    with pytest.raises(errors.DuplicateFact):
        score(checks=pd.concat([CHECK, CHECK]))


def test_a_clean_check_is_a_full_score_with_or_without_the_star():
    assert score()["score_cp"].tolist() == [10000]
    assert score((1, "*", "pass"))["score_cp"].tolist() == [10000]


def test_results_have_one_spelling_and_every_code_says_what_it_expects():
    assert [canonical_result(word, "P1") for word in ("full", "0", "00", "007", "na")] == [
        "pass",
        "pass",
        "pass",
        "7",
        "na",
    ]
    assert {code: expected_results(code) for code in ("P0.5", "P1", "T", "BIN")} == {
        "P0.5": "1, 2, 3 …, pass, na",
        "P1": "1, 2, 3 …, pass, na",
        "T": "half, zero, pass, na",
        "BIN": "fail, pass, na",
    }
    with pytest.raises(errors.UnknownDeduction, match="P9"):
        expected_results("P9")


@pytest.mark.parametrize(
    ("item", "error"),
    [
        (ChecklistItem("A1", 100, "P9", "A", "A"), errors.UnknownDeduction),
        (ChecklistItem("A1", 0, "P1", "A", "A"), errors.BadStandard),
        (ChecklistItem("A1", 100, "P1", "A", "X"), errors.BadStandard),
    ],
)
def test_a_faulty_checklist_is_refused(item, error):
    with pytest.raises(error):
        standard_frame([item])
    with pytest.raises(errors.BadStandard, match="A9"):
        standard_frame([ChecklistItem("A9", 100, "P1", "A", "A")] * 2)
