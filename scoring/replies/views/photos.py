"""Bytes of photos: for the enterprise and the moderator what is kept, for everybody the masked copy."""

from flask import Response

from portal.kernel.access import Permission
from portal.kernel.errors import NotFound
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.kernel.sent_files import JPEG, released_photo, sent
from portal.kernel.web import actor, public, request_session, signed_in
from scoring.replies import api, queries, service
from scoring.replies.models import Reply
from scoring.replies.views.blueprint import bp


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
    sha256 = found.thumbnail if size == "thumbnail" else found.sha256
    return sent(store().read(sha256), JPEG, sha256, "private, max-age=3600")


@bp.get("/photos/replies/<photo_id>.jpg")
@public
def public_photo(photo_id: str) -> Response:
    """The masked copy, as long as its reply shows beside a public result."""
    db = request_session()
    found = queries.photo(db, photo_id)
    view = next(iter(queries.replies(db, Reply.id == found.reply_id)), None) if found else None
    shown = api.public_replies(db, period=view.period, estate_code=view.estate_code) if view else []
    return released_photo({photo: copy for reply in shown for photo, copy in reply.photos}.get(photo_id))
