"""The blueprint of the ledger, and what its pages share."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy.orm import Session

from disclosure.ledger.views import words
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound

bp = Blueprint("ledger", "disclosure.ledger", template_folder="templates")


@bp.context_processor
def _words() -> dict[str, Any]:
    return words.FOR_TEMPLATES


def see_other(address: str) -> Response:
    """After a deed: the page to look at."""
    return make_response(redirect(address, 303))


def refused(deed: Callable[[Session], Any]) -> str:
    """Do a deed in a transaction of its own; the sentence of what stops it, else an empty text.

    What another person changed meanwhile, or nobody here may do, goes on to the error pages.
    """
    try:
        with transaction() as db:
            deed(db)
    except (Conflict, NotAllowed, NotFound):
        raise
    except DomainError as error:
        return str(error)
    return ""


def seen(name: str) -> int | None:
    """The number of the act that the page showed; None when the form does not say."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
