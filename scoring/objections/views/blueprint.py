"""The blueprints of objections: the company's side, the office's side, and the public statistics."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.accounts import api as accounts
from portal.kernel.errors import NotFound
from portal.kernel.web import request_session
from portal.notices import api as notices
from scoring.objections import words

bp = Blueprint("objections", "scoring.objections", template_folder="templates")
own_bp = Blueprint("my_objections", "scoring.objections", template_folder="templates", url_prefix="/company/objections")


def person_name(audit_name: str) -> str:
    """Who did a step, by name; the login where there is no such person."""
    login = audit_name.split(" (")[0]
    try:
        return accounts.person(request_session(), login).name or login
    except NotFound:
        return login


def see_other(address: str) -> AnyResponse:
    """After a deed: the page to look at."""
    return redirect(address, 303)


def seen() -> int | None:
    """The step that the form showed."""
    return request.form.get("seen", type=int)


def sent(data: bytes, media_type: str, name: str) -> Response:
    """A file for those who may see it, never kept by anybody between."""
    answer = make_response(data)
    answer.headers["Content-Type"] = media_type
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def paper(document_id: str, number: str) -> Response:
    """A document of an objection as PDF."""
    return sent(notices.pdf(request_session(), document_id), "application/pdf", f"{number}.pdf")


def page_link(page: int) -> str:
    """The address of another page of the list that is shown."""
    values: dict[str, Any] = {**request.args.to_dict(), "page": page}
    return url_for(request.endpoint or "", **values)


@bp.context_processor
@own_bp.context_processor
def _words() -> dict[str, Any]:
    return {"objection_words": words, "person_name": person_name, "pager_link": page_link}
