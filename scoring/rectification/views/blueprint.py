"""The blueprint of requests to fix. Its words are for every page: estates and checks show orders too."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect

from scoring.rectification.views import words

bp = Blueprint("rectification", "scoring.rectification", template_folder="templates")


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return words.FOR_TEMPLATES


def see_other(address: str) -> Response:
    """After a deed: the page to look at."""
    return make_response(redirect(address, 303))
