"""The blueprints of checks: what is filed and read, and what is reviewed (two entries of the staff row)."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect

from scoring.checks.views import words

bp = Blueprint("checks", "scoring.checks", template_folder="templates")
reviews_bp = Blueprint("reviews", "scoring.checks", template_folder="templates")


@bp.context_processor
@reviews_bp.context_processor
def _words() -> dict[str, Any]:
    return words.FOR_TEMPLATES


def see_other(address: str) -> Response:
    """After a deed: the page to look at."""
    return make_response(redirect(address, 303))
