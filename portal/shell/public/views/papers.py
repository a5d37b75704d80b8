"""Papers to take away: the credit report of a company, the certificate and the poster of a star rating, the badge."""

from typing import Any

from flask import Response, render_template, request
from wtforms import StringField
from wtforms.validators import ValidationError

from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy
from portal.kernel.settings import settings
from portal.kernel.sources import source
from portal.kernel.web import public, request_session
from portal.receipts import api as receipts
from portal.registry import api as registry
from portal.shell.public.bidder import deed, files, verdicts, words
from portal.shell.public.bidder.forms import day_of, instant_of
from portal.shell.public.papers import badge, plaque, prints, report
from portal.shell.public.views.blueprint import bp
from portal.shell.public.views.check import private, sent_file
from scoring.ratings import api as ratings

SHAPES = "any(plaque, poster_a4, poster_a3)"
BADGE_AGE = 3600


class ReportForm(Form):
    """The day of a credit report, and perhaps the state of knowledge."""

    as_of = StringField(lazy("按哪一天"))
    known_at = StringField(lazy("按何时已登记的情况（北京时间）"))

    def validate_as_of(self, field: Any) -> None:
        field.day = day_of(field.data or "")
        if field.day > clock.today():
            raise ValidationError(_("日期不能晚于今天。"))

    def validate_known_at(self, field: Any) -> None:
        field.instant = instant_of(field.data or "")


def _report_form(uscc: str, form: ReportForm, status: int = 200) -> Response:
    company = registry.enterprise(request_session(), uscc)
    return private(render_template("receipts/report_form.html", form=form, company=company, on=clock.today()), status)


@bp.get("/enterprises/<uscc>/report", endpoint="report_form")
@public
def report_form(uscc: str) -> Response:
    """What a credit report holds, and the day it is asked for."""
    return _report_form(uscc.upper(), ReportForm(as_of=clock.today().isoformat()))


@bp.post("/enterprises/<uscc>/report", endpoint="make_report")
@public
def make_report(uscc: str) -> Response:
    """A signed report with its number."""
    form = ReportForm()
    if not form.validate():
        return _report_form(uscc.upper(), form, 422)
    made = report.issue(request_session(), deed.asker("page"), uscc.upper(), form.as_of.day, form.known_at.instant)
    return private(report_page(made))


def report_page(receipt: dict[str, Any]) -> str:
    """The report on a page: when it is made, and again for who holds it."""
    payload = receipt["payload"]
    as_of, known_at, issued_at = files.moments(payload)
    return render_template(
        "receipts/report.html", item=payload["items"][0], payload=payload, as_of=as_of, known_at=known_at,
        issued_at=issued_at, meaning=words.meaning(as_of, known_at), **files.check_parts(receipt),
    )  # fmt: skip


def _rated_estate(year: int, code: str) -> dict[str, Any]:
    db = request_session()
    return {"estate": registry.estate(db, code), "row": plaque.current(db, year, code), "year": year}


@bp.get("/ratings/<int:year>/<code>/certificate", endpoint="certificate")
@public
def certificate(year: int, code: str) -> Response:
    """Certificate, posters and badge of a rating."""
    shown = _rated_estate(year, code.upper())
    page = render_template("receipts/certificate.html", **shown, base=settings().base_url)
    return private(page)


@bp.post(f"/ratings/<int:year>/<code>/certificate/<{SHAPES}:shape>", endpoint="certificate_file")
@public
def certificate_file(year: int, code: str, shape: str) -> Response:
    """The paper as PDF; the certificate is issued when it is first asked for."""
    with transaction() as db:  # drawing takes seconds, whether or not a number is issued for it
        receipts.count_look(db, f"paper {source(request.remote_addr or '')}")
    receipt = plaque.certificate(request_session(), deed.asker("page"), year, code.upper())
    made = prints.plaque(receipt) if shape == "plaque" else prints.poster(receipt, shape)
    return sent_file(made, "pdf", f"{shape}-{receipt['payload']['items'][0]['number']}")


def plaque_page(receipt: dict[str, Any]) -> str:
    """A certificate shown to who holds it: the estate's own page for making papers."""
    item = receipt["payload"]["items"][0]
    shown = _rated_estate(item["year"], item["estate_code"])
    return render_template("receipts/certificate.html", **shown, base=settings().base_url)


@bp.get("/badge/<code>.svg", endpoint="badge")
@public
def badge_svg(code: str) -> Response:
    """The star badge: the last published rating, fresh within the hour wherever it is embedded."""
    db = request_session()
    view = registry.estate(db, code.upper())
    rows = ratings.estate_ratings(db, view.code)
    last = list(rows.itertuples(index=False))[-1] if len(rows) else None
    response = Response(badge.svg(view.name, last, _site_name()), content_type="image/svg+xml; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={BADGE_AGE}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _site_name() -> str:
    return settings().site_name_en if request.script_root.endswith("/en") else settings().site_name


verdicts.PAGES.update({verdicts.REPORT: report_page, verdicts.PLAQUE: plaque_page})
verdicts.FILES.update({verdicts.REPORT: prints.report, verdicts.PLAQUE: prints.plaque})
