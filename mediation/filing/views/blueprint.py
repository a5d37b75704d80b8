"""The blueprint of filing, and what its pages have in common."""

from flask import Blueprint, Response, make_response, request

from portal.kernel.db import transaction
from portal.kernel.sources import source
from portal.receipts import api as receipts

bp = Blueprint("mediation_filing", __name__, template_folder="../templates")


def private(page: str, status: int = 200) -> Response:
    """A page that nobody may keep: it carries a form, what somebody typed, or a code."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def count_try(what: str, most: int) -> None:
    """Count a try from this address on its own account. ``TooMany`` beyond ``most`` within 10 minutes."""
    with transaction() as db:
        receipts.count_look(db, f"mediation {what} {source(request.remote_addr or '')}", most)
