"""The bidder check and the verification of receipts, as the OpenAPI file describes them."""

from typing import Any

from portal.shell.public.bidder.answer import DAYS_AHEAD, STATUSES
from portal.shell.public.bidder.questions import MOST

TEXT, TEXT_OR_NULL, WHOLE = {"type": "string"}, {"type": ["string", "null"]}, {"type": "integer"}
DAY, INSTANT = {"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}
CODE = {"type": "string", "pattern": "^[0-9A-HJKMNP-TV-Z]{26}$", "description": "128 random bits"}
PROBLEM = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def schemas() -> dict[str, Any]:
    """Questions, answers, receipts, keys."""
    return {
        "CheckRequest": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "as_of": {"type": ["string", "null"], "description": f"Today when not given; at most {DAYS_AHEAD} days ahead"},
                "known_at": {"type": ["string", "null"], "description": "Now when not given; never in the future"},
                "queries": {
                    "type": "array",
                    "maxItems": MOST,
                    "items": {"description": 'An object {"uscc": …} or {"name": …}; a bad one gets its own answer'},
                },
            },
        },
        "Match": _object(
            uscc=TEXT, name=TEXT, score={"type": "integer", "minimum": 0, "maximum": 1000}, reason_code=TEXT, reason=TEXT
        ),
        "CheckItem": _object(
            query={"type": "object", "description": "As asked, without signs that nobody sees"},
            status={"type": "string", "enum": list(STATUSES)},
            provisional={"type": "boolean"},
            uscc=TEXT_OR_NULL, name=TEXT_OR_NULL, reason_code=TEXT, reason=TEXT, matches=_list(_ref("Match")),
            entries=_list(_ref("ListEntry")),
        ),
        "CheckAnswer": _object(
            items=_list(_ref("CheckItem")), receipt=_ref("Receipt"), as_of=DAY, known_at=INSTANT, snapshot=TEXT,
            provisional={"type": "boolean"}, verify={"type": "string", "format": "uri"},
            holder_code={"type": "string", "description": "Opens the receipt again on the portal"}, meaning=TEXT,
        ),
        "Receipt": _object(
            payload=_object(
                type=TEXT, id=CODE, issued_at=INSTANT, as_of=DAY, known_at=INSTANT, snapshot=TEXT,
                items=_list({"type": "object"}),
            ),
            key_id=TEXT,
            signature={"type": "string", "description": "Ed25519 (base64url, no padding) over the RFC 8785 JSON of payload"},
        ),
        "Verdict": _object(
            verdict={"type": "string", "enum": ["genuine", "altered", "superseded"]}, detail=TEXT, changed=_list(WHOLE),
            issued_here={"type": "boolean"},
        ),
        "ReceiptLook": _object(
            id=CODE, type=TEXT, issued_at=INSTANT, as_of=DAY, known_at=INSTANT, snapshot=TEXT, key_id=TEXT,
            superseded={"type": "boolean"},
        ),
        "Keys": _object(keys=_list(_object(kty=TEXT, crv=TEXT, alg=TEXT, use=TEXT, kid=TEXT, x=TEXT))),
    }  # fmt: skip


def _answers(schema: str, *codes: int) -> dict[str, Any]:
    words = {400: "The request cannot be read", 404: "No such receipt", 413: "Too large", 422: "A value makes no sense",
             429: "Too many requests from this address; see Retry-After"}  # fmt: skip
    ok = {"description": "OK", "content": {"application/json": {"schema": _ref(schema)}}}
    return {"200": ok, **{str(code): {"description": words[code], **PROBLEM} for code in codes}}


def _body(schema: str) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": _ref(schema)}}}


def paths() -> dict[str, Any]:
    """The addresses."""
    code = {"name": "code", "in": "path", "required": True, "description": "The receipt's id", "schema": TEXT}
    return {
        "/api/v1/lists/check": {
            "post": {
                "summary": "Are these companies on a list on a day? One item for each query, in order, with a signed receipt",
                "parameters": [],
                "requestBody": _body("CheckRequest"),
                "responses": _answers("CheckAnswer", 400, 413, 422, 429),
            }
        },
        "/api/v1/receipts/verify": {
            "post": {
                "summary": "Is this receipt genuine, altered, or superseded since?",
                "parameters": [],
                "requestBody": _body("Receipt"),
                "responses": _answers("Verdict", 400, 413, 429),
            }
        },
        "/api/v1/receipts/{code}": {
            "get": {
                "summary": "What anybody may know of a receipt by its id; never whom it is about",
                "parameters": [code],
                "responses": _answers("ReceiptLook", 400, 404, 429),
            }
        },
        "/.well-known/keys.json": {
            "get": {
                "summary": "The public keys that sign receipts and the open data (JWK set), old ones included",
                "parameters": [],
                "responses": _answers("Keys"),
            }
        },
    }
