"""Charts drawn on the server as SVG with real text, without inline styles.

Every chart is fluid: places along the width are per cent, heights are pixels, so text keeps its size on a phone. The
title says the finding and comes from the caller, who also puts a table twin beside the chart. Scores are centipoints,
`None` is a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup, escape

from portal.kernel.formats import MINUS, MISSING, number_text, points_figure
from portal.kernel.i18n import _
from portal.kernel.svg import frame as _svg
from portal.kernel.svg import text as _text

Point = tuple[str, int | None]
Band = tuple[str, int, int]
PlaceOf = Callable[[int], float]
LEFT, WIDTH = 8.0, 76.0  # per cent: where the plot of a trend starts, and how wide it is
TOP, HEIGHT = 30, 150  # pixels
ROW = 46  # pixels of one row of a waterfall: a line of text and a bar
BAR = 14
HEAT_STEPS = 10


def trend(title: str, points: Sequence[Point], band: Sequence[Band] = (), band_name: str = "") -> Markup:
    """A line of scores over periods, with the middle half of similar estates as a band behind it.

    `points` are (label, centipoints or None) in order of time; `band` holds (label, low, high) of the same labels, of
    which some may be missing; ``band_name`` says what it is, when not the middle half of similar estates.
    """
    known = [value for _label, value in points if value is not None]
    if not known:
        return _empty(title)
    edges = [edge for _label, low, high in band for edge in (low, high)]
    floor, ceiling, step = _scale(known + edges)
    x_of = {label: _share(index, len(points)) for index, (label, _value) in enumerate(points)}

    def y_of(value: int) -> float:
        return round(HEIGHT * (ceiling - value) / (ceiling - floor), 1)

    parts = [_grid(floor, ceiling, step, y_of)]
    shapes = [_band_shape([entry for entry in band if entry[0] in x_of], x_of, y_of)] if band else []
    shapes += [_line(run, x_of, y_of) for run in _runs(points)]
    parts.append(
        f'<svg x="{LEFT}%" y="{TOP}" width="{WIDTH}%" height="{HEIGHT}" viewBox="0 0 1000 {HEIGHT}" '
        f'preserveAspectRatio="none" overflow="visible">{"".join(shapes)}</svg>'
    )
    parts += _marks(points, x_of, y_of)
    if band:
        parts.append(f'<rect class="c-band" x="{LEFT}%" y="3" width="22" height="12"/>')
        parts.append(_text(band_name or _("同类小区中间一半"), f"{LEFT}%", 13, dx=28))
    said = _("；").join(f"{label} {points_figure(value)}" for label, value in points)
    return _svg(title, said, TOP + HEIGHT + 30, parts)


def waterfall(title: str, rows: Sequence[tuple[str, int]], start_cp: int = 10000) -> Markup:
    """Where points were lost: from `start_cp` down by each (label, lost centipoints) to what is left.

    The scale begins near the result, never at a hidden zero: the result is a mark, not a bar, and the scale is printed.
    """
    left = start_cp - sum(lost for _label, lost in rows)
    floor = max(0, (min(left, start_cp) - 500) // 1000 * 1000)
    span = max(start_cp - floor, 100)

    def x_of(value: int) -> float:
        return round(100 * (value - floor) / span, 2)

    parts = [_scale_row(floor, start_cp, x_of, 12)]
    y, here = 26, start_cp
    bottom = y + ROW * (len(rows) + 1)
    for label, lost in rows:
        parts.append(_row_text(label, _lost(lost), y, "c-down" if lost else ""))
        parts.append(_track(y))
        if lost:
            parts.append(_rect("", x_of(here - lost), x_of(here), y + 22, 'fill="url(#hatch-lost)"'))
        here -= lost
        parts.append(_drop(x_of(here), y + 22, y + ROW + 22))
        y += ROW
    parts.append(_row_text(_("得分"), points_figure(left), y, "c-strong"))
    parts.append(_track(y))
    parts.append(f'<circle class="c-dot" cx="{x_of(left):g}%" cy="{y + 22 + BAR // 2}" r="{BAR // 2}"/>')
    said = _("；").join(f"{label} {_lost(lost)}" for label, lost in rows)
    return _svg(title, said, bottom, parts)


def _lost(lost: int) -> str:
    return f"{MINUS}{points_figure(lost)}" if lost else points_figure(0)


def year_waterfall(title: str, components: Sequence[tuple[str, int, int | None]], total_cp: int | None) -> Markup:
    """How the parts of a year make the total: (label, weight in per cent, score or None) stacked from 0 to 100.

    A component that is still missing shows its full width empty.
    """
    parts, said = [_scale_row(0, 10000, lambda value: value / 100, 12)], []
    y, start = 26, 0
    for label, weight, score in components:
        given = None if score is None else (2 * weight * score + 100) // 200
        name = f"{label} {weight}%"
        sum_text = MISSING if given is None else f"{points_figure(score)} × {weight}% = {points_figure(given)}"
        parts.append(_row_text(name, sum_text, y))
        parts.append(_track(y))
        paint = 'class="c-gap"' if given is None else 'fill="url(#hatch-lost)"'
        parts.append(_rect("", start / 100, (start + weight * 100) / 100, y + 22, paint))
        if given is not None:
            parts.append(_rect("c-kept", start / 100, (start + given) / 100, y + 22))
        said.append(f"{name} {points_figure(given)}")
        start += given or 0
        parts.append(_drop(start / 100, y + 22, y + ROW + 22))
        y += ROW
    parts.append(_row_text(_("总分"), points_figure(total_cp), y, "c-strong"))
    parts.append(_track(y))
    if total_cp is not None:
        parts.append(_rect("c-total", 0, total_cp / 100, y + 22))
    return _svg(title, _("；").join(said), y + ROW, parts)


def counts(title: str, rows: Sequence[tuple[str, int]]) -> Markup:
    """How many of each: one bar for every (label, count), in the order given; bars begin at zero.

    The largest count fills the width. Counts are whole numbers of things; nothing is said of empty `rows`.
    """
    most = max((count for _label, count in rows), default=0)
    parts, y = [], 4
    for label, count in rows:
        parts.append(_row_text(label, number_text(count), y))
        parts.append(_track(y))
        if count:
            parts.append(_rect("c-kept", 0, round(100 * count / most, 2), y + 22))
        y += ROW
    said = _("；").join(f"{label} {number_text(count)}" for label, count in rows)
    return _svg(title, said, y, parts)


def heatmap(
    caption: str,
    row_header: str,
    columns: Sequence[str],
    rows: Iterable[tuple[str, Sequence[int | None]]],
    low: int | None = None,
    high: int | None = None,
    key: str = "",
) -> Markup:
    """A table whose cells are shaded from `low` (pale) to `high` (dark) by centipoints; the number is always printed.

    Row names may be Markup (links). Without `low` and `high` the smallest and largest value are taken. `key` says
    what a darker cell means, when it is no score.
    """
    listed = [(name, list(values)) for name, values in rows]
    known = [value for _name, values in listed for value in values if value is not None]
    least = min(known, default=0) if low is None else low
    most = max(known, default=0) if high is None else high
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(_heat_cell(value, least, most) for value in values)}</tr>'
        for name, values in listed
    )
    return Markup(
        f'<div class="table-box table-box-wide" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table class="table heatmap">'
        f'<caption>{escape(caption)} <span class="muted small">{escape(key or _("颜色越深，分数越高"))}</span></caption>'
        f'<thead><tr><th scope="col">{escape(row_header)}</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def heat_step(value: int, least: int, most: int) -> int:
    """Which of the ten shades a value gets, 0 the palest; outside values take the end shades."""
    if most <= least:
        return HEAT_STEPS // 2
    return max(0, min(HEAT_STEPS - 1, HEAT_STEPS * (value - least) // (most - least)))


def sparkline(values: Sequence[int | None], text: str) -> Markup:
    """A small line for a table cell; `text` says what it shows, e.g. "近七季得分从82.10到87.40"."""
    known = [value for value in values if value is not None]
    if not known:
        return Markup(f'<span class="muted">{MISSING}</span>')
    low, span = min(known), max(max(known) - min(known), 1)
    step = 88 / max(len(values) - 1, 1)
    places = [
        None if value is None else (round(4 + step * index, 1), round(20 - 16 * (value - low) / span, 1))
        for index, value in enumerate(values)
    ]
    runs: list[list[tuple[float, float]]] = [[]]
    for place in places:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    lines = "".join(f'<polyline points="{" ".join(f"{x},{y}" for x, y in run)}"/>' for run in runs if len(run) > 1)
    x, y = next(place for place in reversed(places) if place is not None)
    return Markup(
        f'<svg class="spark" viewBox="0 0 96 24" role="img" aria-label="{escape(text)}">'
        f'{lines}<circle cx="{x}" cy="{y}" r="2.5"/></svg>'
    )


def _empty(title: str) -> Markup:
    return _svg(title, _("还没有可以画图的得分"), 40, [_text(_("还没有可以画图的得分"), "0", 24)])


def _scale(values: Sequence[int]) -> tuple[int, int, int]:
    """Floor, ceiling and step of a scale that holds all values: whole fives or tens of points, within 0 to 100."""
    spread = max(values) - min(values)
    step = 200 if spread <= 600 else 500 if spread <= 1500 else 1000 if spread <= 4000 else 2000
    floor = max(0, (min(values) - step // 4) // step * step)
    ceiling = min(10000, -(-(max(values) + step // 4) // step) * step)
    return floor, max(ceiling, floor + step), step


def _share(index: int, count: int) -> float:
    return round(index / (count - 1), 4) if count > 1 else 0.5


def _grid(floor: int, ceiling: int, step: int, y_of: PlaceOf) -> str:
    lines = []
    for value in range(floor, ceiling + 1, step):
        y = TOP + y_of(value)
        lines.append(f'<line class="c-grid" x1="{LEFT}%" x2="{LEFT + WIDTH}%" y1="{y}" y2="{y}"/>')
        lines.append(_text(str(value // 100), f"{LEFT}%", y + 4, anchor="end", dx=-6))
    return "".join(lines)


def _band_shape(band: Sequence[Band], x_of: dict[str, float], y_of: PlaceOf) -> str:
    top = [f"{x_of[label] * 1000:g},{y_of(high)}" for label, _low, high in band]
    bottom = [f"{x_of[label] * 1000:g},{y_of(low)}" for label, low, _high in reversed(band)]
    return f'<polygon class="c-band" points="{" ".join(top + bottom)}"/>' if band else ""


def _runs(points: Sequence[Point]) -> list[list[tuple[str, int]]]:
    """Stretches without a gap: a missing period breaks the line instead of being bridged."""
    runs: list[list[tuple[str, int]]] = [[]]
    for label, value in points:
        if value is None:
            runs.append([])
        else:
            runs[-1].append((label, value))
    return [run for run in runs if len(run) > 1]


def _line(run: Sequence[tuple[str, int]], x_of: dict[str, float], y_of: PlaceOf) -> str:
    places = " ".join(f"{x_of[label] * 1000:g},{y_of(value)}" for label, value in run)
    return f'<polyline class="c-line" vector-effect="non-scaling-stroke" points="{places}"/>'


def _marks(points: Sequence[Point], x_of: dict[str, float], y_of: PlaceOf) -> list[str]:
    """Dots, labels below (every other one, or fewer, gives way on a phone), and the figure of the last known score."""
    marks, last = [], max(index for index, (_label, value) in enumerate(points) if value is not None)
    every = -(-len(points) // 12)
    for index, (label, value) in enumerate(points):
        x = f"{LEFT + WIDTH * x_of[label]:g}%"
        back = len(points) - 1 - index
        if back % every == 0:
            thin = ' class="c-thin"' if back % (2 * every) else ""
            marks.append(f'<text{thin} x="{x}" y="{TOP + HEIGHT + 22}" text-anchor="middle">{escape(label)}</text>')
        if value is None:
            marks.append(_text(MISSING, x, TOP + HEIGHT - 4, anchor="middle"))
            continue
        marks.append(f'<circle class="c-dot" cx="{x}" cy="{TOP + y_of(value)}" r="3.5"/>')
        if index == last:
            marks.append(_text(points_figure(value), x, TOP + y_of(value) + 5, css="c-strong", dx=9))
    return marks


def _row_text(name: str, figure: str, y: int, css: str = "") -> str:
    return _text(name, "0", y + 15, css="c-name") + _text(figure, "100%", y + 15, css=css or "c-ink", anchor="end")


def _track(y: int) -> str:
    return f'<rect class="c-track" x="0" y="{y + 22}" width="100%" height="{BAR}"/>'


def _rect(css: str, start: float, end: float, y: int, paint: str = "") -> str:
    paint = paint or f'class="{css}"'
    return f'<rect {paint} x="{start:g}%" y="{y}" width="{max(end - start, 0):.4g}%" height="{BAR}"/>'


def _drop(x: float, top: int, bottom: int) -> str:
    return f'<line class="c-link" x1="{x:g}%" x2="{x:g}%" y1="{top}" y2="{bottom}"/>'


def _scale_row(floor: int, ceiling: int, x_of: PlaceOf, y: int) -> str:
    """The printed scale above the rows: both ends and the middle."""
    ends = ((floor, "start"), ((floor + ceiling) // 2, "middle"), (ceiling, "end"))
    return "".join(_text(f"{value // 100}", f"{x_of(value):g}%", y, anchor=anchor) for value, anchor in ends)


def _heat_cell(value: int | None, least: int, most: int) -> str:
    if value is None:
        return f'<td class="heat-none">{MISSING}</td>'
    return f'<td class="heat-{heat_step(value, least, most)}">{points_figure(value)}</td>'
