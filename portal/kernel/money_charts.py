"""Charts of money in fen: where it came from and went, how a balance moved, where one stands among many.

As in ``charts``: drawn on the server, real text, fluid in width, no inline styles. The caller gives the title, which says
the finding, and puts a table twin beside the chart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from portal.kernel.formats import MISSING, money_figure, number_text
from portal.kernel.i18n import _, language
from portal.kernel.svg import frame, text

Share = tuple[str, int]  # a name and an amount in fen, not negative
BAND, GAP, LINE = 190, 10, 16  # pixels: height of the whole sum, between two names, of a line of text
NAMES, BAR, POOL, USES = 36.0, 1.2, 49.0, 64.0  # per cent: where bars and names stand
WAN = 10_000 * 100  # fen


@dataclass(frozen=True)
class _Node:
    name: str
    fen: int
    lines: tuple[str, ...]
    top: float
    height: float


@dataclass(frozen=True)
class _Size:
    band: int
    line: int


PAGE, SCREEN = _Size(BAND, LINE), _Size(2 * BAND, 30)


def flow(title: str, sources: Sequence[Share], uses: Sequence[Share], size: _Size = PAGE) -> Markup:
    """Money from its sources on the left through one pool to its uses on the right; widths are amounts.

    Both sides have the same sum: the caller adds what is left over to the uses, or what was taken from earlier to the
    sources. Amounts of zero are left out. ``SCREEN`` is the size for a screen that is read from afar.
    """
    left, right = [one for one in sources if one[1] > 0], [one for one in uses if one[1] > 0]
    total = sum(fen for _name, fen in left)
    if not total:
        return frame(title, _("这段时间没有收支"), 40, [text(_("这段时间没有收支"), "0", 24)])
    ins, outs = _placed(left, total, size), _placed(right, total, size)
    height = max(_bottom(ins, size), _bottom(outs, size), size.band)
    ins, outs = _centred(ins, height, size), _centred(outs, height, size)
    pool = (height - size.band) / 2
    parts = [
        _ribbons(ins, pool, height, NAMES + BAR, POOL, "c-flow-in", False),
        _ribbons(outs, pool, height, POOL + 2, USES - BAR, "c-flow-out", True),
        _bar(POOL, 2, pool, size.band, "c-flow-pool"),
    ]
    for node in ins:
        parts.append(_bar(NAMES, BAR, node.top, node.height, "c-flow-source"))
        parts += _names(node, NAMES - 1, "end", size)
    for node in outs:
        parts.append(_bar(USES - BAR, BAR, node.top, node.height, "c-flow-use"))
        parts += _names(node, USES + 1, "", size)
    said = _("；").join(f"{name} {money_figure(fen)}" for name, fen in (*left, *right))
    return frame(title, said, round(height) + 6, parts)


def _wrapped(name: str) -> tuple[str, ...]:
    """A name in lines that fit beside the bars on a phone."""
    if language() != "en":
        lines_needed = -(-len(name) // 8) or 1
        width = -(-len(name) // lines_needed) or 1  # lines of about the same length
        return tuple(name[at : at + width] for at in range(0, len(name), width))[:3]
    lines = [""]
    for word in name.split():
        lines = [*lines[:-1], f"{lines[-1]} {word}".strip()] if len(lines[-1]) + len(word) < 17 else [*lines, word]
    return tuple(line for line in lines if line)[:3]


def _placed(shares: Sequence[Share], total: int, size: _Size) -> list[_Node]:
    nodes, y = [], 0.0
    for name, fen in shares:
        lines = _wrapped(name)
        height = max(2.0, size.band * fen / total)
        nodes.append(_Node(name, fen, lines, y, height))
        y += max(height, size.line * (len(lines) + 1)) + GAP
    return nodes


def _bottom(nodes: Sequence[_Node], size: _Size) -> float:
    if not nodes:
        return 0.0
    last = nodes[-1]
    return last.top + max(last.height, size.line * (len(last.lines) + 1))


def _centred(nodes: Sequence[_Node], height: float, size: _Size) -> list[_Node]:
    down = (height - _bottom(nodes, size)) / 2
    return [_Node(node.name, node.fen, node.lines, round(node.top + down, 1), node.height) for node in nodes]


def _ribbons(nodes: Sequence[_Node], pool: float, height: float, left: float, right: float, css: str, out: bool) -> str:
    paths, here = [], pool
    for node in nodes:
        at_node, at_pool = (node.top, node.top + node.height), (here, here + node.height)
        (a, b), (c, d) = (at_pool, at_node) if out else (at_node, at_pool)
        paths.append(
            f'<path class="{css}" d="M0,{a:.1f}C50,{a:.1f} 50,{c:.1f} 100,{c:.1f}L100,{d:.1f}C50,{d:.1f} 50,{b:.1f} 0,{b:.1f}Z"/>'
        )
        here += node.height
    return (
        f'<svg x="{left:g}%" y="0" width="{right - left:g}%" height="{height:.0f}" viewBox="0 0 100 {height:.0f}" '
        f'preserveAspectRatio="none">{"".join(paths)}</svg>'
    )


def _bar(x: float, width: float, y: float, height: float, css: str) -> str:
    return f'<rect class="{css}" x="{x:g}%" y="{y:.1f}" width="{width:g}%" height="{height:.1f}"/>'


def _names(node: _Node, x: float, anchor: str, size: _Size) -> list[str]:
    top = node.top + max(0.0, (node.height - size.line * (len(node.lines) + 1)) / 2)
    rows = [(line, "c-name") for line in node.lines] + [(money_figure(node.fen), "c-ink")]
    return [
        text(row, f"{x:g}%", top + size.line * place + 3 * size.line // 4, css, anchor)
        for place, (row, css) in enumerate(rows)
    ]


TOP, HEIGHT, LEFT, WIDTH = 24, 150, 13.0, 78.0  # of a balance: pixels, pixels, per cent, per cent


def balance(title: str, points: Sequence[tuple[str, int | None]]) -> Markup:
    """A balance over time: (label, fen or None where it is not known), in order; the scale is in ten thousand yuan."""
    known = [fen for _label, fen in points if fen is not None]
    if not known:
        return frame(title, _("还没有余额可以画图"), 40, [text(_("还没有余额可以画图"), "0", 24)])
    floor, ceiling, step = _scale(known)

    def y_of(fen: int) -> float:
        return round(TOP + HEIGHT * (ceiling - fen) / (ceiling - floor), 1)

    def x_of(place: int) -> float:
        return round(place / max(len(points) - 1, 1), 4)

    parts = [text(_("万元"), "0", 12)]
    for value in range(floor, ceiling + 1, step):
        parts.append(f'<line class="c-grid" x1="{LEFT}%" x2="{LEFT + WIDTH}%" y1="{y_of(value)}" y2="{y_of(value)}"/>')
        parts.append(text(_wan(value), f"{LEFT}%", y_of(value) + 4, anchor="end", dx=-6))
    lines = "".join(_run(run, x_of, y_of) for run in _runs(points))
    parts.append(
        f'<svg x="{LEFT}%" y="0" width="{WIDTH}%" height="{TOP + HEIGHT}" viewBox="0 0 1000 {TOP + HEIGHT}" '
        f'preserveAspectRatio="none" overflow="visible">{lines}</svg>'
    )
    every = -(-len(points) // 8)
    for place, (label, fen) in enumerate(points):
        x, back = f"{LEFT + WIDTH * x_of(place):g}%", len(points) - 1 - place
        if fen is not None:
            parts.append(f'<circle class="c-dot" cx="{x}" cy="{y_of(fen)}" r="{4 if not back else 2.5}"/>')
        if back % every == 0:
            thin = ' class="c-thin"' if back % (2 * every) else ""
            parts.append(f'<text{thin} x="{x}" y="{TOP + HEIGHT + 22}" text-anchor="middle">{escape(label)}</text>')
    said = _("；").join(f"{label} {money_figure(fen)}" for label, fen in points)
    return frame(title, said, TOP + HEIGHT + 30, parts)


def _wan(fen: int) -> str:
    """Fen in ten thousand yuan, without idle zeros; the step of a scale is at least a hundredth of it."""
    hundredths = fen // (WAN // 100)
    whole, rest = divmod(abs(hundredths), 100)
    digits = f"{whole:,}" + (f".{rest:02d}".rstrip("0") if rest else "")
    return f"−{digits}" if fen < 0 else digits


def _scale(known: Sequence[int]) -> tuple[int, int, int]:
    """Floor, ceiling and step in fen: 1, 2 or 5 times a power of ten, three to six steps."""
    low, high = min(*known, 0) if min(known) < 0 else min(known), max(known)
    spread, step = max(high - low, WAN // 100), WAN // 100
    factors = (2, 5, 10)
    place = 0
    base = step
    while spread > 5 * step:
        step = base * factors[place % 3]
        place += 1
        if place % 3 == 0:
            base *= 10
    floor = low // step * step
    return floor, max(-(-high // step) * step, floor + step), step


def _runs(points: Sequence[tuple[str, int | None]]) -> list[list[tuple[int, int]]]:
    runs: list[list[tuple[int, int]]] = [[]]
    for place, (_label, fen) in enumerate(points):
        if fen is None:
            runs.append([])
        else:
            runs[-1].append((place, fen))
    return [run for run in runs if len(run) > 1]


def _run(run: Sequence[tuple[int, int]], x_of: Callable[[int], float], y_of: Callable[[int], float]) -> str:
    places = " ".join(f"{1000 * x_of(place):g},{y_of(fen)}" for place, fen in run)
    return f'<polyline class="c-line" vector-effect="non-scaling-stroke" points="{places}"/>'


@dataclass(frozen=True)
class Among:
    """One measure of many: quartiles of all, and one's own value (None: not known), in fen."""

    name: str
    low: int
    lower: int
    middle: int
    upper: int
    high: int
    own: int | None
    count: int


ROW = 64


def among(title: str, rows: Sequence[Among]) -> Markup:
    """Where one stands: for each measure a track from the lowest to the highest, the middle half as a band, a line at the
    middle, a dot at one's own value."""
    parts, said, y = [], [], 4
    for row in rows:
        low, high = min(row.low, row.own or row.low), max(row.high, row.own or row.high)
        span = max(high - low, 1)

        def x_of(fen: int, low: int = low, span: int = span) -> float:
            return round(100 * (fen - low) / span, 2)

        own = money_figure(row.own) if row.own is not None else MISSING
        parts.append(text(row.name, "0", y + 15, "c-name"))
        parts.append(text(_("本小区%(value)s", value=own), "100%", y + 15, "c-strong", anchor="end"))
        parts.append(f'<rect class="c-track" x="0" y="{y + 22}" width="100%" height="14"/>')
        band = max(x_of(row.upper) - x_of(row.lower), 0.5)
        parts.append(f'<rect class="c-among" x="{x_of(row.lower):g}%" y="{y + 22}" width="{band:.4g}%" height="14"/>')
        parts.append(
            f'<line class="c-middle" x1="{x_of(row.middle):g}%" x2="{x_of(row.middle):g}%" y1="{y + 20}" y2="{y + 38}"/>'
        )
        if row.own is not None:
            parts.append(f'<circle class="c-own" cx="{x_of(row.own):g}%" cy="{y + 29}" r="7"/>')
        parts.append(text(money_figure(low), "0", y + 51))
        parts.append(text(_("中间%(value)s", value=money_figure(row.middle)), "50%", y + 51, anchor="middle"))
        parts.append(text(money_figure(high), "100%", y + 51, anchor="end"))
        said.append(f"{row.name} {own} / {money_figure(row.middle)} ({number_text(row.count)})")
        y += ROW
    return frame(title, _("；").join(said), y, parts)
