"""What else the law opens: contracts and fees, notices, votes, safety, audits."""

import sqlalchemy as sa
from alembic import op

from migrations import guards
from portal.kernel.db import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what this step adds."""
    op.create_table(
        "opened_entry",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_type", sa.String(length=40), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "source IN ('enterprise', 'committee', 'office')", name=op.f("ck_opened_entry_source_known")
        ),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_opened_entry_estate_code_estate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opened_entry")),
    )
    op.create_index(op.f("ix_opened_entry_estate_code_kind"), "opened_entry", ["estate_code", "kind"], unique=False)
    op.create_table(
        "opened_withdrawal",
        sa.Column("entry_id", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["opened_entry.id"], name=op.f("fk_opened_withdrawal_entry_id_opened_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_opened_withdrawal")),
    )
    guards.append_only("opened_entry")
    guards.append_only("opened_withdrawal")


def downgrade() -> None:
    """Remove what this step added."""
    op.drop_table("opened_withdrawal")
    op.drop_table("opened_entry")
