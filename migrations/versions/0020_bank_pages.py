"""Staged bank files."""

import sqlalchemy as sa
from alembic import op

from portal.kernel.db import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what this step adds. A working paper: rows are deleted once they are taken over."""
    op.create_table(
        "bank_line_staged",
        sa.Column("batch", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staged_at", UtcDateTime(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_code", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("value_on", sa.Date(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("balance_fen", sa.BigInteger(), nullable=True),
        sa.Column("counterparty", sa.String(), nullable=False),
        sa.Column("counterparty_account", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("batch", "seq", name=op.f("pk_bank_line_staged")),
    )
    op.create_index(op.f("ix_bank_line_staged_staged_at"), "bank_line_staged", ["staged_at"], unique=False)


def downgrade() -> None:
    """Remove what this step added."""
    op.drop_table("bank_line_staged")
