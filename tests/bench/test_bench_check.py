"""What ``make bench-check`` calls worse: the median of paired runs, by more than a fifth, in the direction that is bad."""

import pytest

from bench.__main__ import Figures, worse


@pytest.mark.parametrize(
    ("unit", "ours", "is_worse"),
    [
        ("s", 1.19, False),
        ("s", 1.21, True),
        ("s", 0.5, False),
        ("requests/s", 0.81, False),
        ("requests/s", 0.79, True),
        ("requests/s", 3, False),
    ],
)
def test_a_fifth_worse_is_worse(unit, ours, is_worse):
    figures = Figures()
    figures.add("a", unit, ours * 10, "peer", 10.0)
    assert bool(worse(figures, {"a": 1.0})) is is_worse


def test_the_middle_of_five_pairs_counts_and_what_is_not_measured_is_named():
    figures = Figures()
    for ours, theirs in ((1, 1), (9, 1), (2, 2), (1, 1), (50, 10)):
        figures.add("a", "s", ours, "peer", theirs)
    assert figures["a"].ratio == 1.0
    assert worse(figures, {"a": 1.0, "b": 2.0}) == ["b: not measured (its peer is not installed)"]
