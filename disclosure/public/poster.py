"""The poster for the lobby (A3) and what the lobby's screen shares with it."""

from typing import Any

from flask import render_template, url_for

from disclosure.public import pictures, words
from disclosure.public.reading import Dossier
from disclosure.reports import api as reports
from portal.kernel import clock, pdf
from portal.kernel.i18n import _, language
from portal.kernel.settings import settings

PAGE = "@page { size: A3; margin: 18mm 20mm }"
STYLE = """
.money-poster { font-size: 18pt; line-height: 1.5 } .money-poster .issuer { font-size: 18pt }
.money-poster h1 { font-size: 42pt; margin: 5mm 0 3mm } .money-poster h2 { font-size: 25pt; margin: 9mm 0 3mm }
.money-poster .lead { font-size: 23pt; text-align: center; margin: 0 0 8mm }
.money-poster table { font-size: 19pt } .money-poster td, .money-poster th { padding: 2mm 3mm }
.money-poster .sum td { font-weight: 700 } .money-poster .small { font-size: 14pt } .money-poster .mono { font-size: 13pt }
.money-poster .figures { display: table; width: 100%; table-layout: fixed; margin: 4mm 0 }
.money-poster .figures > div { display: table-cell; text-align: center }
.money-poster .figures b { display: block; font-size: 32pt; line-height: 1.35 }
.money-poster .qr { width: 52mm; height: 52mm } .money-poster .check > :first-child { width: 58mm }
"""


def parts(found: Dossier, on_screen: bool = False) -> dict[str, Any]:
    """Values of the poster and the screen."""
    live = settings().base_url + url_for("disclosure.estate", code=found.view.code)
    return {
        "live": live, "live_qr": pdf.qr_image(live), "title": words.flow_title(found.fund, found.period, found.flow),
        "flow": pictures.flow(found, on_screen), "on": clock.today(), "kinds": {one.code: one for one in reports.kinds()}, "operator": _operator(),
    }  # fmt: skip


def _operator() -> str:
    return settings().operator_en if language() == "en" else settings().operator


def printed(found: Dossier) -> bytes:
    """The poster as PDF."""
    html = render_template("disclosure/poster_print.html", found=found, **parts(found))
    lang = "en" if language() == "en" else "zh-CN"
    return pdf.render(html, title=_("业主共有资金公开"), lang=lang, style=PAGE + STYLE)
