"""Who wants to be told of what. Addresses are sealed; subscriptions, steps, deliveries and attempts are journals."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import STAFF
from portal.kernel.db import Base

CHANNELS = ("webhook", "email")
STEPS = ("asked", "confirmed", "left", "suspended")
OUTCOMES = ("delivered", "failed", "refused")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class FeedSubscription(Base):
    """An address that wants a topic. Who holds the code (only its hash is kept) may look, resend and leave."""

    __tablename__ = "feed_subscription"
    __table_args__ = (CheckConstraint(_one_of("channel", CHANNELS), name="channel_known"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    channel: Mapped[str] = mapped_column(String(8), info=STAFF)
    topic: Mapped[str] = mapped_column(String(60), info=STAFF)
    language: Mapped[str] = mapped_column(String(2), info=STAFF)
    address_sealed: Mapped[str] = mapped_column(info=STAFF)
    address_hash: Mapped[str] = mapped_column(String(64), index=True, info=STAFF)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True, info=STAFF)
    created_at: Mapped[datetime] = mapped_column(info=STAFF)


class FeedStep(Base):
    """Journal of a subscription; its state is the last step."""

    __tablename__ = "feed_step"
    __table_args__ = (CheckConstraint(_one_of("step", STEPS), name="step_known"),)

    subscription_id: Mapped[str] = mapped_column(ForeignKey("feed_subscription.id"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(10), info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class FeedDelivery(Base):
    """An entry on its way to a subscriber: at most once for each entry, however often it is tried."""

    __tablename__ = "feed_delivery"
    __table_args__ = (UniqueConstraint("subscription_id", "entry_id"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    subscription_id: Mapped[str] = mapped_column(ForeignKey("feed_subscription.id"), info=STAFF)
    entry_id: Mapped[str] = mapped_column(String(120), info=STAFF)
    title: Mapped[str] = mapped_column(info=STAFF)
    body: Mapped[str] = mapped_column(info=STAFF)
    queued_at: Mapped[datetime] = mapped_column(info=STAFF)


class FeedAttempt(Base):
    """One try of a delivery and what came of it."""

    __tablename__ = "feed_attempt"
    __table_args__ = (CheckConstraint(_one_of("outcome", OUTCOMES), name="outcome_known"),)

    delivery_id: Mapped[str] = mapped_column(ForeignKey("feed_delivery.id"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    outcome: Mapped[str] = mapped_column(String(10), info=STAFF)
    status: Mapped[int | None] = mapped_column(info=STAFF)
    note: Mapped[str] = mapped_column(info=STAFF)
