"""Market entry: what an officer decided when a contract or a manager was registered."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what this step adds."""
    op.create_table(
        "market_decision",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("deed", sa.String(length=10), nullable=False),
        sa.Column("estate_code", sa.String(), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("manager_code", sa.String(length=32), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("deed IN ('contract', 'manager', 'sheet')", name=op.f("ck_market_decision_deed_known")),
        sa.CheckConstraint(
            "decision IN ('proceed', 'notice', 'refer')", name=op.f("ck_market_decision_decision_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_decision")),
    )
    op.create_index(op.f("ix_market_decision_uscc"), "market_decision", ["uscc"], unique=False)
    op.create_index(op.f("ix_market_decision_estate_code"), "market_decision", ["estate_code"], unique=False)
    guards.append_only("market_decision")


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("market_decision")
