"""Receipts."""

import sqlalchemy as sa
from alembic import op

from migrations import guards
from portal.kernel.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JOURNALS = ("receipt", "query_log", "public_key")


def upgrade() -> None:
    """Receipts, the journal of queries, the public keys, and the looks that are counted for ten minutes."""
    op.create_table(
        "receipt",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("known_at", UtcDateTime(), nullable=False),
        sa.Column("snapshot", sa.String, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("key_id", sa.String, nullable=False),
        sa.Column("signature", sa.String, nullable=False),
        sa.Column("sealed", sa.String, nullable=False),
        sa.Column("sealed_under", sa.String, nullable=False),
        sa.Column("ref", sa.String),
        sa.Column("series", sa.String(32)),
        sa.Column("seq", sa.Integer),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.CheckConstraint("(series IS NULL) = (seq IS NULL)", name=op.f("ck_receipt_numbered")),
    )
    op.create_index(op.f("ix_receipt_issued_at"), "receipt", ["issued_at"])
    op.create_index("uq_receipt_number", "receipt", ["series", "seq"], unique=True)
    op.create_index("uq_receipt_ref", "receipt", ["type", "ref"], unique=True)
    op.create_table(
        "query_log",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("login", sa.String(32)),
        sa.Column("address_hash", sa.String, nullable=False),
        sa.Column("authorisation", sa.String, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("receipt_id", sa.String(26)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_query_log")),
        sa.CheckConstraint("channel IN ('page', 'sheet', 'api', 'cli')", name=op.f("ck_query_log_channel_known")),
    )
    op.create_index(op.f("ix_query_log_at"), "query_log", ["at"])
    op.create_index(op.f("ix_query_log_address_hash_at"), "query_log", ["address_hash", "at"])
    op.create_table(
        "receipt_look",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("address_hash", sa.String, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_look")),
    )
    op.create_index(op.f("ix_receipt_look_at"), "receipt_look", ["at"])
    op.create_index(op.f("ix_receipt_look_address_hash_at"), "receipt_look", ["address_hash", "at"])
    op.create_table(
        "public_key",
        sa.Column("key_id", sa.String, nullable=False),
        sa.Column("x", sa.String, nullable=False),
        sa.Column("first_used_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_public_key")),
    )
    for table in JOURNALS:
        guards.append_only(table)


def downgrade() -> None:
    """Take it away again."""
    for table in ("public_key", "receipt_look", "query_log", "receipt"):
        op.drop_table(table)
