"""Photos of orders: for the parties, the released copy for everybody, and the tool that masks and releases."""

import json

from flask import Response, flash, render_template, request, url_for

from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.sent_files import masked_preview, released_photo, staff_photo
from portal.kernel.web import actor, needs, public, request_session
from scoring.checks import api as checks
from scoring.rectification import policy, queries, reading
from scoring.rectification.forms import WithdrawForm
from scoring.rectification.reading import OrderPhoto, OrderView
from scoring.rectification.service import photos as service
from scoring.rectification.views.blueprint import bp, see_other


def _found(photo_id: str) -> tuple[OrderPhoto, OrderView]:
    """A photo of an order that this person may read."""
    row = queries.photo_row(request_session(), photo_id)
    if row is None:
        raise NotFound(_("没有找到这张照片。"))
    view = reading.order_view(request_session(), actor(), row.order_id)
    return next(photo for photo in view.photos if photo.id == photo_id), view


@bp.get("/rectification/photos/<photo_id>/<any(thumbnail, original, screen):size>")
@needs(Permission.ORDER_READ)
def photo(photo_id: str, size: str) -> Response:
    """A photo for the parties: small, as it was taken, or upright for the screen."""
    found, _view = _found(photo_id)
    return staff_photo(found, size)


@bp.get("/photos/rectification/<photo_id>.jpg")
@public
def public_photo(photo_id: str) -> Response:
    """The released copy."""
    return released_photo(queries.public_copy_of(request_session(), photo_id))


# ---- masking and releasing ----


def _releasable(photo_id: str) -> tuple[OrderPhoto, OrderView]:
    found, view = _found(photo_id)
    require(policy.may_release(actor(), view.place.division_code))
    return found, view


def _tool(found: OrderPhoto, view: OrderView, rows: checks.BoxRows, form: WithdrawForm | None = None) -> str:
    errors = [{"text": text, "href": "#boxes"} for text in rows.errors]
    withdrawing = form or WithdrawForm(formdata=None)
    return render_template("rectification/release.html", photo=found, view=view, rows=rows, errors=errors,
                           form=withdrawing, has_errors=bool(errors or withdrawing.errors))  # fmt: skip


@bp.get("/rectification/photos/<photo_id>/release")
@needs(Permission.PHOTO_RELEASE)
def release(photo_id: str) -> str:
    """Draw boxes over faces, plates, door numbers and papers."""
    found, view = _releasable(photo_id)
    return _tool(found, view, checks.shown_boxes(json.loads(found.boxes)))


@bp.post("/rectification/photos/<photo_id>/preview")
@needs(Permission.PHOTO_RELEASE)
def preview(photo_id: str) -> str | tuple[str, int]:
    """What the public will see, before it sees anything."""
    found, view = _releasable(photo_id)
    rows = checks.read_boxes(request.form)
    if request.form.get("go") == "edit":
        return _tool(found, view, rows)
    if rows.errors:
        return _tool(found, view, rows), 422
    copy = masked_preview(found.sha256, rows.boxes)
    return render_template("rectification/preview.html", photo=found, view=view, rows=rows, copy=copy)


@bp.post("/rectification/photos/<photo_id>/release")
@needs(Permission.PHOTO_RELEASE)
def release_now(photo_id: str) -> Response | tuple[str, int]:
    """Release the masked copy."""
    found, view = _releasable(photo_id)
    rows = checks.read_boxes(request.form)
    if rows.errors:
        return _tool(found, view, rows), 422
    with transaction() as db:
        service.release_photo(db, actor(), photo_id, rows.boxes)
    flash(_("照片已公开，遮挡了%(n)s处。", n=len(rows.boxes)), "ok")
    return see_other(url_for("rectification.order", order_id=view.row.id))


@bp.post("/rectification/photos/<photo_id>/withdraw")
@needs(Permission.PHOTO_RELEASE)
def withdraw(photo_id: str) -> Response | tuple[str, int]:
    """Take the public copy back."""
    found, view = _releasable(photo_id)
    form = WithdrawForm()
    if form.validate():
        try:
            with transaction() as db:
                changed = service.withdraw_photo(db, actor(), photo_id, form.cause.data)
        except DomainError as error:
            form.cause.errors = [str(error)]
        else:
            flash(_("公开的照片已撤回。") if changed else _("没有改动。"), "ok" if changed else "plain")
            return see_other(url_for("rectification.order", order_id=view.row.id))
    return _tool(found, view, checks.shown_boxes(json.loads(found.boxes)), form), 422
