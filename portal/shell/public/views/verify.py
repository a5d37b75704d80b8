"""Is a paper genuine? By its number anybody learns that it was issued; what it says, only who holds it."""

from collections.abc import Callable
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from mediation.cases import api as mediation
from portal.kernel.db import transaction
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import just_written, public, request_session
from portal.notices import api as notices
from portal.receipts import api as receipts
from portal.shell.public.answers import json_answer
from portal.shell.public.bidder import files, since, verdicts
from portal.shell.public.bidder.forms import VerifyForm
from portal.shell.public.views.blueprint import bp
from portal.shell.public.views.check import private, result_page, sent_file

LARGEST = 8 * 1024 * 1024
ENDINGS = "any(pdf, json, xlsx, csv)"


@bp.get("/.well-known/keys.json")
@public
def keys() -> Response:
    """The public keys (JWK set), old ones included."""
    return json_answer(receipts.jwk_set(request_session()))


@bp.get("/verify/verify_receipt.py")
@public
def verifier() -> Response:
    """The offline verifier, one file."""
    response = Response(receipts.VERIFIER.read_bytes(), content_type="text/x-python; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="verify_receipt.py"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@bp.get("/verify")
@public
def verify() -> Response:
    """The form."""
    return _form_page(VerifyForm())


def _form_page(form: VerifyForm, status: int = 200) -> Response:
    known = receipts.jwk_set(request_session())["keys"]
    return private(render_template("receipts/verify.html", form=form, keys=known), status)


def _count_look() -> None:
    with transaction() as db:
        receipts.count_look(db, request.remote_addr or "")


@bp.post("/verify", endpoint="verify_receipt")
@public
def verify_receipt() -> Response:
    """A number leads to its page; a file or a text gets its verdict."""
    form = VerifyForm()
    if not form.validate():
        return _form_page(form, 422)
    data = form.file.data.read(LARGEST) if form.file.data else (form.text.data or "").strip().encode("utf-8", "replace")
    if not data:
        code = receipts.read_code(form.code.data or "") or "".join((form.code.data or "").split())[:60]
        return redirect(url_for("public.verify_code", code=code), 303)  # type: ignore[return-value]
    _count_look()
    db = request_session()
    verdict = receipts.verify(db, data)
    changed = since.changed(db, verdict.receipt["payload"]) if verdict.receipt else []
    return private(_verdict_page(verdict, changed))


def _verdict_page(verdict: receipts.Verdict, changed: list[int]) -> str:
    receipt = verdict.receipt
    parts: dict[str, Any] = {"own": receipts.holder_code(receipt["signature"])} if receipt else {}
    return render_template(
        "receipts/verdict.html", verdict=verdicts.state(verdict, changed), receipt=receipt, changed=changed,
        is_filed=verdict.is_filed, moments=files.moments(receipt["payload"]) if receipt else None,
        kind=verdicts.kind(receipt["payload"]["type"]) if receipt else "", printed=receipts.printed, **parts,
    )  # fmt: skip


@bp.get("/verify/<code>", endpoint="verify_code")
@public
@just_written
def verify_code(code: str) -> Response:
    """What anybody may know of a paper by its number. Every look is counted."""
    _count_look()
    db, number = request_session(), receipts.read_code(code)
    found = receipts.look_up(db, number) if number else None
    if found:
        return private(_known_page(db, found))
    paper = notices.document_by_code(db, number) if number else None
    if paper:
        return private(render_template("receipts/paper.html", paper=paper, kind=notices.kind(paper.kind)))
    mediated = mediation.verify_paper(db, number) if number else None
    if mediated:
        kind = {"name": mediation.PAPER_NAMES[mediated.kind]}
        return private(render_template("receipts/paper.html", paper=mediated, kind=kind, signed=mediated.signed_at))
    raise NotFound(_("没有编号为“%(value)s”的回执或者文书。请对照原件核对。", value=code[:60]))


def _known_page(db: Session, found: receipts.Look) -> str:
    receipt = receipts.contents(db, found.id)
    changed = since.changed(db, receipt["payload"]) if receipt else []
    opened = verdicts.is_open(found.type)
    return render_template(
        "receipts/known.html", found=found, changed=bool(changed), kind=verdicts.kind(found.type),
        printed=receipts.printed, item=receipt["payload"]["items"][0] if opened and receipt else None,
        number=verdicts.number(found),
    )  # fmt: skip


def _held(code: str) -> dict[str, Any]:
    """The receipt, for who gives its holder's code. Raises ``NotFound``."""
    _count_look()
    number, db = receipts.read_code(code), request_session()
    given = request.form.get("holder_code", "")
    receipt = receipts.contents(db, number) if number and receipts.holds(db, number, given) else None
    if receipt is None:
        raise NotFound(_("校验码不对，或者没有这份回执。校验码印在回执上，共10位。"))
    return receipt


@bp.post("/verify/<code>", endpoint="open_receipt")
@public
def open_receipt(code: str) -> Response:
    """The whole receipt for who holds it."""
    receipt = _held(code)
    page = verdicts.PAGES.get(receipt["payload"]["type"])
    if page is None:
        provisional = any(item["provisional"] for item in receipt["payload"]["items"])
        return private(result_page(receipt, provisional))
    return private(page(receipt))


@bp.post(f"/verify/<code>/receipt.<{ENDINGS}:ending>", endpoint="receipt_file")
@public
def receipt_file(code: str, ending: str) -> Response:
    """The receipt as a file for who holds it."""
    receipt = _held(code)
    make: Callable[[dict[str, Any], str], bytes] = verdicts.FILES.get(receipt["payload"]["type"], files.made)
    return sent_file(make(receipt, ending), ending, f"receipt-{receipt['payload']['id']}")
