"""Accounts of the common funds, bank layouts, statements and their lines."""

import sqlalchemy as sa
from alembic import op

from migrations import guards
from portal.kernel.db import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

JOURNALS = (
    "fund_account",
    "bank_layout",
    "fund_statement",
    "fund_statement_withdrawn",
    "bank_line",
    "bank_line_repeat",
)
TABLES = (
    "bank_line_repeat",
    "bank_line",
    "fund_statement_withdrawn",
    "fund_statement",
    "bank_layout",
    "fund_account_facts",
    "fund_account",
)


def upgrade() -> None:
    """Create what this step adds."""
    _create_tables()
    guards.partitions("bank_line")
    for table in JOURNALS:
        guards.append_only(table)
    columns = sa.inspect(op.get_bind()).get_columns("fund_account_facts")
    guards.versioned("fund_account_facts", [str(column["name"]) for column in columns])


def downgrade() -> None:
    """Take it away again."""
    for table in TABLES:
        op.drop_table(table)


def _create_tables() -> None:
    op.create_table(
        "fund_account",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_fund_account")),
    )
    op.create_table(
        "fund_account_facts",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("account_code", sa.String(length=32), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("type", sa.String(length=12), nullable=False),
        sa.Column("bank", sa.String(), nullable=False),
        sa.Column("number_sealed", sa.String(), nullable=False),
        sa.Column("number_hash", sa.String(length=64), nullable=False),
        sa.Column("number_key_id", sa.String(), nullable=False),
        sa.Column("number_mask", sa.String(length=12), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("superseded_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "type IN ('basic', 'joint', 'maintenance', 'service')", name=op.f("ck_fund_account_facts_type_known")
        ),
        sa.ForeignKeyConstraint(
            ["account_code"], ["fund_account.code"], name=op.f("fk_fund_account_facts_account_code_fund_account")
        ),
        sa.ForeignKeyConstraint(
            ["estate_code"], ["estate.code"], name=op.f("fk_fund_account_facts_estate_code_estate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_account_facts")),
    )
    op.create_index(op.f("ix_fund_account_facts_estate_code"), "fund_account_facts", ["estate_code"], unique=False)
    op.create_index(
        "uq_fund_account_facts_live",
        "fund_account_facts",
        ["account_code"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "bank_layout",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("columns", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_bank_layout")),
    )
    op.create_table(
        "fund_statement",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("account_code", sa.String(length=32), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("opening_fen", sa.BigInteger(), nullable=True),
        sa.Column("closing_fen", sa.BigInteger(), nullable=True),
        sa.Column("in_fen", sa.BigInteger(), nullable=False),
        sa.Column("out_fen", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("flaws", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_code"], ["fund_account.code"], name=op.f("fk_fund_statement_account_code_fund_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_statement")),
    )
    op.create_index(
        op.f("ix_fund_statement_account_code_file_sha256"),
        "fund_statement",
        ["account_code", "file_sha256"],
        unique=False,
    )
    op.create_index(
        op.f("ix_fund_statement_account_code_to_on"), "fund_statement", ["account_code", "to_on"], unique=False
    )
    op.create_table(
        "fund_statement_withdrawn",
        sa.Column("statement_id", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["fund_statement.id"],
            name=op.f("fk_fund_statement_withdrawn_statement_id_fund_statement"),
        ),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_fund_statement_withdrawn")),
    )
    op.create_table(
        "bank_line",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_code", sa.String(length=32), nullable=False),
        sa.Column("statement_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
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
        sa.CheckConstraint("amount_fen <> 0 OR balance_fen IS NOT NULL", name=op.f("ck_bank_line_says_something")),
        sa.PrimaryKeyConstraint("year", "id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("year", "account_code", "key", name=op.f("uq_bank_line_year_account_code_key")),
        postgresql_partition_by="RANGE (year)",
    )
    op.create_index(
        op.f("ix_bank_line_account_code_booked_on_amount_fen"),
        "bank_line",
        ["account_code", "booked_on", "amount_fen"],
        unique=False,
    )
    op.create_index(op.f("ix_bank_line_statement_id"), "bank_line", ["statement_id"], unique=False)
    op.create_table(
        "bank_line_repeat",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("statement_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["fund_statement.id"], name=op.f("fk_bank_line_repeat_statement_id_fund_statement")
        ),
        sa.PrimaryKeyConstraint("year", "line_id", "statement_id", name=op.f("pk_bank_line_repeat")),
    )
