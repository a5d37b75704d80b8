"""The blueprint of the disclosure calendar and of reports."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect

from disclosure.reports import words

bp = Blueprint("reports", "disclosure.reports", template_folder="templates")


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"report_words": words}


def see_other(address: str) -> Response:
    """After a deed: the page to look at."""
    return make_response(redirect(address, 303))
