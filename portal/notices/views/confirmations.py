"""Confirmations of electronic service: put on file, looked at, withdrawn. A company its own, an officer any."""

from io import BytesIO

from flask import Response, flash, make_response, redirect, render_template, request, send_file, url_for
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.notices import papers, policy
from portal.notices.forms import ConfirmationForm, WithdrawForm
from portal.notices.models import ServiceConfirmation
from portal.notices.service import confirmations as service
from portal.notices.views.blueprint import bp


def _asked() -> str:
    """Whose: a company its own, an officer the one that was asked for."""
    me = actor()
    return me.uscc or "" if not me.may(Permission.DOCUMENT_SERVE) else request.values.get("uscc", "").strip().upper()


def _page(form: ConfirmationForm | None = None, ending: WithdrawForm | None = None, code: int = 200) -> tuple[str, int]:
    uscc = _asked()
    rows = service.history(request_session(), uscc) if uscc else []
    return render_template(
        "notices/confirmations.html", uscc=uscc, rows=rows, is_office=actor().may(Permission.DOCUMENT_SERVE),
        is_open=any(row.valid_to is None for row in rows), filing=form or ConfirmationForm(formdata=None),
        ending=ending or WithdrawForm(formdata=None), form=form or ending,
    ), code  # fmt: skip


@bp.get("/service-confirmations")
@needs(Permission.DOCUMENT_READ)
def confirmations() -> tuple[str, int]:
    """What is on file for a company."""
    me = actor()
    require(me.may(Permission.DOCUMENT_SERVE) or bool(me.uscc))
    return _page()


def _done(uscc: str, text: str) -> Response:
    flash(text, "ok")
    return make_response(redirect(url_for("notices.confirmations", uscc=uscc), 303))


@bp.post("/service-confirmations/file")
@needs(Permission.DOCUMENT_READ)
def file_confirmation() -> Response | tuple[str, int]:
    """Put a signed confirmation on file."""
    uscc, form = _asked(), ConfirmationForm()
    require(policy.may_confirm(actor(), uscc))
    if not form.validate():
        return _page(form=form, code=422)
    try:
        with transaction() as db:
            sha256 = papers.keep(db, form.file.data.stream)
            service.put_on_file(db, actor(), uscc, sha256=sha256, on=form.on.data or clock.today())
    except DomainError as error:
        form.file.errors = [str(error)]
        return _page(form=form, code=409)
    return _done(uscc, _("电子送达确认书已经在案。从签署之日起，文书可以在平台上送达。"))


@bp.post("/service-confirmations/withdraw")
@needs(Permission.DOCUMENT_READ)
def withdraw_confirmation() -> Response | tuple[str, int]:
    """Electronic service ends today."""
    uscc, form = _asked(), WithdrawForm()
    require(policy.may_confirm(actor(), uscc))
    if not form.validate():
        return _page(ending=form, code=422)
    with transaction() as db:
        service.withdraw(db, actor(), uscc, reason=form.reason.data or "", on=clock.today())
    return _done(uscc, _("已撤回。从今天起，文书用书面方式送达；以前的送达仍然有效。"))


@bp.get("/service-confirmations/<confirmation_id>/document")
@needs(Permission.DOCUMENT_READ)
def confirmation_file(confirmation_id: str) -> Response:
    """The signed paper."""
    db = request_session()
    row = db.scalars(select(ServiceConfirmation).where(ServiceConfirmation.id == confirmation_id)).first()
    if row is None or not policy.may_confirm(actor(), row.uscc):
        raise NotFound(_("没有找到这个文件。"))
    paper = papers.read(db, row.sha256)
    return send_file(BytesIO(paper.data), paper.media_type, download_name=paper.name, as_attachment=True)
