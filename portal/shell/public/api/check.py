"""The bidder check and the verification of receipts for programs (contract, section 4)."""

import json
from datetime import date, datetime
from typing import Any

from flask import Response, abort, request

from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import just_written, public, request_session
from portal.receipts import api as receipts
from portal.shell.public.answers import json_answer
from portal.shell.public.api import params
from portal.shell.public.api.problems import BadParameter
from portal.shell.public.api.routes import bp
from portal.shell.public.bidder import deed, since, verdicts, words
from portal.shell.public.bidder.answer import DAYS_AHEAD
from portal.shell.public.bidder.questions import MOST, of_query
from portal.shell.public.kept.limits import rate_headers

LARGEST = 16 * 1024 * 1024
MEMBERS = ("as_of", "known_at", "queries")


def _private(content: Any, quota: receipts.Quota) -> Response:
    response = json_answer(content)
    response.headers.extend(rate_headers(quota))
    response.headers["Cache-Control"] = "no-store"
    return response


def _sent() -> bytes:
    """The bytes of the body, refused (413) when there are more than any check needs."""
    if (request.content_length or 0) > LARGEST:
        abort(413)
    return request.get_data()


def _body() -> dict[str, Any]:
    """The body as an object. Raises ``BadParameter``."""
    try:
        body = json.loads(_sent())
    except (ValueError, RecursionError) as error:
        raise BadParameter("body", _("请求内容应为JSON对象。")) from error
    if not isinstance(body, dict):
        raise BadParameter("body", _("请求内容应为JSON对象。"))
    for name in body:
        if name not in MEMBERS:
            known = ", ".join(MEMBERS)
            raise BadParameter(name[:60], _("不认识参数“%(name)s”。可以使用：%(names)s。", name=name[:60], names=known))
    return body


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise BadParameter(name, _("参数“%(name)s”应为文本。", name=name))
    return (value or "")[:100]


def _day(body: dict[str, Any]) -> date:
    return params.day_of("as_of", _text(body, "as_of"), DAYS_AHEAD, status=422)


def _instant(body: dict[str, Any]) -> datetime | None:
    return params.instant_of("known_at", _text(body, "known_at"), status=422)


@bp.post("/v1/lists/check", endpoint="check")
@public
def check() -> Response:
    """Up to 1,000 companies on one day: one item for each query, in order, and a signed receipt."""
    params.refuse_unknown(())
    body = _body()
    queries = body.get("queries", [])
    if not isinstance(queries, list):
        raise BadParameter("queries", _("参数“%(name)s”应为列表。", name="queries"), 422)
    if len(queries) > MOST:
        raise BadParameter("queries", _("一次最多查%(n)s家企业，请分成几次。", n=MOST), 422)
    questions = [of_query(query) for query in queries]
    quota = receipts.refuse_flood(request_session(), request.remote_addr or "")
    found, receipt = deed.checked(request_session(), deed.asker("api"), questions, _day(body), _instant(body))
    payload = receipt["payload"]
    return _private(
        {
            "items": payload["items"],
            "receipt": receipt,
            "as_of": payload["as_of"],
            "known_at": payload["known_at"],
            "snapshot": payload["snapshot"],
            "provisional": found.provisional,
            "verify": receipts.verify_address(payload["id"]),
            "holder_code": receipts.holder_code(receipt["signature"]),
            "meaning": words.meaning(found.as_of, found.known_at),
        },
        quota,
    )


def _count_look() -> receipts.Quota:
    with transaction() as db:
        return receipts.count_look(db, request.remote_addr or "")


@bp.post("/v1/receipts/verify", endpoint="verify_receipt")
@public
def verify() -> Response:
    """``genuine``, ``altered`` or ``superseded`` for the receipt in the body; ``changed`` numbers the items that moved."""
    params.refuse_unknown(())
    sent = _sent()
    quota = _count_look()
    db = request_session()
    verdict = receipts.verify(db, sent)
    changed = since.changed(db, verdict.receipt["payload"]) if verdict.receipt else []
    return _private(
        {
            "verdict": verdicts.state(verdict, changed),
            "detail": verdict.detail,
            "changed": changed,
            "issued_here": verdict.is_filed,
        },
        quota,
    )


@bp.get("/v1/receipts/<code>", endpoint="receipt")
@public
@just_written
def receipt(code: str) -> Response:
    """What anybody may know of a receipt by its number; never what it says."""
    params.refuse_unknown(())
    quota = _count_look()
    number, db = receipts.read_code(code), request_session()
    found = receipts.look_up(db, number) if number else None
    if found is None:
        raise NotFound(_("没有编号为“%(value)s”的回执或者文书。请对照原件核对。", value=code[:60]))
    held = receipts.contents(db, found.id)
    changed = bool(held and since.changed(db, held["payload"]))
    return _private(
        {
            "id": found.id, "type": found.type, "issued_at": clock.instant_text(found.issued_at),
            "as_of": found.as_of.isoformat(), "known_at": clock.instant_text(found.known_at),
            "snapshot": found.snapshot, "key_id": found.key_id, "superseded": changed,
        },
        quota,
    )  # fmt: skip
