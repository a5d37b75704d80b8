"""The blueprint of requests to fix. Its words are for every page: estates and checks show orders too."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect

from portal.kernel.web import request_session
from scoring.rectification import reading
from scoring.rectification.views import words

bp = Blueprint("rectification", "scoring.rectification", template_folder="templates")


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {**words.FOR_TEMPLATES, "orders_of_check": _of_check, "orders_of_estate": _of_estate}


def _of_check(check_id: str) -> dict[str, reading.OrderView]:
    return reading.check_orders(request_session(), check_id)


def _of_estate(estate_code: str) -> list[reading.OrderView]:
    return reading.open_of_estate(request_session(), estate_code)


def see_other(address: str) -> Response:
    """After a deed: the page to look at."""
    return make_response(redirect(address, 303))
