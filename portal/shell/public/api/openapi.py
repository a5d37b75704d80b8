"""The description of the API in OpenAPI 3.1, built from the same lists of fields as its answers."""

from typing import Any

from portal.kernel.settings import settings
from portal.registry import api as registry
from portal.shell.public import fields
from portal.shell.public.api import openapi_check

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
SCORE = {"type": ["string", "null"], "pattern": r"^-?\d+\.\d\d$", "description": "Points with two digits"}
DAY = {"type": ["string", "null"], "format": "date"}
INSTANT = {"type": "string", "format": "date-time"}
WHOLE_OR_NULL = {"type": ["integer", "null"]}
TEXT_OR_NULL = {"type": ["string", "null"]}
SPECIAL: dict[str, dict[str, Any]] = {
    "kind": {"type": "string"},
    "households": WHOLE, "months": WHOLE, "revision": WHOLE, "year": WHOLE,
    "rank_district": WHOLE_OR_NULL, "rank_street": WHOLE_OR_NULL, "stars": WHOLE_OR_NULL,
    "delivered_on": DAY, "effective_from": DAY, "effective_to": DAY, "document_on": DAY, "valid_from": DAY,
    "valid_to": DAY, "recorded_at": INSTANT,
    **{name: SCORE for name in ("score", "survey", "management", "comprehensive", "collection", "total", "points", "counted")},
    **{name: TEXT for name in ("estate_code", "status", "division_code", "quarter", "rule_set", "reason")},
}  # fmt: skip


def _row(names: tuple[str, ...], **more: Any) -> dict[str, Any]:
    properties = {name: SPECIAL.get(name, TEXT_OR_NULL) for name in names} | more
    return {"type": "object", "properties": properties, "required": list(properties)}


def _rows(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


def _page(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["items", "total", "next", "snapshot"],
        "properties": {
            "items": _rows(name),
            "total": WHOLE,
            "next": {
                "type": ["string", "null"],
                "format": "uri",
                "description": "Address of the next page, same snapshot",
            },
            "snapshot": TEXT,
        },
    }


def _schemas() -> dict[str, Any]:
    return {
        "Estate": _row(fields.ESTATE),
        "EstateRecord": _row(
            fields.ESTATE,
            service={"type": ["object", "null"]},
            quarter_scores=_rows("QuarterScore"),
            ratings=_rows("Rating"),
            explanation=_rows("Explanation"),
            lists=_rows("ListEntry"),
            rectification_orders=_rows("RectificationOrder"),
        ),
        "RectificationOrder": _row(fields.ORDER[:-1], overdue={"type": "boolean"}),
        "Explanation": _row(("about", "basis", "next", "page"), sentences={"type": "array", "items": TEXT}, on=DAY),
        "Enterprise": _row(fields.ENTERPRISE),
        "EnterpriseRecord": _row(
            fields.ENTERPRISE,
            credit={"$ref": "#/components/schemas/Credit"},
            estates={"type": "array", "items": {"type": "object"}},
            lists=_rows("ListEntry"),
        ),
        "Credit": _row(
            ("as_of", "known_at"), score=SCORE, grade=TEXT, good=SCORE, bad=SCORE, events=_rows("CreditEvent")
        ),
        "CreditEvent": _row(fields.EVENT, flags=_rows("Flag")),
        "QuarterScore": _row(fields.QUARTER, flags=_rows("Flag")),
        "Rating": _row(fields.RATING, flags=_rows("Flag")),
        "ListEntry": _row(fields.LIST, explanation={"$ref": "#/components/schemas/Explanation"}, flags=_rows("Flag")),
        "Flag": _row((), code=TEXT, label=TEXT, since={"type": "string", "format": "date"}),
        **openapi_check.schemas(),
        "Problem": {
            "type": "object",
            "properties": {"type": TEXT, "title": TEXT, "status": WHOLE, "detail": TEXT, "parameter": TEXT},
        },
    }


def _query(name: str, about: str, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": about,
        "schema": schema or {"type": "string"},
    }


def _in_path(name: str, about: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": about, "schema": {"type": "string"}}


PAGES = [
    _query("page", "Page, from 1", type="integer", minimum=1, default=1),
    _query("page_size", "Rows of a page", type="integer", minimum=1, maximum=500, default=100),
    _query("snapshot", "As given in `next`: every page shows the same state"),
]
AS_OF = _query("as_of", "The day looked at, today when not given", type="string", format="date")
Q = _query("q", "Name, code, pinyin, initials or address")


def _get(summary: str, schema: str, *parameters: Any, is_list: bool = False) -> dict[str, Any]:
    content = _page(schema) if is_list else {"$ref": f"#/components/schemas/{schema}"}
    wrong = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return {
        "get": {
            "summary": summary,
            "parameters": list(parameters) + (PAGES if is_list else []),
            "responses": {
                "200": {"description": "OK", "content": {"application/json": {"schema": content}}},
                "400": {"description": "A parameter of the address is refused; it is named", **wrong},
                "404": {"description": "Not in the register, or not published or not known then", **wrong},
            },
        }
    }


def _paths() -> dict[str, Any]:
    division = _query("division", "Division code, 12 digits: estates within it")
    kind = _query("kind", "Kind of estate", type="string", enum=list(registry.KINDS))
    colour = _query("kind", "One list; both when not given", type="string", enum=["red", "black"])
    known_at = _query(
        "known_at", "What had been recorded by then, e.g. 2026-01-25T08:00:00Z", type="string", format="date-time"
    )
    uscc = _query("uscc", "Entries concerning this company")
    return {
        "/api/v1/estates": _get("Estates", "Estate", Q, division, kind, is_list=True),
        "/api/v1/estates/{code}": _get("One estate", "EstateRecord", _in_path("code", "Estate code")),
        "/api/v1/enterprises": _get("Companies", "Enterprise", Q, is_list=True),
        "/api/v1/enterprises/{uscc}": _get(
            "One company with its credit",
            "EnterpriseRecord",
            _in_path("uscc", "Unified social credit code"),
            AS_OF,
            known_at,
        ),
        "/api/v1/quarters/{quarter}/scores": _get(
            "Published scores of a quarter",
            "QuarterScore",
            _in_path("quarter", "e.g. 2025Q1"),
            AS_OF,
            known_at,
            is_list=True,
        ),
        "/api/v1/ratings/{year}": _get(
            "Published ratings of a year", "Rating", _in_path("year", "e.g. 2025"), AS_OF, known_at, is_list=True
        ),
        "/api/v1/lists": _get("Red and black lists", "ListEntry", colour, uscc, AS_OF, known_at, is_list=True),
        **openapi_check.paths(),
        "/api/openapi.json": {"get": {"summary": "This description", "responses": {"200": {"description": "OK"}}}},
    }


def description() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": settings().site_name_en,
            "version": "1",
            "description": "Open data of the portal, no key needed. Field names are those of the open data files.",
        },
        "servers": [{"url": settings().base_url}],
        "paths": _paths(),
        "components": {"schemas": _schemas()},
    }
