"""Asking for a topic, confirming, leaving, sending again. The address is sealed, the code that manages it is hashed."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal.kernel import clock, keys
from portal.kernel.access import system_actor
from portal.kernel.audit import record
from portal.kernel.db import lock
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.shell.feeds import topics
from portal.shell.feeds.models import FeedAttempt, FeedDelivery, FeedStep, FeedSubscription

PUBLIC = system_actor("public")
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")
MOST_OF_AN_ADDRESS, ASKED_A_DAY = 30, 3


@dataclass(frozen=True)
class Asked:
    """A new subscription and the one copy of its code."""

    id: str
    code: str


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def address_hash(address: str) -> str:
    """What tells addresses apart without keeping them: hashed with the portal's key."""
    return keys.key_ring().identity_hash(f"feed:{address.lower()}")[1]


def subscribe(db: Session, channel: str, topic: str, address: str, language: str) -> Asked:
    """Ask for a topic; nothing is sent but the question whether it is wanted. Raises ``DomainError``, ``NotFound``."""
    topics.topic(db, topic)
    address = address.strip()
    if channel == "email" and not EMAIL.fullmatch(address):
        raise DomainError(_("邮箱地址写法不对，请按name@example.com的格式填写。"))
    if channel == "webhook" and not (address.startswith("https://") and len(address) <= 500):
        raise DomainError(_("推送地址应以https://开头，最多500个字符。"))
    hashed = address_hash(address)
    lock(db, f"feed:{hashed}")
    own = select(func.count()).select_from(FeedSubscription).where(FeedSubscription.address_hash == hashed)
    today = own.where(FeedSubscription.created_at >= clock.now() - timedelta(days=1))
    if (db.scalar(own) or 0) >= MOST_OF_AN_ADDRESS or (db.scalar(today) or 0) >= ASKED_A_DAY:
        raise DomainError(_("这个地址的订阅太多了，请明天再试。"))
    made, code = new_id(), secrets.token_urlsafe(24)
    row = {
        "id": made, "channel": channel, "topic": topic, "language": language,
        "address_sealed": keys.seal(db, f"feed:{made}", address), "address_hash": hashed, "code_hash": _hashed(code),
        "created_at": clock.now(),
    }  # fmt: skip
    db.execute(insert(FeedSubscription), [row])
    _step(db, made, "asked")
    return Asked(made, code)


def _step(db: Session, subscription: str, step: str) -> None:
    last = db.scalar(select(func.max(FeedStep.seq)).where(FeedStep.subscription_id == subscription)) or 0
    row = {"subscription_id": subscription, "seq": last + 1, "step": step, "at": clock.now()}
    db.execute(insert(FeedStep), [row])
    record(db, PUBLIC, f"feed.{step}", f"feed:{subscription}")


def state(db: Session, subscription: str) -> FeedStep:
    """The last step."""
    query = select(FeedStep).where(FeedStep.subscription_id == subscription).order_by(FeedStep.seq.desc()).limit(1)
    return db.scalars(query).one()


def held_by(db: Session, code: str) -> FeedSubscription:
    """The subscription that a code manages. Raises ``NotFound``."""
    found = db.scalars(select(FeedSubscription).where(FeedSubscription.code_hash == _hashed(code))).one_or_none()
    if found is None:
        raise NotFound(_("没有找到这个订阅，可能已经退订。需要时请重新订阅。"))
    return found


def address_of(db: Session, subscription: FeedSubscription) -> str | None:
    """The address; None once it was left."""
    return keys.unseal(db, f"feed:{subscription.id}", subscription.address_sealed)


def confirm(db: Session, code: str) -> FeedSubscription:
    """It is wanted: entries from now on are sent. Raises ``NotFound``, ``DomainError`` when it was left."""
    found = held_by(db, code)
    lock(db, f"feed:{found.id}")
    step = state(db, found.id).step
    if step == "left":
        raise DomainError(_("这个订阅已经退订。请重新订阅。"))
    if step != "confirmed":
        _step(db, found.id, "confirmed")
    return found


def leave_by_mark(db: Session, mark: str, mark_of: Callable[[FeedSubscription], str]) -> None:
    """Leave by the mark that stands in each mail. Raises ``NotFound``."""
    found = db.get(FeedSubscription, mark.partition(".")[0])
    if found is None or not hmac.compare_digest(mark.encode(), mark_of(found).encode()):
        raise NotFound(_("没有找到这个订阅，可能已经退订。需要时请重新订阅。"))
    _leave(db, found)


def leave(db: Session, code: str) -> None:
    """No more; the address becomes unreadable for good. Leaving twice is leaving once."""
    _leave(db, held_by(db, code))


def _leave(db: Session, found: FeedSubscription) -> None:
    lock(db, f"feed:{found.id}")
    if state(db, found.id).step != "left":
        _step(db, found.id, "left")
        keys.destroy(db, f"feed:{found.id}", clock.now())


def suspend(db: Session, subscription: str) -> None:
    """Nobody answers there: nothing more is sent until it is confirmed again."""
    _step(db, subscription, "suspended")


def send_again(db: Session, code: str, delivery: str) -> None:
    """Queue a delivery's entry once more, under a number of its own. Raises ``NotFound``."""
    found, old = held_by(db, code), db.get(FeedDelivery, delivery)
    if old is None or old.subscription_id != found.id or state(db, found.id).step != "confirmed":
        raise NotFound(_("没有找到这次推送。"))
    count = db.scalar(select(func.count()).select_from(FeedDelivery).where(
        FeedDelivery.subscription_id == found.id, FeedDelivery.entry_id.startswith(f"{old.entry_id.split('#')[0]}#")
    )) or 0  # fmt: skip
    entry = f"{old.entry_id.split('#')[0]}#{count + 2}"
    queue(db, found.id, [(entry, old.title, old.body)])
    record(db, PUBLIC, "feed.resent", f"feed:{found.id}")


def queue(db: Session, subscription: str, found: list[tuple[str, str, str]]) -> None:
    """Put entries (id, title, body) on their way."""
    rows = [
        {"id": new_id(), "subscription_id": subscription, "entry_id": entry, "title": title, "body": body, "queued_at": clock.now()}
        for entry, title, body in found
    ]  # fmt: skip
    if rows:
        db.execute(insert(FeedDelivery), rows)


@dataclass(frozen=True)
class Delivered:
    """A delivery with what was tried."""

    delivery: FeedDelivery
    attempts: list[FeedAttempt]


def log_of(db: Session, subscription: str, limit: int = 50) -> list[Delivered]:
    """The last deliveries of a subscription with their attempts, the newest first."""
    query = select(FeedDelivery).where(FeedDelivery.subscription_id == subscription)
    found = list(db.scalars(query.order_by(FeedDelivery.queued_at.desc(), FeedDelivery.id.desc()).limit(limit)))
    tries = select(FeedAttempt).where(FeedAttempt.delivery_id.in_([one.id for one in found])).order_by(FeedAttempt.seq)
    by_delivery: dict[str, list[FeedAttempt]] = {}
    for attempt in db.scalars(tries):
        by_delivery.setdefault(attempt.delivery_id, []).append(attempt)
    return [Delivered(one, by_delivery.get(one.id, [])) for one in found]
