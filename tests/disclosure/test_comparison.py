"""Estates are compared with at least five like them, and hints name what stands in the books."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.comparison import groups
from disclosure.comparison.groups import Traits
from disclosure.comparison.hints import Spent, hints
from disclosure.comparison.measures import Figures, measures, per_metre
from disclosure.comparison.measures import figures as of_totals
from disclosure.comparison.words import sentence
from disclosure.ledger import api as ledger
from portal.kernel.access import Role
from tests.disclosure import owned
from tests.ratings import district as d

OWN = Traits("commodity", 1, 1, True)
DAY = date(2026, 3, 2)


def others(**kinds: int) -> dict[str, Traits]:
    """``same``, ``no_lifts``, ``older``, ``larger``, ``village``: how many of each."""
    shapes = {"same": OWN, "no_lifts": Traits("commodity", 1, 1, False), "older": Traits("commodity", 1, 2, True),
              "larger": Traits("commodity", 3, 1, True), "village": Traits("village", 1, 1, True)}  # fmt: skip
    return {f"{name}{number}": shapes[name] for name, count in kinds.items() for number in range(count)}


@pytest.mark.parametrize(("near", "names", "count"), [
    ({"same": 5, "no_lifts": 9}, ("kind", "size", "age", "lifts"), 5),
    ({"same": 4, "no_lifts": 1}, ("kind", "size", "age"), 5),
    ({"same": 4, "older": 3}, ("kind", "size"), 7),
    ({"same": 2, "larger": 3, "village": 50}, ("kind",), 5),
    ({"same": 4, "village": 50}, (), 0),
])  # fmt: skip
def test_the_narrowest_group_of_five_is_taken_and_none_smaller(near, names, count):
    all_of_them = others(**near)
    found = groups.alike(OWN, all_of_them, set(all_of_them))
    assert (found[0], len(found[1])) == (names, count)


def test_estates_without_proven_books_are_left_out():
    near = others(same=9)
    assert groups.alike(OWN, near, sorted(near)[:4]) == ((), [])


def test_what_is_not_known_is_no_likeness():
    unknown = Traits("commodity", 1, None, None)
    assert groups.alike(unknown, others(same=6), set(others(same=6)))[0] == ("kind", "size")


def figures(income=100, **costs):
    return Figures(10_000, income, None, costs, None)


def test_a_measure_that_fewer_than_five_have_is_not_shown():
    found = measures(figures(), [figures(n, **({"cost_lift": 5} if n < 4 else {})) for n in range(6)])
    assert [one.code for one in found] == ["income"]


@given(st.lists(st.integers(-(10**9), 10**9), min_size=5, max_size=40))
def test_quartiles_lie_in_order_within_the_values(values):
    found = measures(None, [figures(value) for value in values])[0]
    marks = [found.at(quarter) for quarter in range(5)]
    assert marks == sorted(marks)
    assert marks[0] == per_metre(min(values), 10_000)
    assert marks[4] == per_metre(max(values), 10_000)
    assert found.own is None


def paid(fen, payee="甲", days=0):
    return Spent(DAY + timedelta(days=days), fen, payee, f"fund-line:2026-{days}")


def rules_of(spent):
    return [one.rule for one in hints(spent)]


@pytest.mark.parametrize(("spent", "expected"), [
    ([paid(1_000_000, str(n), 40 * n) for n in range(3)], ["round"]),
    ([paid(1_000_000, str(n), 40 * n) for n in range(2)], []),
    ([paid(2_600_001, "甲", 0), paid(2_600_001, "甲", 10), *(paid(4_000_001, str(n), 30 * n) for n in range(2, 5))], ["split"]),
    ([paid(2_600_001, "甲", 0), paid(2_600_001, "甲", 11), *(paid(4_000_001, str(n), 30 * n) for n in range(2, 5))], []),
    ([paid(6_000_001, "甲", 0), paid(6_000_001, "甲", 90), paid(5_000_001, "乙", 30)], ["payee"]),
    ([paid(6_000_001, "", 0), paid(6_000_001, "", 90)], []),
    ([paid(100_001, "甲", 0), paid(200_001, "乙", 40), paid(5_000_001, "丙", 280)], ["year_end"]),
])  # fmt: skip
def test_each_rule_hints_at_its_own_pattern(spent, expected):
    assert rules_of(spent) == expected


def test_every_hint_has_its_sentence(app):
    spent = [paid(2_000_000, "甲", 3 * n) for n in range(8)] + [paid(90_000_000, "甲", 280)]
    near = measures(figures(0, cost_lift=900), [figures(100, cost_lift=5 + n) for n in range(6)])
    found = hints(spent, near)
    assert {one.rule for one in found} == {"round", "split", "payee", "year_end", "benchmark"}
    assert all(sentence(one).endswith("。") for one in found)


def test_hints_are_for_the_office_of_the_area_alone(app, signed_in):
    owned.found()
    assert app.test_client().get("/disclosure/hints").status_code in (302, 303)
    assert signed_in(Role.ENTERPRISE, uscc=d.USCC[0]).get("/disclosure/hints").status_code == 403
    reviewer = signed_in(Role.REVIEWER, division=d.STREETS[0])
    page = reviewer.get(f"/disclosure/hints?street={d.STREETS[1]}").get_data(as_text=True)
    assert f'value="{d.STREETS[1]}"' not in page
    assert f'value="{d.STREETS[0]}"' in page


def test_costs_are_those_of_the_service_fees_alone():
    def total(kind: str, category: str | None, into: int, out: int) -> ledger.Total:
        return ledger.Total("E-1", kind, category, "", into, out, 1)

    moved = [total("joint", "advertising", 900, 0), total("joint", "cost_cleaning", 0, 70), total("service", "cost_cleaning", 0, 500),
             total("service", "service_fee", 800, 0)]  # fmt: skip
    found = of_totals(moved, 10_000, None, {"joint", "service"})
    assert (found.income, found.common_cost, found.costs) == (900, 70, {"cost_cleaning": 500})
    unproven = of_totals(moved, 10_000, None, {"joint"})
    assert (unproven.income, unproven.costs) == (900, {})
    vague = of_totals([*moved, total("joint", None, 0, 200)], 10_000, None, {"joint", "service"})
    assert (vague.income, vague.costs) == (None, {}), "nobody said what a part of the money was for"
