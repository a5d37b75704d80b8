"""Rooms: what is said behind which wall, files, offers. A page knows the id of its own room and no other."""

from typing import Any

from flask import Response, flash, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers.response import Response as AnyResponse

from mediation.cases import policy
from mediation.cases.forms import FileForm, SayForm, TermsForm
from mediation.cases.models.record import TALKING
from mediation.cases.models.talks import MediationRoom
from mediation.cases.reading import CaseView
from mediation.cases.service import record, talking
from mediation.cases.views.blueprint import both, private, see
from mediation.cases.views.pages import named
from mediation.cases.views.seeing import seen_case
from mediation.cases.views.terms import prepare, terms_of
from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.forms import Form
from portal.kernel.i18n import _
from portal.kernel.web import actor, request_session


def _room(room_id: str) -> tuple[CaseView, talking.RoomView]:
    """The room, for those who may enter; for all others there is none."""
    db = request_session()
    row = db.get(MediationRoom, room_id)
    if row is None:
        raise record.no_case()
    view = seen_case(row.case_id)
    if row.wall not in view.walls:
        raise record.no_case()
    return view, talking.RoomView(row.id, row.case_id, row.wall)


def _page(room_id: str, failed: Form | None = None, status: int = 200) -> Response:
    view, here = _room(room_id)
    db, me = request_session(), actor()
    say = failed if isinstance(failed, SayForm) else SayForm(formdata=None)
    file = failed if isinstance(failed, FileForm) else FileForm(formdata=None)
    terms = failed if isinstance(failed, TermsForm) else TermsForm(formdata=None)
    prepare(terms)
    may = policy.may_talk(view.who, view.state, here.wall)
    shown = {
        "view": view, "room": here, "names": named(view), "talk": talking.messages(db, me, room_id),
        "files": talking.files(db, me, room_id), "offers": talking.offers(db, me, room_id), "say": say, "file": file,
        "terms": terms, "failed": failed, "may_talk": may, "today_is": clock.today(),
        "may_hand_in": policy.may_hand_in(view.who, view.state, here.wall),
        "may_offer": may and view.state in TALKING and view.who.part in ("party", "mediator"),
    }  # fmt: skip
    return private(render_template("cases/room.html", **shown), status)


@both("/rooms/<room_id>")
def room(room_id: str) -> Response:
    """A room: messages, files and offers behind its wall."""
    return _page(room_id)


def _done(form: Form, deed: Any) -> bool:
    if not form.validate():
        return False
    try:
        with transaction() as db:
            deed(db)
    except (NotAllowed, NotFound, Conflict):
        raise
    except DomainError as error:
        form.form_errors.append(str(error))
        return False
    return True


@both("/rooms/<room_id>/say", "POST")
def say(room_id: str) -> AnyResponse:
    """Say something in this room."""
    _room(room_id)
    form = SayForm()
    if not _done(form, lambda db: talking.say(db, actor(), room_id, form.text.data)):
        return _page(room_id, form, 422)
    return see("room", room_id=room_id)


@both("/rooms/<room_id>/files", "POST")
def add_file(room_id: str) -> AnyResponse:
    """Hand in a file in this room."""
    _room(room_id)
    form = FileForm()

    def deed(db: Session) -> None:
        sent = form.file.data
        talking.add_file(db, actor(), room_id, sent.read(talking.MAX_FILE + 1), sent.filename or "")

    if not _done(form, deed):
        return _page(room_id, form, 422)
    return see("room", room_id=room_id)


@both("/files/<file_id>")
def file(file_id: str) -> Response:
    """A file, for those who may enter its room."""
    found, data = talking.read_file(request_session(), actor(), file_id)
    answer = Response(data, mimetype=found.media_type)
    ending = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}[found.media_type]
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.id}.{ending}"'
    return answer


@both("/rooms/<room_id>/offers", "POST")
def offer(room_id: str) -> AnyResponse:
    """Offer terms in this room, or counter an offer."""
    _room(room_id)
    form = TermsForm()
    prepare(form)

    def deed(db: Session) -> None:
        answers = form.answers.data or None
        talking.offer(db, actor(), room_id, terms_of(form), answers=answers, expires_on=form.expires.data)

    if not _done(form, deed):
        return _page(room_id, form, 422)
    flash(_("方案已经提出。"), "ok")
    return see("room", room_id=room_id)


@both("/rooms/<room_id>/offers/<offer_id>", "POST")
def reply(room_id: str, offer_id: str) -> AnyResponse:
    """Accept, reject or take back an offer of this room."""
    _room(room_id)
    if offer_id not in [one.id for one in talking.offers(request_session(), actor(), room_id)]:
        raise record.no_case()
    with transaction() as db:
        talking.reply(db, actor(), offer_id, request.form.get("verdict", ""))
    flash(_("您的答复已经记下。"), "ok")
    return see("room", room_id=room_id)
