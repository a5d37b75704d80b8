"""Public face: the index of the search; who wants to be told of what."""

import sqlalchemy as sa
from alembic import op

from migrations import guards, search_index

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FEEDS = ("feed_subscription", "feed_step", "feed_delivery", "feed_attempt")


def upgrade() -> None:
    """Create the index of estates, companies and managers, and the journals of subscriptions."""
    search_index.create()
    _create_feeds()
    for table in FEEDS:
        guards.append_only(table)


def _create_feeds() -> None:
    op.create_table(
        "feed_subscription",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("address_sealed", sa.String(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('webhook', 'email')", name=op.f("ck_feed_subscription_channel_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_subscription")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_feed_subscription_code_hash")),
    )
    op.create_index(op.f("ix_feed_subscription_address_hash"), "feed_subscription", ["address_hash"])
    op.create_table(
        "feed_step",
        sa.Column("subscription_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("step IN ('asked', 'confirmed', 'left', 'suspended')", name=op.f("ck_feed_step_step_known")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["feed_subscription.id"], name=op.f("fk_feed_step_subscription_id_feed_subscription")
        ),
        sa.PrimaryKeyConstraint("subscription_id", "seq", name=op.f("pk_feed_step")),
    )
    op.create_table(
        "feed_delivery",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("subscription_id", sa.String(length=20), nullable=False),
        sa.Column("entry_id", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["feed_subscription.id"],
            name=op.f("fk_feed_delivery_subscription_id_feed_subscription"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_delivery")),
        sa.UniqueConstraint("subscription_id", "entry_id", name=op.f("uq_feed_delivery_subscription_id_entry_id")),
    )
    op.create_table(
        "feed_attempt",
        sa.Column("delivery_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("outcome IN ('delivered', 'failed', 'refused')", name=op.f("ck_feed_attempt_outcome_known")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["feed_delivery.id"], name=op.f("fk_feed_attempt_delivery_id_feed_delivery")
        ),
        sa.PrimaryKeyConstraint("delivery_id", "seq", name=op.f("pk_feed_attempt")),
    )


def downgrade() -> None:
    """Take it away again."""
    for table in reversed(FEEDS):
        op.drop_table(table)
    search_index.drop()
