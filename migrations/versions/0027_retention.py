"""Holds on clearing: what a person orders to be kept though its term is over."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The journal of holds."""
    op.create_table(
        "retention_hold",
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("step", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("step IN ('held', 'lifted')", name=op.f("ck_retention_hold_step_known")),
        sa.PrimaryKeyConstraint("subject", "seq", name=op.f("pk_retention_hold")),
    )
    guards.append_only("retention_hold")
    guards.no_replacing("retention_hold", "subject", "seq")


def downgrade() -> None:
    """Remove the journal."""
    op.drop_table("retention_hold")
