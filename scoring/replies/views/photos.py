"""Bytes of photos: for the enterprise and the moderator what is kept, for everybody the masked copy."""

import io

from flask import Response, request, send_file

from portal.kernel.access import Permission
from portal.kernel.errors import NotFound
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.kernel.web import actor, public, request_session, signed_in
from scoring.replies import api, queries, service
from scoring.replies.models import Reply
from scoring.replies.views.blueprint import bp

JPEG = "image/jpeg"
A_DAY, FIVE_MINUTES = 86_400, 300


def _sent(sha256: str, cache: str) -> Response:
    response = send_file(io.BytesIO(store().read(sha256)), mimetype=JPEG, etag=sha256)
    response.headers["Cache-Control"] = cache
    response.make_conditional(request)
    return response


@bp.get("/replies/photos/<photo_id>/<any(thumbnail, screen):size>")
@signed_in
def photo(photo_id: str, size: str) -> Response:
    """A photo for the enterprise that sent it and for moderators of the area."""
    db, me = request_session(), actor()
    found = queries.photo(db, photo_id)
    view = next(iter(queries.replies(db, Reply.id == found.reply_id)), None) if found else None
    if found is None or view is None:
        raise NotFound(_("没有找到这张照片。"))
    if not (me.may(Permission.ENTERPRISE_OWN) and me.uscc == view.uscc):
        if not me.may(Permission.REPLY_MODERATE):
            raise NotFound(_("没有找到这张照片。"))
        service.moderated(db, me, view.id)
    return _sent(found.thumbnail if size == "thumbnail" else found.sha256, "private, max-age=3600")


@bp.get("/photos/replies/<photo_id>.jpg")
@public
def public_photo(photo_id: str) -> Response:
    """The masked copy, as long as its reply shows beside a public result."""
    db = request_session()
    found = queries.photo(db, photo_id)
    view = next(iter(queries.replies(db, Reply.id == found.reply_id)), None) if found else None
    shown = api.public_replies(db, period=view.period, estate_code=view.estate_code) if view else []
    sha256 = {photo: copy for reply in shown for photo, copy in reply.photos}.get(photo_id)
    if not sha256:
        raise NotFound(_("没有找到这张照片。"))
    age = A_DAY if request.args.get("v") == sha256[:10] else FIVE_MINUTES
    return _sent(sha256, f"public, max-age={age}")
