"""Kept photos as answers: to the staff in three sizes, to everybody the masked copy, to a reviewer the copy to come."""

import base64
import io
from collections.abc import Sequence
from typing import Protocol

from flask import Response, request, send_file

from portal.kernel.errors import NotFound
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.kernel.images import Box, public_copy

JPEG = "image/jpeg"
A_DAY, FIVE_MINUTES = 86_400, 300
_STAFF = "private, max-age=3600"


class KeptPhoto(Protocol):
    """SHA-256 of the original and of its small copy, and the original's media type."""

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
    if size == "thumbnail":
        return sent(store().read(photo.thumbnail), JPEG, photo.thumbnail, _STAFF)
    original = store().read(photo.sha256)
    if size == "original":
        return sent(original, photo.media_type, photo.sha256, _STAFF)
    return sent(public_copy(original, ()), JPEG, f"{photo.sha256}-screen", _STAFF)


def released_photo(sha256: str | None) -> Response:
    """The masked copy, or 404. With its own version in the address it is kept for a day, as it can be taken back."""
    if not sha256:
        raise NotFound(_("没有找到这张照片。"))
    age = A_DAY if request.args.get("v") == sha256[:10] else FIVE_MINUTES
    return sent(store().read(sha256), JPEG, sha256, f"public, max-age={age}")


def masked_preview(sha256: str, boxes: Sequence[Box]) -> str:
    """The copy that a release would make, in base64 for a data address: nothing is stored."""
    return base64.b64encode(public_copy(store().read(sha256), boxes)).decode()
