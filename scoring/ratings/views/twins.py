"""The charts of a result as tables: categories of a quarter's months, components of a year's total."""

from flask import Response

from portal.kernel.points import print_cp
from portal.kernel.table_files import ENDINGS, Sheet, sent
from portal.kernel.web import public, request_session
from scoring.ratings import api
from scoring.ratings.views.blueprint import bp, quarter_of, year_of

CATEGORIES = ("month", "category_code", "category", "applicable", "earned", "lost")
COMPONENTS = ("component", "name", "weight", "score", "status")


def _points(value: int | None) -> str | None:
    return None if value is None else print_cp(value)


@bp.get(f"/quarters/<quarter>/estates/<code>/categories.<any({ENDINGS}):ending>")
@public
def quarter_estate_categories(quarter: str, code: str, ending: str) -> Response:
    """Points by category, month by month."""
    made = api.quarter_explained(request_session(), quarter_of(quarter), code)
    rows = [
        {
            "month": month.month,
            "category_code": one.code,
            "category": one.name,
            "applicable": print_cp(one.applicable_cp),
            "earned": print_cp(one.earned_cp),
            "lost": print_cp(one.applicable_cp - one.earned_cp),
        }
        for month in made.months
        for one in month.categories
    ]
    about = {"quarter": made.quarter, "estate_code": made.estate_code}
    return sent(Sheet(f"categories-{made.quarter}-{made.estate_code}", CATEGORIES, rows, about), ending)


@bp.get(f"/ratings/<year>/estates/<code>/components.<any({ENDINGS}):ending>")
@public
def year_estate_components(year: str, code: str, ending: str) -> Response:
    """What each component adds to the total."""
    made = api.rating_explained(request_session(), year_of(year), code)
    rows = [
        {
            "component": one.component,
            "name": one.name,
            "weight": one.weight,
            "score": _points(one.score_cp),
            "status": one.status,
        }
        for one in made.components
    ]
    about = {"year": made.year, "estate_code": made.estate_code, "total": _points(made.row["total_cp"])}
    return sent(Sheet(f"components-{made.year}-{made.estate_code}", COMPONENTS, rows, about), ending)
