"""What other rooms use of replies. Answers ``result.replies``: what the public may read beside a result."""

from datetime import date

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.work import WorkItem
from portal.registry import api as registry
from scoring.ratings import api as ratings
from scoring.replies import policy, queries
from scoring.replies.models import ACCEPTED, Reply
from scoring.replies.queries import ReplyView as ReplyView
from scoring.replies.results import findings as findings
from scoring.replies.results import is_last as is_last
from scoring.replies.results import results as results
from scoring.replies.service import accept as accept
from scoring.replies.service import refuse as refuse
from scoring.replies.service import release_photo as release_photo
from scoring.replies.service import write as write


def public_replies(
    db: Session, *, period: str, estate_code: str, as_of: date | None = None
) -> list[ratings.PublicReply]:
    """Hears ``result.replies``: accepted replies to a public result, until the next result of the estate is public."""
    day = as_of or clock.today()
    if not is_last(db, period, estate_code, day) or not ratings.releases(db, period, day):
        return []
    own = (Reply.period == period, Reply.estate_code == estate_code, queries.in_state(ACCEPTED))
    return [_public(db, view) for view in queries.replies(db, *own)]


def _public(db: Session, view: ReplyView) -> ratings.PublicReply:
    photos = tuple((photo.id, photo.public_sha256) for photo in view.photos if photo.public_sha256)
    company = registry.enterprise(db, view.uscc).name
    return ratings.PublicReply(view.id, view.part, view.uscc, company, view.written.text, view.written.on, photos)


def reply(db: Session, reply_id: str) -> ReplyView:
    """One reply. ``NotFound``."""
    found = queries.replies(db, Reply.id == reply_id)
    if not found:
        raise NotFound(_("没有找到这条说明。"))
    return found[0]


def work_items(db: Session, *, actor: Actor) -> list[WorkItem]:
    """Replies that wait for a moderator."""
    if not policy.may_moderate(actor, actor.division_code or "", ()):
        return []
    waiting = queries.waiting(db)
    return [WorkItem(_("审核企业说明"), "replies.queue", count=waiting)] if waiting else []
