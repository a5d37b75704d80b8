"""Requests to fix what a check found: orders, their journal, photos and their releases."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("rectification_order", "rectification_step", "rectification_photo", "rectification_photo_release")
STEP_POSSIBLE = " OR ".join(
    (
        "(step = 'opened' AND seq = 1 AND was IS NULL AND was_seq IS NULL AND state = 'open')",
        "(step = 'protected' AND was IS NOT NULL AND was_seq IS NOT NULL AND was IN ('open') AND was_seq = seq - 1 AND state = 'open')",
        "(step = 'extension_asked' AND was IS NOT NULL AND was_seq IS NOT NULL AND was IN ('open') AND was_seq = seq - 1 AND state = 'open')",
        "(step = 'extended' AND was IS NOT NULL AND was_seq IS NOT NULL AND was IN ('open') AND was_seq = seq - 1 AND state = 'open')",
        "(step = 'extension_refused' AND was IS NOT NULL AND was_seq IS NOT NULL AND was IN ('open') AND was_seq = seq - 1 AND state = 'open')",
        "(step = 'answered' AND was IS NOT NULL AND was_seq IS NOT NULL AND was IN ('open') AND was_seq = seq - 1 AND state = 'awaiting')",
        "(step = 'verified' AND was IS NOT NULL AND was_seq IS NOT NULL AND was IN ('awaiting') AND was_seq = seq - 1 AND state = 'closed')",
        "(step = 'refused' AND was IS NOT NULL AND was_seq IS NOT NULL AND was IN ('awaiting') AND was_seq = seq - 1 AND state = 'open')",
        "(step = 'cancelled' AND was IS NOT NULL AND was_seq IS NOT NULL AND was IN ('open', 'awaiting') AND was_seq = seq - 1 AND state = 'cancelled')",
    )
)


def upgrade() -> None:
    """Create the tables; all four only grow."""
    create_tables()
    for table in TABLES:
        guards.append_only(table)


def downgrade() -> None:
    """Take them away again."""
    for table in reversed(TABLES):
        op.drop_table(table)


def create_tables() -> None:
    op.create_table(
        "rectification_order",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("check_id", sa.String(length=20), nullable=False),
        sa.Column("item_code", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("standard_version", sa.String(), nullable=False),
        sa.Column("hazard_class", sa.String(length=1), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hazard_class IN ('A', 'B', 'C')", name=op.f("ck_rectification_order_hazard_class_known")),
        sa.ForeignKeyConstraint(
            ["check_id"], ["monthly_check.id"], name=op.f("fk_rectification_order_check_id_monthly_check")
        ),
        sa.ForeignKeyConstraint(
            ["estate_code"], ["estate.code"], name=op.f("fk_rectification_order_estate_code_estate")
        ),
        sa.ForeignKeyConstraint(
            ["standard_version"],
            ["standard_version.version"],
            name=op.f("fk_rectification_order_standard_version_standard_version"),
        ),
        sa.ForeignKeyConstraint(["uscc"], ["enterprise.uscc"], name=op.f("fk_rectification_order_uscc_enterprise")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_order")),
        sa.UniqueConstraint(
            "check_id", "item_code", "round", name=op.f("uq_rectification_order_check_id_item_code_round")
        ),
    )
    with op.batch_alter_table("rectification_order", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rectification_order_estate_code_month"), ["estate_code", "month"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_rectification_order_month"), ["month"], unique=False)
        batch_op.create_index(batch_op.f("ix_rectification_order_uscc"), ["uscc"], unique=False)

    op.create_table(
        "rectification_photo",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("order_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("thumbnail", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("latitude_e6", sa.Integer(), nullable=True),
        sa.Column("longitude_e6", sa.Integer(), nullable=True),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["rectification_order.id"], name=op.f("fk_rectification_photo_order_id_rectification_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_photo")),
    )
    with op.batch_alter_table("rectification_photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rectification_photo_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rectification_photo_sha256"), ["sha256"], unique=False)

    op.create_table(
        "rectification_step",
        sa.Column("order_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("was_seq", sa.Integer(), nullable=True),
        sa.Column("was", sa.String(length=10), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint(STEP_POSSIBLE, name=op.f("ck_rectification_step_step_possible")),
        sa.ForeignKeyConstraint(
            ["order_id", "was_seq", "was"],
            ["rectification_step.order_id", "rectification_step.seq", "rectification_step.state"],
            name="fk_rectification_step_before",
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["rectification_order.id"], name=op.f("fk_rectification_step_order_id_rectification_order")
        ),
        sa.PrimaryKeyConstraint("order_id", "seq", name=op.f("pk_rectification_step")),
        sa.UniqueConstraint("order_id", "seq", "state", name=op.f("uq_rectification_step_order_id_seq_state")),
    )
    with op.batch_alter_table("rectification_step", schema=None) as batch_op:
        batch_op.create_index(
            "uq_rectification_step_extended",
            ["order_id"],
            unique=True,
            sqlite_where=sa.text("step = 'extended'"),
            postgresql_where=sa.text("step = 'extended'"),
        )
        batch_op.create_index(
            "uq_rectification_step_extension_asked",
            ["order_id"],
            unique=True,
            sqlite_where=sa.text("step = 'extension_asked'"),
            postgresql_where=sa.text("step = 'extension_asked'"),
        )
        batch_op.create_index(
            "uq_rectification_step_extension_refused",
            ["order_id"],
            unique=True,
            sqlite_where=sa.text("step = 'extension_refused'"),
            postgresql_where=sa.text("step = 'extension_refused'"),
        )

    op.create_table(
        "rectification_photo_release",
        sa.Column("photo_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_sha256", sa.String(), nullable=False),
        sa.Column("boxes", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"],
            ["rectification_photo.id"],
            name=op.f("fk_rectification_photo_release_photo_id_rectification_photo"),
        ),
        sa.PrimaryKeyConstraint("photo_id", "seq", name=op.f("pk_rectification_photo_release")),
    )
