"""Figures of the centre: counts for everybody, and the office's own for street and district, with a sheet."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from mediation.cases import api as cases
from mediation.guide import api as guide
from mediation.roster import api as roster
from mediation.statistics import fairness as opinions
from mediation.statistics import policy, queries
from mediation.statistics.queries import Report
from portal.kernel import clock
from portal.kernel.access import Permission, require
from portal.kernel.i18n import _
from portal.kernel.kept import kept
from portal.kernel.sheets.write import csv_lines
from portal.kernel.web import actor, needs, public, request_session
from portal.registry import api as registry

bp = Blueprint("mediation_statistics", __name__, template_folder="templates")
MONTHS = {"12": 12, "24": 24, "3": 3}


@bp.get("/mediation/counts")
@public
def counts() -> str:
    """How many, of what kind, how they ended and how long it took; the small numbers hidden."""
    db = request_session()
    found, shown = queries.public_report(db)
    rates = kept(
        db, ("mediation-answered", found.since, found.until), lambda: queries.answered(db, found.since, found.until)
    )
    names = registry.enterprise_names(db)
    return render_template(
        "mediation_statistics/counts.html", found=found, shown=shown, fewest=queries.FEWEST, rates=rates, names=names,
        cases=cases,
    )  # fmt: skip


@bp.get("/mediation/fairness")
@public
def fairness() -> str:
    """Was it fair? What parties said, by year and stage, kind and street; the small numbers hidden."""
    db = request_session()
    years = kept(db, "mediation-fairness", lambda: opinions.public_years(db))
    return render_template(
        "mediation_statistics/fairness.html", years=years, until=opinions.published_until(clock.today()), cases=cases,
        areas=registry.divisions(db), fewest=queries.FEWEST,
    )  # fmt: skip


def _asked() -> tuple[Report, str, str]:
    """The report of the place and span in the address: (report, place, months)."""
    db, me = request_session(), actor()
    place = request.args.get("place", "")[:12] or me.division_code or ""
    require(policy.may_read(me, place))
    months = request.args.get("months", "12")
    months = months if months in MONTHS else "12"
    since, _until = queries.last_months(clock.today(), MONTHS[months])
    until = clock.today()
    name = ("mediation-report", since, until, place)
    return kept(db, name, lambda: queries.report(db, since, until, place or None)), place, months


@bp.get("/mediation/statistics")
@needs(Permission.MEDIATION_REGISTER)
def office() -> str:
    """The office's figures."""
    db, me = request_session(), actor()
    found, place, months = _asked()
    areas = registry.divisions(db)
    streets = [code for code, area in areas.items() if area.level == "street" and policy.may_read(me, code)]
    names = registry.estate_names(db, [code for code, _many in found.estates])
    return render_template(
        "mediation_statistics/office.html", found=found, place=place, months=months, spans=MONTHS, streets=streets,
        home=me.division_code or "", areas=areas, names=names, cases=cases, loads=_loads(place), guide=guide,
        **_opinions(found, place),
    )  # fmt: skip


def _opinions(found: Report, place: str) -> dict[str, Any]:
    """What parties and mediators said of the cases of a place; free texts for the whole district only."""
    db, me = request_session(), actor()

    def asked(*roles: str) -> tuple[int, list[opinions.OfficeLine]]:
        name = ("mediation-opinions", found.since, found.until, place, roles)
        return kept(db, name, lambda: opinions.office_lines(db, found.since, found.until, place or None, roles))

    is_whole = me.has_whole_district and place == (me.division_code or "")
    return {
        "parties_said": asked("applicant", "respondent"), "mediators_said": asked("mediator"), "fewest": queries.FEWEST,
        "remarks": cases.remarks(db, me) if is_whole else [],
    }  # fmt: skip


def _loads(place: str) -> list[tuple[str, int]]:
    """Mediators with their open cases; for the whole district only, since they work for all streets."""
    me, db = actor(), request_session()
    if not me.has_whole_district or place != (me.division_code or ""):
        return []
    busy = kept(db, "mediation-loads", lambda: cases.loads(db))
    return [(one.name, busy.get(one.login, 0)) for one in roster.on_roster(db, clock.today(), "mediator")]


@bp.get("/mediation/statistics.csv")
@needs(Permission.MEDIATION_REGISTER)
def sheet() -> Response:
    """The same figures as a sheet: what is counted, of which code, how many."""
    found, place, months = _asked()
    rows: list[tuple[str, str, object]] = [("filed", "", found.whole.filed)]
    rows += [("kind", one.code, one.filed) for one in found.kinds]
    rows += [("kind-agreed", one.code, one.agreed) for one in found.kinds]
    rows += [("street", one.code, one.filed) for one in found.streets]
    rows += [("street-agreed", one.code, one.agreed) for one in found.streets]
    rows += [("end", step, count) for step, count in found.ends.items()]
    rows += [("now", one.step, one.now) for one in found.stays]
    rows += [("average-days", one.step, _days(one.tenths)) for one in found.stays]
    rows += [("promise", step, count) for step, count in found.promises.items()]
    rows += [("estate", code, count) for code, count in found.estates]
    opinions_said = _opinions(found, place)
    for who in ("parties", "mediators"):
        said, lines = opinions_said[f"{who}_said"]
        rows += [(f"fair-{who}", "", said)] if said >= queries.FEWEST else []
        rows += [
            (f"fair-{who}-{answer}", one.question, getattr(one, answer)) for one in lines for answer in cases.ANSWERS
        ]
    text = "".join(csv_lines((_("项目"), _("代码"), _("数值")), rows))
    name = f"mediation-{clock.today():%Y%m%d}-{months}.csv"
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _days(tenths: int | None) -> str:
    return "" if tenths is None else f"{tenths // 10}.{tenths % 10}"
