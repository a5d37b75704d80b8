"""The open API (contract, section 4): no key, CORS open, errors as problem+json, fields named as in the files."""

from datetime import date
from functools import wraps
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.http import http_date

from portal.kernel import clock
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.periods import Quarter, Year
from portal.kernel.settings import settings
from portal.kernel.web import public, request_session
from portal.registry import api as registry
from portal.shell.public import enterprise, estate, explained, fields
from portal.shell.public.answers import json_answer
from portal.shell.public.api import companies, openapi, paging, params
from portal.shell.public.api.problems import BadParameter, problem
from scoring.lists import api as lists
from scoring.ratings import api as ratings

bp = Blueprint("api", __name__, url_prefix="/api")
# endpoint to (since when it is to go, when it goes): announced in every answer twelve months ahead at least
LEAVING: dict[str, tuple[date, date]] = {}


@bp.after_request
def _announce_leaving(response: Response) -> Response:
    """``Deprecation`` (RFC 9745) and ``Sunset`` (RFC 8594) of an address that will go."""
    if leaving := LEAVING.get(request.endpoint or ""):
        since, until = (clock.day_start(day) for day in leaving)
        response.headers["Deprecation"] = f"@{int(since.timestamp())}"
        response.headers["Sunset"] = http_date(until)
        response.headers["Link"] = f'<{settings().base_url}/data#promise>; rel="deprecation"'
    return response


@bp.after_request
def _preflight(response: Response) -> Response:
    """Browsers ask first when a page of another origin sends If-None-Match: reading is open to all."""
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
        response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language, If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response


@bp.errorhandler(BadParameter)
def _bad_parameter(error: BadParameter) -> Response:
    return _open(problem(error.status, _("参数有误"), error.sentence, error.name))


@bp.errorhandler(NotFound)
def _not_found(error: NotFound) -> Response:
    return _open(problem(404, _("没有找到"), str(error)))


def _open(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def answers(*allowed: str) -> Any:
    """A view that takes exactly these parameters and answers JSON."""

    def declare(view: Any) -> Any:
        @wraps(view)
        def checked(**values: str) -> Response:
            params.refuse_unknown(allowed)
            return json_answer(view(request_session(), **values))

        checked.parameters = allowed  # type: ignore[attr-defined]
        return public(checked)

    return declare


@bp.get("/v1/estates")
@answers("q", "division", "kind", *paging.PAGING)
def estates(db: Session) -> Any:
    """The register of estates."""
    q, division, kind = params.text("q"), params.division(), params.one_of("kind", registry.KINDS)
    pinned = paging.snapshot(db)

    def rows(limit: int, offset: int) -> Any:
        found, total = registry.find_estates(
            db, q, division, kind, pinned.as_of, limit, offset, known_at=pinned.known_at
        )
        return [fields.estate(view) for view in found], total

    return paging.paged(rows, pinned)


@bp.get("/v1/estates/<code>", endpoint="estate")
@answers()
def one_estate(db: Session, code: str) -> Any:
    """One estate with its service, scores, ratings and list entries."""
    found = estate.dossier(db, code.upper())
    return {**estate.content(db, found), "explanation": explained.explanation(db, found)}


@bp.get("/v1/enterprises")
@answers("q", *paging.PAGING)
def enterprises(db: Session) -> Any:
    """The register of companies."""
    name = params.text("snapshot")
    if not name:
        found, _total = registry.find_enterprises(db, params.text("q"), limit=None)
        rows = [fields.enterprise(view) for view in found]
        return paging.paged(paging.sliced(rows), companies.keep(rows))
    kept = companies.kept(name)
    if kept is None:
        raise BadParameter("snapshot", _("这份快照已不再保留，请从第一页重新读取。"))
    return paging.paged(paging.sliced(kept), name)


@bp.get("/v1/enterprises/<uscc>", endpoint="enterprise")
@answers("as_of", "known_at")
def one_enterprise(db: Session, uscc: str) -> Any:
    """One company with its credit on a day, as known at an instant."""
    return enterprise.content(db, enterprise.record(db, uscc.upper(), params.day(), params.instant()))


@bp.get("/v1/quarters/<quarter>/scores")
@answers("as_of", "known_at", *paging.PAGING)
def quarter_scores(db: Session, quarter: str) -> Any:
    """The scores of a quarter as public on a day and known at an instant."""
    period = _quarter(quarter)
    return _published(
        db,
        period,
        lambda day: {view.period for view in ratings.quarters(db, day)},
        ratings.quarter_page,
        fields.quarter_scores,
    )


@bp.get("/v1/ratings/<year>", endpoint="ratings")
@answers("as_of", "known_at", *paging.PAGING)
def year_ratings(db: Session, year: str) -> Any:
    """The ratings of a year as public on a day and known at an instant."""
    number = _year(year)
    return _published(
        db, number, lambda day: {view.year for view in ratings.years(db, day)}, ratings.rating_page, fields.ratings
    )


def _published(db: Session, period: Any, public_on: Any, page: Any, rows_of: Any) -> Any:
    """The rows of a period, page by page of one snapshot. ``public_on(day)`` gives the periods public on a day."""
    pinned = paging.snapshot(db, params.day(), params.instant())
    if period not in public_on(pinned.as_of):
        raise NotFound(_("%(period)s还没有公布。", period=period))

    def rows(limit: int, offset: int) -> Any:
        frame, total = page(db, period, as_of=pinned.as_of, known_at=pinned.known_at, limit=limit, offset=offset)
        if not total:
            raise NotFound(_("按这个时点已经登记的信息，%(period)s还没有公布。", period=period))
        return rows_of(db, fields.tuples(frame)), total

    return paging.paged(rows, pinned)


@bp.get("/v1/lists", endpoint="lists")
@answers("kind", "uscc", "as_of", "known_at", *paging.PAGING)
def list_entries(db: Session) -> Any:
    """Entries of the red and black lists in force on a day, as known at an instant."""
    kind = params.one_of("kind", ("red", "black"))
    uscc = params.text("uscc").replace(" ", "").replace("-", "").upper()
    asked_at = params.instant()
    pinned = paging.snapshot(db, params.day("as_of", params.DAYS_AHEAD), asked_at, params.DAYS_AHEAD)
    found = lists.in_force(db, pinned.as_of, pinned.known_at, kind or None, uscc or None)
    # a mark shows at once: only a client that asks for an instant gets the marks known then
    return paging.paged(paging.sliced(fields.list_entries(db, found, pinned.as_of, asked_at)), pinned)


@bp.get("/openapi.json", endpoint="openapi")
@public
def description() -> Response:
    """This API, described for programs."""
    return json_answer(openapi.description())


def _quarter(text: str) -> str:
    try:
        return str(Quarter.parse(text))
    except DomainError as error:
        raise BadParameter("quarter", str(error)) from error


def _year(text: str) -> int:
    try:
        return Year.parse(text).number
    except DomainError as error:
        raise BadParameter("year", str(error)) from error
