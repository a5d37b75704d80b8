"""One estate: its page, its files, the poster for the lobby, the screen for the lobby."""

from flask import Response, redirect, render_template, request, url_for

from disclosure.ledger import api as ledger
from disclosure.opened import api as opened
from disclosure.public import content, money, pictures, poster
from disclosure.public.reading import Dossier, dossier, parse_period
from disclosure.public.views.blueprint import bp
from disclosure.reports import api as reports
from portal.kernel import clock, table_files
from portal.kernel.kept import kept
from portal.kernel.settings import settings
from portal.kernel.web import public, request_session
from portal.registry import api as registry

SCREENS, SECONDS = 3, 20


def _found(code: str) -> Dossier:
    """The record for the fund and period that the address asks for."""
    fund = request.args.get("fund", "")[:12]
    return dossier(request_session(), code.upper(), fund, parse_period(request.args.get("period", "")[:7]))


@bp.get("/disclosure/<code>")
@public
def estate(code: str) -> str | Response:
    """Where the common money came from and went, line totals proven by the bank; and what else the law opens."""
    if code != code.upper():
        return redirect(url_for("disclosure.estate", code=code.upper()))  # type: ignore[return-value]
    found = _found(code)
    return render_template(
        "disclosure/estate.html", found=found, areas=registry.divisions(request_session()), funds=money.FUNDS,
        fund_of=money.fund_of, flow=pictures.flow(found), balance=pictures.balance(found),
        likes=pictures.likes(found.likes) if found.likes and found.likes.measures else None,
        kinds={one.code: one for one in reports.kinds()}, category_name=money.category_name, sections=opened.sections(),
        query=f"?fund={found.fund}&period={found.period}",
    )  # fmt: skip


@bp.get("/disclosure/<code>.json")
@public
def estate_json(code: str) -> Response:
    """The same record as JSON."""
    return table_files.sent_json({"as_of": clock.today().isoformat(), **content.estate(_found(code))})


@bp.get("/disclosure/<code>.<any(csv, xlsx):ending>")
@public
def estate_table(code: str, ending: str) -> Response:
    """Totals of the fund and period by month and category: the table twin of the chart."""
    found = _found(code)
    totals = ledger.totals(request_session(), [found.view.code], found.period.first, found.period.last, by_month=True)
    rows = content.total_rows(totals, found.fund)
    return table_files.sent(
        table_files.Sheet(f"funds-{found.view.code}-{found.period}", content.TOTALS, rows, {}), ending
    )


@bp.get("/disclosure/<code>/poster")
@public
def poster_page(code: str) -> str:
    """What the poster shows, before it is printed: always the last quarter, so that a lobby is up to date."""
    found = dossier(request_session(), code.upper())
    return render_template("disclosure/poster.html", found=found, **poster.parts(found))


@bp.get("/disclosure/<code>/poster.pdf")
@public
def poster_file(code: str) -> Response:
    """The poster for the lobby, A3, made once for a state of the data."""
    found = dossier(request_session(), code.upper())
    name = ("disclosure poster", found.view.code, settings().base_url)
    made = kept(request_session(), name, lambda: poster.printed(found))
    answer = Response(made, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="poster-{found.view.code}-{found.period}.pdf"'
    return answer


@bp.get("/disclosure/<code>/kiosk")
@public
def kiosk(code: str) -> Response:
    """A screen for the lobby: its parts take turns by themselves, without any script."""
    found = _found(code)
    typed = request.args.get("screen", "1")[:2]
    screen = int(typed) if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= SCREENS else 1
    following = url_for("disclosure.kiosk", code=found.view.code, screen=screen % SCREENS + 1)
    page = render_template(
        "disclosure/kiosk.html", found=found, screen=screen, screens=SCREENS, following=following,
        **poster.parts(found, on_screen=True),
    )  # fmt: skip
    answer = Response(page)
    if request.args.get("stay") != "yes":
        answer.headers["Refresh"] = f"{SECONDS}; url={following}"
    return answer
