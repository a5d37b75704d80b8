"""Reports of the common funds: reports, lines, journal, terms, occasions and proposed credit events. All only grow."""

import sqlalchemy as sa
from alembic import op

from migrations import guards
from portal.kernel.db import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = (
    "fund_report",
    "fund_report_line",
    "fund_report_step",
    "fund_report_term",
    "fund_report_occasion",
    "fund_report_event",
)
FOLLOWS = {"": ("submitted",), "submitted": ("returned", "withdrawn", "confirmed")}


def upgrade() -> None:
    """Create the tables and their guards."""
    create_reports()
    create_calendar()
    for table in TABLES:
        guards.append_only(table)
    guards.transitions("fund_report_step", "report_id", FOLLOWS)


def create_reports() -> None:
    """Reports, their lines and steps."""
    op.create_table(
        "fund_report",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("filed_for", sa.String(length=12), nullable=False),
        sa.Column("zero", sa.Boolean(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("reverses", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(reverses IS NULL) = (reason = '')", name=op.f("ck_fund_report_corrections_have_reasons")),
        sa.CheckConstraint("filed_for IN ('enterprise', 'committee')", name=op.f("ck_fund_report_filed_for_known")),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_fund_report_estate_code_estate")),
        sa.ForeignKeyConstraint(["reverses"], ["fund_report.id"], name=op.f("fk_fund_report_reverses_fund_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_report")),
        sa.UniqueConstraint(
            "estate_code", "kind", "period", "number", name=op.f("uq_fund_report_estate_code_kind_period_number")
        ),
    )
    op.create_index(op.f("ix_fund_report_kind_period"), "fund_report", ["kind", "period"], unique=False)
    op.create_table(
        "fund_report_line",
        sa.Column("report_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=48), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint("amount_fen IS NOT NULL OR text <> ''", name=op.f("ck_fund_report_line_says_something")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["fund_report.id"], name=op.f("fk_fund_report_line_report_id_fund_report")
        ),
        sa.PrimaryKeyConstraint("report_id", "seq", name=op.f("pk_fund_report_line")),
    )
    op.create_table(
        "fund_report_step",
        sa.Column("report_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "step IN ('submitted', 'returned', 'withdrawn', 'confirmed')", name=op.f("ck_fund_report_step_step_known")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["fund_report.id"], name=op.f("fk_fund_report_step_report_id_fund_report")
        ),
        sa.PrimaryKeyConstraint("report_id", "seq", name=op.f("pk_fund_report_step")),
    )


def create_calendar() -> None:
    """What makes reports due, and what was proposed for late ones."""
    op.create_table(
        "fund_report_term",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("frequency", sa.String(length=8), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("frequency IN ('usual', 'often', 'none')", name=op.f("ck_fund_report_term_frequency_known")),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_fund_report_term_estate_code_estate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_report_term")),
    )
    op.create_index(
        op.f("ix_fund_report_term_estate_code_kind"), "fund_report_term", ["estate_code", "kind"], unique=False
    )
    op.create_table(
        "fund_report_occasion",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("takes_back", sa.String(length=20), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["estate_code"], ["estate.code"], name=op.f("fk_fund_report_occasion_estate_code_estate")
        ),
        sa.ForeignKeyConstraint(
            ["takes_back"],
            ["fund_report_occasion.id"],
            name=op.f("fk_fund_report_occasion_takes_back_fund_report_occasion"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_report_occasion")),
        sa.UniqueConstraint("takes_back", name=op.f("uq_fund_report_occasion_takes_back")),
    )
    op.create_index(op.f("ix_fund_report_occasion_estate_code"), "fund_report_occasion", ["estate_code"], unique=False)
    op.create_table(
        "fund_report_event",
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_fund_report_event_estate_code_estate")),
        sa.PrimaryKeyConstraint("estate_code", "kind", "period", "code", name=op.f("pk_fund_report_event")),
    )


def downgrade() -> None:
    """Take them away again."""
    guards.drop_transitions("fund_report_step")
    for table in (
        "fund_report_event",
        "fund_report_occasion",
        "fund_report_term",
        "fund_report_step",
        "fund_report_line",
        "fund_report",
    ):
        op.drop_table(table)
