"""A voucher: the original for the office and its company, the tool that masks it, the redacted copy for everybody."""

from flask import Response, flash, render_template, request, url_for

from disclosure.ledger import papers, places, policy
from disclosure.ledger.forms import CopyForm, ReasonForm
from disclosure.ledger.models import LedgerVoucher
from disclosure.ledger.service import vouchers as service
from disclosure.ledger.shapes import Voucher
from disclosure.ledger.views.blueprint import bp, refused, see_other
from portal.kernel.access import Permission, require
from portal.kernel.errors import NotFound
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.kernel.images import public_copy as masked_copy
from portal.kernel.images import thumbnail
from portal.kernel.sent_files import masked_preview, sent
from portal.kernel.web import actor, needs, public, request_session
from scoring.checks import api as checks

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def _found(voucher_id: str) -> tuple[Voucher, places.Place]:
    found = papers.voucher(request_session(), voucher_id)
    if found is None:
        raise NotFound(_("没有找到这份凭证。"))
    return found, places.readable(request_session(), actor(), found.estate_code)


def _may_release(voucher_id: str, place: places.Place) -> bool:
    row = request_session().get(LedgerVoucher, voucher_id)
    return row is not None and policy.may_release(actor(), place.division_code, place.uscc, row.actor)


def _page(voucher_id: str, rows: checks.BoxRows | None = None, copy: CopyForm | None = None,
          reason: ReasonForm | None = None) -> str:  # fmt: skip
    found, place = _found(voucher_id)
    rows = rows or checks.shown_boxes([])
    return render_template(
        "ledger/voucher.html", voucher=found, place=place, may=_may_release(voucher_id, place), rows=rows,
        lines=papers.lines_of_voucher(request_session(), voucher_id), copy_form=copy or CopyForm(formdata=None),
        reason_form=reason or ReasonForm(formdata=None), is_pdf=found.media_type == service.PDF,
        errors=[{"text": text, "href": "#boxes"} for text in rows.errors],
    )  # fmt: skip


@bp.get("/disclosure/ledger/voucher/<voucher_id>")
@needs(Permission.FUNDS_READ)
def voucher(voucher_id: str) -> str:
    """What it is, where it is attached, and the tool that masks it."""
    return _page(voucher_id)


@bp.get("/disclosure/ledger/voucher/<voucher_id>/files/<any(thumbnail, original, screen):size>")
@needs(Permission.FUNDS_READ)
def voucher_file(voucher_id: str, size: str) -> Response:
    """The original, or upright and small or for the screen; a PDF as it is."""
    found, _place = _found(voucher_id)
    data = store().read(found.original_sha256)
    if size != "original" and found.media_type != service.PDF:
        shown = thumbnail(data) if size == "thumbnail" else masked_copy(data, ())
        return _sent(shown, service.JPEG, f"{found.original_sha256}-{size}", "private, max-age=3600")
    return _sent(data, found.media_type, found.original_sha256, "private, max-age=3600")


def _sent(data: bytes, media_type: str, etag: str, cache: str) -> Response:
    answer = sent(data, media_type, etag, cache)
    answer.headers["Content-Disposition"] = f'inline; filename="{etag[:16]}.{ENDINGS.get(media_type, "bin")}"'
    return answer


@bp.get("/disclosure/vouchers/files/<sha256>")
@public
def public_voucher(sha256: str) -> Response:
    """The redacted copy; it can be taken back, so it is kept for five minutes only."""
    row = papers.public_copy(request_session(), sha256)
    if row is None:
        raise NotFound(_("没有找到这份凭证。"))
    return _sent(store().read(row.public_sha256), row.media_type, row.public_sha256, "public, max-age=300")


def _releasable(voucher_id: str) -> Voucher:
    found, place = _found(voucher_id)
    require(_may_release(voucher_id, place))
    return found


@bp.post("/disclosure/ledger/voucher/<voucher_id>/preview")
@needs(Permission.FUNDS_READ)
def preview_voucher(voucher_id: str) -> str | tuple[str, int]:
    """What everybody will see, before they see anything."""
    found, rows = _releasable(voucher_id), checks.read_boxes(request.form)
    if request.form.get("go") == "edit":
        return _page(voucher_id, rows)
    if rows.errors or found.media_type == service.PDF:
        return _page(voucher_id, rows), 422
    copy = masked_preview(found.original_sha256, rows.boxes)
    return render_template("ledger/voucher_preview.html", voucher=found, rows=rows, copy=copy)


@bp.post("/disclosure/ledger/voucher/<voucher_id>/release")
@needs(Permission.FUNDS_READ)
def release_voucher(voucher_id: str) -> Response | tuple[str, int]:
    """Make the masked copy public."""
    _releasable(voucher_id)
    rows = checks.read_boxes(request.form)
    if rows.errors:
        return _page(voucher_id, rows), 422
    if problem := refused(lambda db: service.release(db, actor(), voucher_id, rows.boxes)):
        rows.errors.append(problem)
        return _page(voucher_id, rows), 422
    return _done(voucher_id, _("公开版已发布。"))


@bp.post("/disclosure/ledger/voucher/<voucher_id>/copy")
@needs(Permission.FUNDS_READ)
def upload_copy(voucher_id: str) -> Response | tuple[str, int]:
    """Make a copy public that was redacted elsewhere."""
    _releasable(voucher_id)
    form = CopyForm()
    if form.validate():
        data = form.copy.data.read(service.MAX_FILE + 1)
        problem = refused(lambda db: service.release_file(db, actor(), voucher_id, data))
        if not problem:
            return _done(voucher_id, _("公开版已发布。"))
        form.copy.errors = [problem]
    return _page(voucher_id, copy=form), 422


@bp.post("/disclosure/ledger/voucher/<voucher_id>/take-back")
@needs(Permission.FUNDS_READ)
def take_back_voucher(voucher_id: str) -> Response | tuple[str, int]:
    """Nobody sees the copy any more."""
    _releasable(voucher_id)
    form = ReasonForm()
    if form.validate():
        problem = refused(lambda db: service.take_back(db, actor(), voucher_id, reason=form.reason.data or ""))
        if not problem:
            return _done(voucher_id, _("公开版已撤回。"))
        form.reason.errors = [problem]
    return _page(voucher_id, reason=form), 422


def _done(voucher_id: str, text: str) -> Response:
    flash(text, "ok")
    return see_other(url_for("ledger.voucher", voucher_id=voucher_id))
