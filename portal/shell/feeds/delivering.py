"""The worker's part: what is new goes on its way, each try is on record, silence is answered with patience and then an end.

A webhook is signed as Standard Webhooks asks (Ed25519, ``v1a``): ``id.timestamp.body`` under the key of
``/.well-known/keys.json``. Who receives one refuses a timestamp older than five minutes and an id seen before.
"""

import base64
import http.client
import json
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from sqlalchemy import and_, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.db import lock, reading, transaction
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _, using
from portal.kernel.jobs import Facts, Job
from portal.kernel.keys import key_ring
from portal.kernel.settings import settings
from portal.notices.api import mail_server
from portal.shell.feeds import reach, service, topics
from portal.shell.feeds.models import FeedAttempt, FeedDelivery, FeedStep, FeedSubscription

# after the n-th try that failed, so long until the next; after the last one nothing more
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480, 1440))
NEWS_FOR = timedelta(days=30)
AT_ONCE = 100


def _prefix(language: str) -> str:
    return settings().base_url + ("/en" if language == "en" else "")


def signed_headers(message_id: str, body: bytes) -> dict[str, str]:
    """The headers of a webhook: number, time, and the signature over both and the body."""
    stamp = str(int(clock.now().timestamp()))
    key_id, key = key_ring().signing_key()
    signature = base64.b64encode(key.sign(f"{message_id}.{stamp}.".encode() + body)).decode()
    return {
        "Content-Type": "application/json; charset=utf-8", "User-Agent": "portal-webhook/1", "Webhook-Id": message_id,
        "Webhook-Timestamp": stamp, "Webhook-Signature": f"v1a,{signature}", "Webhook-Key-Id": key_id,
    }  # fmt: skip


def confirm_webhook(db: Session, subscription: FeedSubscription, code: str) -> bool:
    """Ask the address whether it wants this: it answers 200 with the challenge in its body. False when it does not."""
    address = service.address_of(db, subscription)
    body = json.dumps({"type": "confirm", "topic": subscription.topic, "challenge": subscription.id}).encode()
    try:
        answer = reach.post(address or "", body, signed_headers(subscription.id, body))
    except (reach.Refused, OSError, http.client.HTTPException):
        return False
    return answer.status == 200 and subscription.id.encode() in answer.body


def question(subscription: FeedSubscription, address: str, code: str) -> EmailMessage:
    """The mail that asks whether a topic is wanted; it sends nothing else."""
    with using(subscription.language):
        link = f"{_prefix(subscription.language)}/feeds/manage/{code}"
        text = _(
            "有人用这个邮箱订阅了物业服务监管平台的公开信息。要确认，请打开下面的网址；如果不是您本人订阅，不用办理，订阅不会生效。"
        )
        return _mail(address, _("请确认订阅"), [text, link], link)


def _mail(address: str, subject: str, lines: list[str], leave: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = " ".join(subject.split()), settings().smtp_from, address
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{leave}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content("\n".join(lines) + "\n")
    return message


def queue_news() -> int:
    """Put what is new on its way to everybody who confirmed; how many deliveries."""
    queued = 0
    with reading() as db:
        last = (
            select(FeedStep.subscription_id, func.max(FeedStep.seq).label("seq"))
            .group_by(FeedStep.subscription_id)
            .subquery()
        )
        query = (
            select(FeedSubscription, FeedStep.at)
            .join(FeedStep, FeedStep.subscription_id == FeedSubscription.id)
            .join(last, (last.c.subscription_id == FeedStep.subscription_id) & (last.c.seq == FeedStep.seq))
            .where(FeedStep.step == "confirmed")
            .order_by(FeedSubscription.id)
        )
        wanted = list(db.execute(query))
        db.expunge_all()
    for subscription, since in wanted:
        with transaction() as db:
            lock(db, f"feed:{subscription.id}")
            queued += _queue_of(db, subscription, since)
    return queued


def _queue_of(db: Session, subscription: FeedSubscription, since: Any) -> int:
    with using(subscription.language):
        try:
            found = [one for one in topics.entries(db, subscription.topic) if since < one.at <= clock.now()]
        except NotFound:
            return 0
    known = set(db.scalars(select(FeedDelivery.entry_id).where(FeedDelivery.subscription_id == subscription.id)))
    fresh = [one for one in found if one.id not in known]
    service.queue(db, subscription.id, [(one.id, one.title, _body(subscription, one)) for one in reversed(fresh)])
    return len(fresh)


def _body(subscription: FeedSubscription, entry: topics.Entry) -> str:
    content = {
        "type": "entry", "topic": subscription.topic, "id": entry.id, "at": clock.instant_text(entry.at), "title": entry.title,
        "text": entry.text, "url": f"{_prefix(subscription.language)}{entry.path}", "facts": entry.facts,
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _due(db: Session) -> list[tuple[FeedDelivery, FeedSubscription, int]]:
    """Deliveries to be tried now, the oldest first, ``AT_ONCE`` at most: never tried, or failed long enough ago, not given
    up, and their subscription stands. What was queued longer ago than ``NEWS_FOR`` is news no more: no round reads it."""
    now = clock.now()
    fresh = FeedDelivery.queued_at > now - NEWS_FOR
    own = select(FeedDelivery.id).where(fresh)
    tries = select(
        FeedAttempt.delivery_id, func.count().label("count"), func.max(FeedAttempt.at).label("at"),
    ).where(FeedAttempt.delivery_id.in_(own)).group_by(FeedAttempt.delivery_id).subquery()  # fmt: skip
    done = exists().where(FeedAttempt.delivery_id == FeedDelivery.id, FeedAttempt.outcome == "delivered")
    rested = (and_(tries.c.count == tried, tries.c.at <= now - wait) for tried, wait in enumerate(WAITS, 1))
    last = (
        select(FeedStep.step)
        .where(FeedStep.subscription_id == FeedDelivery.subscription_id)
        .order_by(FeedStep.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(FeedDelivery, FeedSubscription, func.coalesce(tries.c.count, 0))
        .join(FeedSubscription, FeedSubscription.id == FeedDelivery.subscription_id)
        .outerjoin(tries, tries.c.delivery_id == FeedDelivery.id)
        .where(fresh, ~done, or_(tries.c.count.is_(None), *rested), last == "confirmed")
        .order_by(FeedDelivery.queued_at, FeedDelivery.id)
        .limit(AT_ONCE)
    )
    return [(delivery, subscription, int(tried)) for delivery, subscription, tried in db.execute(query)]


def deliver_due() -> Facts:
    """Try everything that is due, once; each try is on record before the next one."""
    with reading() as db:
        due = [
            (delivery, subscription, tried, service.address_of(db, subscription))
            for delivery, subscription, tried in _due(db)
        ]
        db.expunge_all()
    sent = 0
    for delivery, subscription, tried, address in due:
        outcome, status, note = _try(delivery, subscription, address)
        sent += outcome == "delivered"
        with transaction() as db:
            row = {
                "delivery_id": delivery.id,
                "seq": tried + 1,
                "at": clock.now(),
                "outcome": outcome,
                "status": status,
                "note": note,
            }
            db.execute(insert(FeedAttempt), [row])
            if outcome != "delivered" and tried + 1 > len(WAITS):
                service.suspend(db, subscription.id)
    return {"tried": len(due), "sent": sent}


def _try(delivery: FeedDelivery, subscription: FeedSubscription, address: str | None) -> tuple[str, int | None, str]:
    if not address:
        return "failed", None, "left"
    try:
        if subscription.channel == "email":
            return _send_mail(delivery, subscription, address)
        body = delivery.body.encode()
        answer = reach.post(address, body, signed_headers(delivery.id, body))
    except reach.Refused as error:
        return "refused", None, str(error)
    except (OSError, ValueError, http.client.HTTPException) as error:  # what cannot be written keeps nothing else back
        return "failed", None, type(error).__name__
    return ("delivered" if 200 <= answer.status < 300 else "failed"), answer.status, ""


def _send_mail(delivery: FeedDelivery, subscription: FeedSubscription, address: str) -> tuple[str, int | None, str]:
    if not settings().smtp_host:
        return "failed", None, "no mail server"
    content = json.loads(delivery.body)
    with using(subscription.language):
        leave = f"{_prefix(subscription.language)}/feeds/leave/{leave_code(subscription)}"
        lines = [content["text"], "", content["url"], "", _("退订：%(address)s", address=leave)]
        message = _mail(address, delivery.title, lines, leave)
    with mail_server() as server:
        server.send_message(message)
    return "delivered", None, ""


def leave_code(subscription: FeedSubscription) -> str:
    """A code that can only leave: made from the subscription's number under the portal's key, so that nothing need be kept."""
    return f"{subscription.id}.{key_ring().identity_hash('leave:' + subscription.id)[1][:32]}"


def run() -> Facts:
    """Queue what is new, then deliver."""
    queued = queue_news()
    return {"queued": queued, **deliver_due()}


def jobs() -> list[Job]:
    """What the worker runs for subscriptions: it claims each delivery by its record, so that it may run often."""
    return [Job("feeds", run, every=30)]
