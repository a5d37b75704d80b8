"""Charts of money: whole XML, both sides equal, text escaped, gaps left open."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel import money_charts
from portal.kernel.money_charts import Among

SHARES = st.lists(st.tuples(st.text('收入广告 <&">abc', max_size=20), st.integers(0, 10**12)), max_size=12)


def heights(chart, css):
    return [float(one.get("height")) for one in ElementTree.fromstring(chart).iter("rect") if one.get("class") == css]


@given(SHARES)
def test_bars_of_both_sides_are_as_high_as_the_pool(shares):
    total = sum(fen for _name, fen in shares)
    chart = str(money_charts.flow("标题<b>", shares, [("全部", total)]))
    ElementTree.fromstring(chart)
    if total:
        known = [fen for _name, fen in shares if fen]
        bars = heights(chart, "c-flow-source")
        assert len(bars) == len(known)
        assert sum(bars) <= money_charts.BAND + 2.1 * len(known)
        assert heights(chart, "c-flow-pool") == heights(chart, "c-flow-use") == [money_charts.BAND]


def test_nothing_moved_is_said():
    assert "没有收支" in money_charts.flow("标题", [], [])


@given(st.lists(st.one_of(st.none(), st.integers(-(10**12), 10**12)), max_size=30))
def test_a_balance_stays_within_its_scale_and_leaves_gaps(values):
    chart = str(money_charts.balance("余额", [(f"2026-{n}", fen) for n, fen in enumerate(values)]))
    found = ElementTree.fromstring(chart)
    known = [fen for fen in values if fen is not None]
    dots = [float(one.get("cy")) for one in found.iter("circle")]
    assert len(dots) == len(known)
    assert all(money_charts.TOP <= dot <= money_charts.TOP + money_charts.HEIGHT for dot in dots)
    assert len([one for one in found.iter("line")]) <= 12


@pytest.mark.parametrize("own", [None, 0, 50, 500, -40])
def test_ones_own_place_lies_on_the_track(own):
    chart = str(money_charts.among("比较", [Among("收入", 0, 10, 20, 30, 100, own, 7)]))
    found = ElementTree.fromstring(chart)
    places = [float(one.get("cx").rstrip("%")) for one in found.iter("circle")]
    assert len(places) == (own is not None)
    assert all(0 <= place <= 100 for place in places)
