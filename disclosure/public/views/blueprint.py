"""The blueprint of the public pages of the common funds; a line about them for the page of an estate."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint

from disclosure.funds import api as funds
from disclosure.public import words
from disclosure.reports import api as reports
from portal.kernel import clock
from portal.kernel.kept import kept
from portal.kernel.web import request_session

bp = Blueprint("disclosure", "disclosure.public", template_folder="templates")


@dataclass(frozen=True)
class Brief:
    """An estate's disclosure in two figures."""

    accounts: int
    overdue: int


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {"disclosure_words": words, "disclosure_brief": _brief}


def _brief(estate_code: str) -> Brief:
    return kept(request_session(), ("disclosure brief", estate_code), lambda: _read(estate_code))


def _read(estate_code: str) -> Brief:
    db = request_session()
    return Brief(len(funds.accounts(db, [estate_code])), len(reports.missing(db, clock.today(), [estate_code])))
