"""The blueprint of the common path and what its pages share."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, url_for
from sqlalchemy.orm import Session

from portal.accounts import api as accounts
from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotAllowed, NotFound
from portal.kernel.forms import Form
from portal.kernel.web import request_session
from portal.notices import api as notices
from scoring.adverse import files, queries, service, words
from scoring.adverse.cases import Case, case_of

bp = Blueprint("adverse", __name__, template_folder="../templates")


def asked_case(kind: str, case_id: str) -> Case:
    """The case of an address; NotFound."""
    return case_of(request_session(), f"{kind}:{case_id}")


def shown(case: Case) -> dict[str, Any]:
    """What the pages of both sides show of a case."""
    db = request_session()
    return {
        "case": case,
        "points": queries.points(db, case.ref),
        "hearing": queries.hearing(db, case.ref),
        "documents": notices.documents_of(db, case.ref),
        "hearing_until": service.hearing_ask_until(db, case),
        "is_open": case.is_open_on(clock.today()),
        "marks": queries.marks(db, case.ref),
    }


def done(form: Form, deed: Callable[[Session], Any]) -> bool:
    """Do a deed in a transaction of its own; what the domain refuses stands above the form."""
    if not form.validate():
        return False
    try:
        with transaction() as db:
            deed(db)
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.form_errors.append(str(error))
        return False
    return True


def file_answer(case: Case, sha256: str) -> Response:
    """A file that was handed in for the case, as a download; NotFound for any other."""
    db = request_session()
    known = {sha for point in queries.points(db, case.ref) for sha in point.files}
    known |= {step.document for step in queries.hearing(db, case.ref)}
    if sha256 not in known:
        raise NotFound("file")
    return download(*files.read(db, sha256))


def download(data: bytes, media_type: str, name: str) -> Response:
    """Bytes as a file to keep."""
    answer = Response(data, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def person_name(login: str) -> str:
    """Who did something, by name; the login where there is no such person."""
    try:
        return accounts.person(request_session(), login).name
    except NotFound:
        return login


def link(endpoint: str, **values: Any) -> str:
    """The address of a page of another room, empty where the portal runs without it."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"adverse_words": words, "person_name": person_name, "link": link}


@bp.app_context_processor
def _words_everywhere() -> dict[str, Any]:
    """Lists, vetoes and repairs show states in the same words."""
    return {"adverse_words_of": words}
