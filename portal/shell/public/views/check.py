"""Is a company on a list? Asked by POST only: no address and no log holds whom somebody asked about."""

import tempfile
from pathlib import Path
from typing import Any

from flask import Response, make_response, render_template, request

from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.errors import InputRefused
from portal.kernel.sheets.template import write_template
from portal.kernel.sources import source
from portal.kernel.web import public, request_session
from portal.receipts import api as receipts
from portal.shell.public.answers import XLSX
from portal.shell.public.bidder import deed, files, sheet, words
from portal.shell.public.bidder.answer import last_day
from portal.shell.public.bidder.forms import CheckForm
from portal.shell.public.bidder.questions import Question, of_text
from portal.shell.public.views.blueprint import bp

SHOWN_ROWS = 200


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {"check_words": words, "entry_line": files.entry_line}


def private(page: str, status: int = 200) -> Response:
    """A page with a form token or with somebody's question: nobody may keep it."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _form_page(form: CheckForm, status: int = 200, cells: Any = (), problem: str = "") -> Response:
    rows = [{"cell": cell.cell, "text": cell.message} for cell in cells]
    page = render_template(
        "receipts/lists_check.html", form=form, cells=rows, problem=problem, has_errors=bool(problem),
        last=last_day(), on=clock.today(),
    )  # fmt: skip
    return private(page, status)


@bp.get("/lists/check")
@public
def check() -> Response:
    """The form, with today filled in."""
    return _form_page(CheckForm(as_of=clock.today().isoformat()))


@bp.get("/lists/check/template.xlsx")
@public
def check_template() -> Response:
    """A blank list of companies."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "companies.xlsx"
        write_template(sheet.TEMPLATE, path)
        response = Response(path.read_bytes(), content_type=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="companies.xlsx"'
    return response


def _questions(form: CheckForm) -> tuple[str, list[Question]]:
    """(channel, what is asked). A sheet comes before the box. Raises ``InputRefused``."""
    uploaded = form.file.data
    if uploaded:
        with transaction() as db:  # reading a sheet is work, whatever comes of it
            receipts.count_look(db, f"sheet {source(request.remote_addr or '')}")
        return "sheet", sheet.questions_of(uploaded.read(sheet.LARGEST + 1), uploaded.filename or "")
    return "page", [of_text(form.q.data or "")]


@bp.post("/lists/check", endpoint="check_lists")
@public
def check_lists() -> Response:
    """The answer with its signed receipt; a refused form comes back filled, and nothing was asked."""
    form = CheckForm()
    if not form.validate():
        return _form_page(form, 422)
    try:
        channel, questions = _questions(form)
    except InputRefused as error:
        return _form_page(form, 422, error.problems[:50], error.summary)
    day, instant = form.as_of.day, form.known_at.instant
    found, receipt = deed.checked(request_session(), deed.asker(channel), questions, day, instant)
    return private(result_page(receipt, found.provisional, form))


def result_page(receipt: dict[str, Any], provisional: bool, form: CheckForm | None = None) -> str:
    """The answer on a page: from the check itself, or again for who holds the receipt."""
    payload = receipt["payload"]
    as_of, known_at, issued_at = files.moments(payload)
    items = payload["items"]
    return render_template(
        "receipts/answer.html", payload=payload, items=items[:SHOWN_ROWS], total=len(items), as_of=as_of,
        known_at=known_at, issued_at=issued_at, provisional=provisional, counts=files.counts(items), form=form,
        meaning=words.meaning(as_of, known_at), **files.check_parts(receipt),
    )  # fmt: skip


def sent_file(data: bytes, ending: str, name: str) -> Response:
    """A file made for one person."""
    response = Response(data, content_type=files.MEDIA[ending])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    response.headers["Cache-Control"] = "no-store"
    return response
