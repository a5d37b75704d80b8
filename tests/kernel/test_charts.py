"""Charts say their numbers as text, keep to scale, break at gaps, and carry nothing the content policy refuses."""

import re
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from portal.kernel import charts
from portal.kernel.i18n import using

POINTS = [("25Q1", 8210), ("25Q2", 8340), ("25Q3", None), ("25Q4", 8460), ("26Q1", 8740)]
BAND = [("25Q1", 7600, 8800), ("25Q2", 7700, 8860), ("25Q4", 7800, 8940), ("26Q1", 7930, 9060)]
NASTY = '<b onclick="x">&"\''


def _parse(markup: Markup) -> ElementTree.Element:
    return ElementTree.fromstring(str(markup))


def _samples() -> list[Markup]:
    return [
        charts.trend(NASTY, [(NASTY, 8000), *POINTS], BAND),
        charts.waterfall(NASTY, [(NASTY, 450), ("b", 0)]),
        charts.year_waterfall(NASTY, [(NASTY, 30, 8900), ("b", 70, None)], None),
        charts.heatmap(NASTY, NASTY, [NASTY], [(NASTY, [8000])]),
        charts.sparkline([8000, None, 8100], NASTY),
        charts.trend(NASTY, []),
        charts.counts(NASTY, [(NASTY, 3), ("b", 0)]),
    ]


@pytest.mark.parametrize("chart", _samples())
def test_well_formed_escaped_and_without_inline_style(chart):
    tree = _parse(chart)
    for element in tree.iter():
        assert element.tag != "b"
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
    assert NASTY in "".join([*tree.itertext(), *tree.attrib.values()])


def test_trend_names_title_and_every_value():
    tree = _parse(charts.trend("稳中有升", POINTS, BAND))
    assert tree.get("role") == "img"
    assert tree.get("aria-label") == tree.findtext("title") == "稳中有升"
    assert tree.findtext("desc") == "25Q1 82.10；25Q2 83.40；25Q3 –；25Q4 84.60；26Q1 87.40"
    assert "87.40" in [text.text for text in tree.iter("text")]


def test_trend_breaks_at_a_gap_instead_of_bridging_it():
    lines = [line.get("points", "").split() for line in _parse(charts.trend("t", POINTS)).iter("polyline")]
    assert [len(line) for line in lines] == [2, 2]
    assert len(list(_parse(charts.trend("t", POINTS)).iter("circle"))) == 4


def test_trend_heights_follow_the_scores():
    tree = _parse(charts.trend("t", [("a", 7000), ("b", 8000), ("c", 9000)]))
    heights = [float(circle.get("cy", "")) for circle in tree.iter("circle")]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.2)
    assert heights[0] > heights[2]


@pytest.mark.parametrize("values", [[0], [10000], [0, 10000], [8740, 8741], [9990, 10000], [5950, 6050]])
def test_scale_holds_every_value_within_0_and_100(values):
    floor, ceiling, step = charts._scale(values)
    assert floor <= min(values)
    assert max(values) <= ceiling
    assert (ceiling - floor) % step == 0
    assert floor >= 0
    assert ceiling <= max(10000, floor + step)


def test_waterfall_steps_end_at_the_result():
    tree = _parse(charts.waterfall("t", [("消防", 450), ("绿化", 0), ("秩序", 810)]))
    texts = [text.text for text in tree.iter("text")]
    assert [text for text in texts if text and re.fullmatch(r"−?\d+\.\d\d", text)] == [
        "−4.50",
        "0.00",
        "−8.10",
        "87.40",
    ]
    lost = [rect for rect in tree.iter("rect") if rect.get("fill") == "url(#hatch-lost)"]
    widths = [float(rect.get("width", "").rstrip("%")) for rect in lost]
    assert len(widths) == 2
    assert widths[1] / widths[0] == pytest.approx(810 / 450, rel=0.01)
    mark = tree.find("circle")
    assert mark is not None
    assert mark.get("cx") == f"{lost[-1].get('x')}"
    assert "消防 −4.50；绿化 0.00；秩序 −8.10" in "".join([*tree.itertext(), *tree.attrib.values()])


def test_year_waterfall_weighs_with_half_up_and_shows_what_is_missing():
    tree = _parse(charts.year_waterfall("t", [("满意度", 30, 8905), ("管理", 40, 8740), ("综合", 30, None)], None))
    texts = [text.text or "" for text in tree.iter("text")]
    assert "89.05 × 30% = 26.72" in texts
    assert "87.40 × 40% = 34.96" in texts
    assert "–" in texts
    assert len([rect for rect in tree.iter("rect") if rect.get("class") == "c-gap"]) == 1


def test_heatmap_prints_every_number_and_shades_by_value():
    tree = _parse(charts.heatmap("得分", "街道", ["Q1", "Q2"], [("新安", [7000, None]), ("西乡", [8000, 9000])]))
    cells = [(cell.get("class"), cell.text) for cell in tree.iter("td")]
    assert cells == [("heat-0", "70.00"), ("heat-none", "–"), ("heat-5", "80.00"), ("heat-9", "90.00")]


@pytest.mark.parametrize(("value", "step"), [(0, 0), (6999, 0), (7000, 0), (7999, 4), (8000, 5), (9000, 9), (10000, 9)])
def test_heat_step_is_bounded(value, step):
    assert charts.heat_step(value, 7000, 9000) == step


def test_sparkline_without_values_is_a_dash_and_keeps_gaps():
    assert "–" in charts.sparkline([None, None], "t")
    assert len(list(_parse(charts.sparkline([8000, 8100, None, 8200, 8300], "t")).iter("polyline"))) == 2


def test_words_of_the_chart_follow_the_language():
    with using("en"):
        assert "Middle half of similar estates" in charts.trend("t", POINTS, BAND)


def test_count_bars_keep_to_scale_and_say_their_numbers():
    tree = _parse(charts.counts("星级", [("五星", 1200), ("四星", 300), ("无星级", 0)]))
    bars = [float(bar.get("width", "0").rstrip("%")) for bar in tree.iter("rect") if bar.get("class") == "c-kept"]
    assert bars == [100.0, 25.0]
    assert "五星 1,200；四星 300；无星级 0" in ("".join(tree.itertext()))
