"""Pieces, classifications, vouchers and approvals of the common funds."""

import sqlalchemy as sa
from alembic import op

from migrations import guards
from portal.kernel.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# in the order in which they can be dropped
TABLES = (
    "fund_variance",
    "fund_budget",
    "fund_approval_step",
    "fund_approval",
    "ledger_attachment",
    "ledger_voucher_copy",
    "ledger_voucher",
    "ledger_rule",
    "ledger_posting",
    "ledger_act",
)


def upgrade() -> None:
    """Create what this step adds; all of it is insert-only."""
    _create_ledger()
    _create_decisions()
    guards.partitions("ledger_posting")
    for table in TABLES:
        guards.append_only(table)


def downgrade() -> None:
    """Remove what this step added."""
    for table in TABLES:
        op.drop_table(table)


def _create_ledger() -> None:
    op.create_table(
        "ledger_act",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("account_code", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind <> 'correct' OR reason <> ''", name=op.f("ck_ledger_act_correction_says_why")),
        sa.CheckConstraint(
            "kind IN ('rules', 'classify', 'split', 'merge', 'undo', 'correct')", name=op.f("ck_ledger_act_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["account_code"], ["fund_account.code"], name=op.f("fk_ledger_act_account_code_fund_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_act")),
    )
    op.create_index(
        op.f("ix_ledger_act_account_code_recorded_at"), "ledger_act", ["account_code", "recorded_at"], unique=False
    )
    op.create_table(
        "ledger_posting",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("piece", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False),
        sa.Column("act_id", sa.String(length=20), nullable=False),
        sa.Column("account_code", sa.String(length=32), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("memo", sa.String(), nullable=False),
        sa.Column("bundle", sa.String(length=20), nullable=True),
        sa.Column("rule", sa.String(length=40), nullable=True),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(step = 'post') = (reverses IS NULL)", name=op.f("ck_ledger_posting_reverses_something")),
        sa.CheckConstraint(
            "amount_fen * side > 0 AND step = 'post' OR amount_fen * side < 0 AND step = 'reverse'",
            name=op.f("ck_ledger_posting_signed"),
        ),
        sa.ForeignKeyConstraint(["act_id"], ["ledger_act.id"], name=op.f("fk_ledger_posting_act_id_ledger_act")),
        sa.PrimaryKeyConstraint("year", "id", name=op.f("pk_ledger_posting")),
        sa.UniqueConstraint(
            "year", "line_id", "seq", "step", "piece", name=op.f("uq_ledger_posting_year_line_id_seq_step_piece")
        ),
        sa.UniqueConstraint("year", "reverses", name=op.f("uq_ledger_posting_year_reverses")),
        postgresql_partition_by="RANGE (year)",
    )
    op.create_index(op.f("ix_ledger_posting_act_id"), "ledger_posting", ["act_id"], unique=False)
    op.create_index(
        "ix_ledger_posting_sums",
        "ledger_posting",
        ["account_code", "booked_on", "category", "side", "amount_fen", "step"],
        unique=False,
    )
    op.create_table(
        "ledger_rule",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("min_fen", sa.BigInteger(), nullable=True),
        sa.Column("max_fen", sa.BigInteger(), nullable=True),
        sa.Column("account_type", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out', '')", name=op.f("ck_ledger_rule_direction_known")),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_ledger_rule")),
    )
    op.create_table(
        "ledger_voucher",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("original_sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('invoice', 'receipt', 'contract', 'settlement', 'other')",
            name=op.f("ck_ledger_voucher_kind_known"),
        ),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_ledger_voucher_estate_code_estate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_voucher")),
        sa.UniqueConstraint(
            "estate_code", "original_sha256", name=op.f("uq_ledger_voucher_estate_code_original_sha256")
        ),
    )
    op.create_table(
        "ledger_voucher_copy",
        sa.Column("voucher_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["ledger_voucher.id"], name=op.f("fk_ledger_voucher_copy_voucher_id_ledger_voucher")
        ),
        sa.PrimaryKeyConstraint("voucher_id", "seq", name=op.f("pk_ledger_voucher_copy")),
    )
    op.create_table(
        "ledger_attachment",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("voucher_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("step IN ('on', 'off')", name=op.f("ck_ledger_attachment_step_known")),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["ledger_voucher.id"], name=op.f("fk_ledger_attachment_voucher_id_ledger_voucher")
        ),
        sa.PrimaryKeyConstraint("year", "line_id", "voucher_id", "seq", name=op.f("pk_ledger_attachment")),
    )
    op.create_index(op.f("ix_ledger_attachment_voucher_id"), "ledger_attachment", ["voucher_id"], unique=False)


def _create_decisions() -> None:
    op.create_table(
        "fund_approval",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("limit_fen", sa.BigInteger(), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("in_favour", sa.Integer(), nullable=False),
        sa.Column("eligible_area_centi", sa.BigInteger(), nullable=True),
        sa.Column("present_area_centi", sa.BigInteger(), nullable=True),
        sa.Column("favour_area_centi", sa.BigInteger(), nullable=True),
        sa.Column("document_sha256", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('owners', 'committee')", name=op.f("ck_fund_approval_kind_known")),
        sa.CheckConstraint("limit_fen > 0", name=op.f("ck_fund_approval_limit_positive")),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_fund_approval_estate_code_estate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_approval")),
    )
    op.create_index(
        op.f("ix_fund_approval_estate_code_decided_on"), "fund_approval", ["estate_code", "decided_on"], unique=False
    )
    op.create_table(
        "fund_approval_step",
        sa.Column("approval_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("step IN ('spent', 'unspent', 'withdrawn')", name=op.f("ck_fund_approval_step_step_known")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["fund_approval.id"], name=op.f("fk_fund_approval_step_approval_id_fund_approval")
        ),
        sa.PrimaryKeyConstraint("approval_id", "seq", name=op.f("pk_fund_approval_step")),
    )
    op.create_index(op.f("ix_fund_approval_step_year_line_id"), "fund_approval_step", ["year", "line_id"], unique=False)
    op.create_table(
        "fund_budget",
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_fund_budget_amount_not_negative")),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_fund_budget_estate_code_estate")),
        sa.PrimaryKeyConstraint("estate_code", "year", "category", "version", name=op.f("pk_fund_budget")),
    )
    op.create_table(
        "fund_variance",
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_fund_variance_estate_code_estate")),
        sa.PrimaryKeyConstraint("estate_code", "year", "category", "version", name=op.f("pk_fund_variance")),
    )
