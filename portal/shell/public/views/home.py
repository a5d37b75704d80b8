"""The first page: one search, what the portal is, what was last published."""

from flask import Response, render_template

from portal.kernel.web import public, request_session
from portal.registry import api as registry
from portal.shell.public import fields
from portal.shell.public.answers import json_answer
from portal.shell.public.standing import Standing, last_published
from portal.shell.public.views.blueprint import bp

STARS = (5, 4, 3, 2, 1, 0)
OTHERS = ("pending", "vetoed", "not_eligible")


def _bars(standing: Standing) -> list[dict[str, object]]:
    """Number of estates by stars, then by status, with the width of each bar in per cent of the longest."""
    counted = standing.stars_count()
    longest = max(counted.values(), default=1)
    rows = [{"stars": key, "status": "rated"} for key in STARS] + [{"stars": None, "status": key} for key in OTHERS]
    for row in rows:
        count = counted.get(row["status"] if row["stars"] is None else row["stars"], 0)
        row.update(count=count, width=f"{100 * count / longest:.1f}")
    return rows


@bp.get("/")
@public
def home() -> str:
    """Search first."""
    standing = last_published(request_session())
    names = registry.divisions(request_session())
    return render_template("public/home.html", standing=standing, bars=_bars(standing), names=names)


@bp.get("/index.json")
@public
def home_json() -> Response:
    """The figures of the first page."""
    standing = last_published(request_session())
    scored = [row for row in standing.scores.values() if row.status == "published"]
    return json_answer(
        {
            "quarter": standing.quarter.period if standing.quarter else None,
            "published_on": fields.plain(standing.quarter.published_on) if standing.quarter else None,
            "estates": len(standing.scores),
            "scored": len(scored),
            "year": standing.year.year if standing.year else None,
            "stars": [{name: row[name] for name in ("stars", "status", "count")} for row in _bars(standing)],
        }
    )
