"""Replies and hold: releases opened early, enterprises that gave up their hold, replies with steps and photos."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("hold_waiver", "release_opening", "reply", "reply_step", "reply_photo", "reply_photo_release")
STEPS = {
    "": ("submitted",),
    "submitted": ("accepted", "refused"),
    "refused": ("revised",),
    "revised": ("accepted", "rejected"),
}


def upgrade() -> None:
    """Create the tables; all of them only grow."""
    create_tables()
    for table in TABLES:
        guards.append_only(table)
    guards.transitions("reply_step", "reply_id", STEPS)


def downgrade() -> None:
    """Take them away again."""
    guards.drop_transitions("reply_step")
    for table in reversed(TABLES):
        op.drop_table(table)


def create_tables() -> None:
    op.create_table(
        "hold_waiver",
        sa.Column("period", sa.String(length=6), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["uscc"], ["enterprise.uscc"], name=op.f("fk_hold_waiver_uscc_enterprise")),
        sa.PrimaryKeyConstraint("period", "uscc", name=op.f("pk_hold_waiver")),
    )
    op.create_table(
        "release_opening",
        sa.Column("release_id", sa.String(length=20), nullable=False),
        sa.Column("public_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_opening_release_id_release")),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_release_opening")),
    )
    op.create_table(
        "reply",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("period", sa.String(length=6), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("item_code", sa.String(), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_reply_estate_code_estate")),
        sa.ForeignKeyConstraint(["uscc"], ["enterprise.uscc"], name=op.f("fk_reply_uscc_enterprise")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
        sa.UniqueConstraint("period", "estate_code", "month", "item_code", "uscc", name="uq_reply_subject"),
    )
    op.create_index(op.f("ix_reply_uscc"), "reply", ["uscc"], unique=False)
    op.create_table(
        "reply_step",
        sa.Column("reply_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("reason_code", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(step IN ('refused', 'rejected')) = (reason_code <> '')", name=op.f("ck_reply_step_reason_if_refused")
        ),
        sa.CheckConstraint(
            "(step IN ('submitted', 'revised')) = (text <> '')", name=op.f("ck_reply_step_text_if_written")
        ),
        sa.CheckConstraint(
            "step IN ('submitted', 'accepted', 'refused', 'revised', 'rejected')", name=op.f("ck_reply_step_step_known")
        ),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"], name=op.f("fk_reply_step_reply_id_reply")),
        sa.PrimaryKeyConstraint("reply_id", "seq", name=op.f("pk_reply_step")),
    )
    op.create_table(
        "reply_photo",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("reply_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("thumbnail", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reply_id", "seq"], ["reply_step.reply_id", "reply_step.seq"], name="fk_reply_photo_step"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_photo")),
    )
    op.create_index(op.f("ix_reply_photo_reply_id"), "reply_photo", ["reply_id"], unique=False)
    op.create_table(
        "reply_photo_release",
        sa.Column("photo_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_sha256", sa.String(length=64), nullable=False),
        sa.Column("boxes", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["reply_photo.id"], name=op.f("fk_reply_photo_release_photo_id_reply_photo")
        ),
        sa.PrimaryKeyConstraint("photo_id", "seq", name=op.f("pk_reply_photo_release")),
    )
