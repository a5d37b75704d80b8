"""Kept photos as answers: to the staff in three sizes, to everybody the masked copy, to a reviewer the copy to come."""

import base64
import io
import logging
from collections.abc import Sequence
from typing import Protocol

from flask import Response, request, send_file
from markupsafe import escape

from portal.kernel import copies
from portal.kernel.copies import Size
from portal.kernel.errors import NotFound
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.kernel.images import Box

log = logging.getLogger(__name__)

JPEG = "image/jpeg"
A_DAY, FIVE_MINUTES = 86_400, 300
_STAFF = "private, max-age=3600"
_INSTEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 120" width="160" height="120">'
    '<rect width="160" height="120" fill="#eceff1"/><text x="80" y="67" text-anchor="middle" font-family="sans-serif" '
    'font-size="18" fill="#37474f">{words}</text></svg>'
)


class KeptPhoto(Protocol):
    """SHA-256 of the original, of its small copy (empty unless that is kept in the store), and the original's media type."""

    @property
    def sha256(self) -> str: ...
    @property
    def thumbnail(self) -> str: ...
    @property
    def media_type(self) -> str: ...


def sent(data: bytes, media_type: str, etag: str, cache: str) -> Response:
    """Bytes with their ETag and Cache-Control, or 304."""
    response = send_file(io.BytesIO(data), mimetype=media_type, etag=etag)
    response.headers["Cache-Control"] = cache
    response.make_conditional(request)
    return response


def staff_photo(photo: KeptPhoto, size: str) -> Response:
    """``thumbnail``, ``original`` (as it was taken) or ``screen`` (upright and without metadata; HEIC too)."""
    if size == "original":
        return sent(store().read(photo.sha256), photo.media_type, photo.sha256, _STAFF)
    if size == "thumbnail" and photo.thumbnail:
        return sent(store().read(photo.thumbnail), JPEG, photo.thumbnail, _STAFF)
    return _copy(photo.sha256, Size(size))


def _copy(sha256: str, size: Size) -> Response:
    """A copy, or in its place the words why there is none yet."""
    try:
        data = copies.copy(sha256, size)
    except OSError:
        log.exception("photo_copy_failed sha256=%s", sha256)
        data = None
    if data is not None:
        return sent(data, JPEG, f"{sha256}-{size.value}", _STAFF)
    words = _("照片已损坏") if copies.is_damaged(sha256) else _("正在生成")
    response = Response(_INSTEAD.format(words=escape(words)), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "no-store"
    return response


def released_photo(sha256: str | None) -> Response:
    """The masked copy, or 404. With its own version in the address it is kept for a day, as it can be taken back."""
    if not sha256:
        raise NotFound(_("没有找到这张照片。"))
    age = A_DAY if request.args.get("v") == sha256[:10] else FIVE_MINUTES
    return sent(store().read(sha256), JPEG, sha256, f"public, max-age={age}")


def masked_preview(sha256: str, boxes: Sequence[Box]) -> str:
    """The copy that a release would make, in base64 for a data address: nothing is stored."""
    return base64.b64encode(copies.to_release(sha256, boxes)).decode()
