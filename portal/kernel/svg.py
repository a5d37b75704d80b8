"""What every chart is made of: a frame with its title, text at a place. No inline styles; lengths are attributes."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape


def frame(title: str, said: str, height: int, parts: Sequence[str]) -> Markup:
    """A chart as wide as its box and `height` pixels high; `said` is read aloud in place of the drawing."""
    return Markup(
        f'<svg class="chart" width="100%" height="{height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title><desc>{escape(said)}</desc>{''.join(parts)}</svg>"
    )


def text(words: str, x: str, y: float, css: str = "", anchor: str = "", dx: int = 0) -> str:
    """Words at `x` (per cent) and `y` (pixels, the base line)."""
    more = f' class="{css}"' if css else ""
    more += f' text-anchor="{anchor}"' if anchor else ""
    more += f' dx="{dx}"' if dx else ""
    return f'<text x="{x}" y="{y:g}"{more}>{escape(words)}</text>'
