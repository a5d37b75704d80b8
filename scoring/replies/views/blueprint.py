"""The blueprint of the replies' pages."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, url_for

bp = Blueprint("replies", __name__, template_folder="../templates")


def see_other(endpoint: str, **values: Any) -> Response:
    """After a deed: the page to look at."""
    return make_response(redirect(url_for(endpoint, **values), 303))
