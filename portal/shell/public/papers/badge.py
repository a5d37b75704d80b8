"""The star badge to embed on another site: an SVG with honest words, always of the last published rating."""

from typing import Any

from markupsafe import Markup, escape

from portal.kernel.i18n import _, language
from portal.shell.public import fields

STAR = "M12 1.8 15.1 8.4 22.3 9.3 17 14.3 18.4 21.4 12 17.9 5.6 21.4 7 14.3 1.7 9.3 8.9 8.4z"
WIDTH, HEIGHT = 260, 76


def star_words(stars: int) -> str:
    """``五星`` and the like, in the reader's language."""
    words = (_("无星级"), _("一星"), _("二星"), _("三星"), _("四星"), _("五星"))
    return words[stars]


def said(name: str, rating: Any | None) -> str:
    """The one sentence of the badge: for those who see it and for those who hear it."""
    if rating is None:
        return _("%(estate)s的物业服务尚未评定星级", estate=name)
    year, stars = int(rating.year), fields.whole(rating.stars)
    if rating.status != "rated" or stars is None:
        return _("%(estate)s%(year)s年度没有物业服务星级", estate=name, year=year)
    return _("%(estate)s%(year)s年度物业服务%(stars)s（最高五星）", estate=name, year=year, stars=star_words(stars))


def stars_svg(stars: int, x: float, y: float, scale: float) -> Markup:
    """Five shapes, so many of them full."""
    shapes = [
        Markup('<path transform="translate({} 0)" fill="{}" stroke="{}" stroke-width="1.2" d="{}"/>').format(
            place * 25, "#e3b021" if place < stars else "#fff", "#8a6200" if place < stars else "#6f7d8d", STAR
        )
        for place in range(5)
    ]
    return Markup('<g transform="translate({} {}) scale({})">{}</g>').format(x, y, scale, Markup("").join(shapes))


def svg(name: str, rating: Any | None, site: str) -> str:
    """The badge as a whole."""
    sentence = said(name, rating)
    rated = rating is not None and rating.status == "rated"
    stars = (fields.whole(rating.stars) or 0) if rated and rating is not None else 0
    headline = f"{int(rating.year)} {star_words(stars)}" if rated and rating is not None else _("没有星级")
    shapes = stars_svg(stars, 14, 10, 1.0) if rated else ""
    font = 'font-family="PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"'
    shown = name if len(name) <= 17 else f"{name[:16]}…"
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" '
            'aria-labelledby="t" lang="{lang}"><title id="t">{said}</title>'
            '<rect x=".5" y=".5" width="{wi}" height="{hi}" rx="6" fill="#fffdf6" stroke="#8a6200"/>{shapes}'
            '<text x="{at}" y="28" {font} font-size="15" font-weight="600" fill="#16202c">{headline}</text>'
            '<text x="14" y="50" {font} font-size="13" fill="#16202c">{shown}</text>'
            '<text x="14" y="67" {font} font-size="10" fill="#4a5768">{site}</text></svg>'
        ).format(
            w=WIDTH,
            h=HEIGHT,
            wi=WIDTH - 1,
            hi=HEIGHT - 1,
            lang="en" if language() == "en" else "zh-Hans-CN",
            said=sentence,
            shapes=shapes,
            at=146 if rated else 14,
            font=Markup(font),
            headline=headline,
            shown=shown,
            site=escape(site),
        )  # fmt: skip
    )
