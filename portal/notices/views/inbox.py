"""A person's notices, the choice of a daily mail, and the page that ends it."""

from typing import Any

from flask import Response, current_app, flash, make_response, redirect, render_template, url_for

from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.settings import settings
from portal.kernel.web import actor, is_open_to, needs, public, request_session
from portal.notices import queries
from portal.notices.forms import DigestForm, PlainForm
from portal.notices.service import digest as mail
from portal.notices.service.informing import mark_read
from portal.notices.views.blueprint import bp


def _there(endpoint: str, values: dict[str, Any]) -> str:
    """The page a notice is about; my work when its door is closed to the person, whose level only oversees it."""
    if endpoint not in current_app.view_functions:
        return url_for("notices.index")
    is_open = is_open_to(actor(), endpoint, current_app.view_functions)
    return url_for(endpoint, **values) if is_open else url_for("work.index")


def _see_other(target: str) -> Response:
    return make_response(redirect(target, 303))


@bp.get("/notices")
@needs(Permission.WORK)
def index() -> str:
    """The newest notices."""
    found = queries.recent(request_session(), actor())
    fresh = sum(not one.is_read for one in found)
    return render_template("notices/index.html", notices=found, fresh=fresh)


@bp.post("/notices/<notice_id>/open")
@needs(Permission.WORK)
def open_notice(notice_id: str) -> Response:
    """Go to what a notice is about; it has been read then."""
    with transaction() as db:
        found = queries.notice_for(db, actor(), notice_id)
        mark_read(db, actor(), notice_id)
    return _see_other(_there(found.endpoint, found.values))


@bp.post("/notices/read")
@needs(Permission.WORK)
def read_all() -> Response:
    """All have been read."""
    with transaction() as db:
        mark_read(db, actor())
    flash(_("通知已全部标为已读。"), "ok")
    return _see_other(url_for("notices.index"))


@bp.get("/notices/digest")
@needs(Permission.WORK)
def digest() -> str:
    """Whether and where the daily mail goes."""
    return _digest(DigestForm(formdata=None))


def _digest(form: DigestForm) -> str:
    db = request_session()
    choice = mail.choice_of(db, actor().login)
    address = mail.address_of(db, choice) if choice else None
    return render_template("notices/digest.html", form=form, address=address, is_off=not settings().smtp_host)


@bp.post("/notices/digest")
@needs(Permission.WORK)
def choose_digest() -> Response | tuple[str, int]:
    """The daily mail goes to this address."""
    form = DigestForm()
    if not form.validate():
        return _digest(form), 422
    try:
        with transaction() as db:
            mail.choose(db, actor(), form.email.data or "")
    except DomainError as error:
        form.email.errors = [str(error)]
        return _digest(form), 422
    flash(_("已保存邮箱。有事项快到期时，每天早上发一封邮件。"), "ok")
    return _see_other(url_for("notices.digest"))


@bp.post("/notices/digest/leave")
@needs(Permission.WORK)
def leave_digest() -> Response:
    """No more mail."""
    with transaction() as db:
        mail.leave(db, actor())
    flash(_("不再给您发邮件。"), "ok")
    return _see_other(url_for("notices.digest"))


def _private(page: str) -> Response:
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"  # one person's link
    return answer


@bp.get("/leave/<code>")
@public
def leave_form(code: str) -> Response:
    """The page that a mail's leave link opens; it asks once, since machines follow links too."""
    mail.by_code(request_session(), code)
    return _private(render_template("notices/leave.html", code=code, is_done=False, form=PlainForm(formdata=None)))


@bp.post("/leave/<code>")
@public
def leave(code: str) -> Response:
    """No more mail, without signing in."""
    with transaction() as db:
        mail.leave_by_code(db, code)
    return _private(render_template("notices/leave.html", code=code, is_done=True, form=None))
