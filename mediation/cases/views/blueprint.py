"""Two doors to the same pages: members of the office and companies by their accounts, parties by their one-time code."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, redirect, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel.access import Permission
from portal.kernel.web import needs, party

bp = Blueprint("mediation_cases", __name__, template_folder="../templates", url_prefix="/mediation/cases")
my_bp = Blueprint("my_case", __name__, url_prefix="/mediation/mine")
View = Callable[..., Any]


def both(rule: str, method: str = "GET") -> Callable[[View], View]:
    """A page of a case behind both doors. Who may see or do what is the policy of the case, the same for both."""

    def connect(view: View) -> View:
        name, methods = view.__name__, [method]

        def staff_view(**values: Any) -> Any:
            return view(**values)

        def party_view(**values: Any) -> Any:
            return view(**values)

        bp.add_url_rule(rule, name, needs(Permission.MEDIATION_READ)(staff_view), methods=methods)
        my_bp.add_url_rule(rule, name, party(party_view), methods=methods)
        return view

    return connect


def see(endpoint: str, **values: Any) -> AnyResponse:
    """After a deed: the page to look at, behind the same door."""
    return redirect(url_for(f".{endpoint}", **values), 303)


def private(page: str, status: int = 200) -> Response:
    """A page that nobody may keep."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
