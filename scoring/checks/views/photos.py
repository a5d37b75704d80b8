"""Photos: their bytes for the staff, the released copy for everybody, and the tool that masks and releases."""

import json

from flask import Response, flash, render_template, request, url_for

from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.sent_files import masked_preview, released_photo, staff_photo
from portal.kernel.web import actor, needs, public, request_session
from scoring.checks import policy, reading, service, standing
from scoring.checks.forms import BoxRows, ReasonForm, read_boxes, shown_boxes
from scoring.checks.reading import CheckView, PhotoView
from scoring.checks.views.blueprint import bp, reviews_bp, see_other


@bp.get("/inspections/photos/<photo_id>/<any(thumbnail, original, screen):size>")
@needs(Permission.CHECK_READ)
def photo(photo_id: str, size: str) -> Response:
    """A photo for the staff: small, as it was taken, or upright for the screen (HEIC too)."""
    found, _check = reading.photo_of(request_session(), actor(), photo_id)
    return staff_photo(found, size)


@bp.get("/photos/<photo_id>.jpg")
@public
def public_photo(photo_id: str) -> Response:
    """The released copy."""
    return released_photo(standing.public_copy_of(request_session(), photo_id))


# ---- masking and releasing ----


def _releasable(photo_id: str) -> tuple[PhotoView, CheckView]:
    found, check_id = reading.photo_of(request_session(), actor(), photo_id)
    check = reading.visible_check(request_session(), actor(), check_id)
    require(policy.may_release(actor(), check.estate.division_code))
    return found, check


def _tool(found: PhotoView, check: CheckView, rows: BoxRows, form: ReasonForm | None = None) -> str:
    item = check.standard.items[found.item_code]
    errors = [{"text": text, "href": "#boxes"} for text in rows.errors]
    withdraw = form or ReasonForm(formdata=None)
    return render_template("checks/release.html", photo=found, check=check, item=item, rows=rows, errors=errors,
                           form=withdraw, has_errors=bool(errors or withdraw.errors))  # fmt: skip


@reviews_bp.get("/reviews/photos/<photo_id>")
@needs(Permission.PHOTO_RELEASE)
def release(photo_id: str) -> str:
    """Draw boxes over faces, plates, door numbers and papers."""
    found, check = _releasable(photo_id)
    return _tool(found, check, shown_boxes(json.loads(found.boxes)))


@reviews_bp.post("/reviews/photos/<photo_id>/preview")
@needs(Permission.PHOTO_RELEASE)
def preview(photo_id: str) -> str | tuple[str, int]:
    """What the public will see, before it sees anything."""
    found, check = _releasable(photo_id)
    rows = read_boxes(request.form)
    if request.form.get("go") == "edit":
        return _tool(found, check, rows)
    if rows.errors:
        return _tool(found, check, rows), 422
    copy = masked_preview(found.sha256, rows.boxes)
    item = check.standard.items[found.item_code]
    return render_template("checks/preview.html", photo=found, check=check, item=item, rows=rows, copy=copy)


@reviews_bp.post("/reviews/photos/<photo_id>/release")
@needs(Permission.PHOTO_RELEASE)
def release_now(photo_id: str) -> Response | tuple[str, int]:
    """Release the masked copy."""
    found, check = _releasable(photo_id)
    rows = read_boxes(request.form)
    if rows.errors:
        return _tool(found, check, rows), 422
    with transaction() as db:
        service.release_photo(db, actor(), photo_id, rows.boxes)
    flash(_("照片已公开，遮挡了%(n)s处。", n=len(rows.boxes)), "ok")
    return see_other(url_for("reviews.review", check_id=check.id, _anchor=f"finding-{found.item_code}"))


@reviews_bp.post("/reviews/photos/<photo_id>/withdraw")
@needs(Permission.PHOTO_RELEASE)
def withdraw(photo_id: str) -> Response | tuple[str, int]:
    """Take the public copy back."""
    found, check = _releasable(photo_id)
    form = ReasonForm()
    if form.validate():
        try:
            with transaction() as db:
                changed = service.withdraw_photo(db, actor(), photo_id, form.reason.data)
        except DomainError as error:
            form.reason.errors = [str(error)]
        else:
            flash(_("公开的照片已撤回。") if changed else _("没有改动。"), "ok" if changed else "plain")
            return see_other(url_for("reviews.review", check_id=check.id, _anchor=f"finding-{found.item_code}"))
    return _tool(found, check, shown_boxes(json.loads(found.boxes)), form), 422
