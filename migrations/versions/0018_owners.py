"""The owners' register, access and questions."""

import sqlalchemy as sa
from alembic import op

from migrations import guards
from portal.kernel.db import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

JOURNALS = ("owner_unit", "owner_holding", "unit_balance", "owner_paper_code", "fund_question", "fund_answer")
TABLES = (
    "fund_answer",
    "fund_question",
    "owner_session",
    "owner_paper_code",
    "owner_try",
    "owner_request",
    "unit_balance",
    "owner_facts",
    "owner_holding",
    "owner_unit",
)


def upgrade() -> None:
    """Create what this step adds."""
    _create_tables()
    for table in JOURNALS:
        guards.append_only(table)
    columns = sa.inspect(op.get_bind()).get_columns("owner_facts")
    guards.versioned("owner_facts", [str(column["name"]) for column in columns])


def downgrade() -> None:
    """Remove what this step added."""
    for table in TABLES:
        op.drop_table(table)


def _create_tables() -> None:
    op.create_table(
        "owner_unit",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("building", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("building_key", sa.String(length=40), nullable=False),
        sa.Column("unit_key", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_owner_unit_estate_code_estate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_unit")),
        sa.UniqueConstraint("estate_code", "building_key", "unit_key", name="uq_owner_unit_place"),
    )
    op.create_table(
        "owner_holding",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("unit_id", sa.String(length=20), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["owner_unit.id"], name=op.f("fk_owner_holding_unit_id_owner_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_holding")),
    )
    op.create_index(op.f("ix_owner_holding_unit_id"), "owner_holding", ["unit_id"], unique=False)
    op.create_table(
        "owner_facts",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("holding_id", sa.String(length=20), nullable=False),
        sa.Column("unit_id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name_sealed", sa.String(), nullable=False),
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("phone_sealed", sa.String(), nullable=False),
        sa.Column("phone_last4", sa.String(length=4), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("superseded_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('owner', 'tenant')", name=op.f("ck_owner_facts_kind_known")),
        sa.ForeignKeyConstraint(
            ["holding_id"], ["owner_holding.id"], name=op.f("fk_owner_facts_holding_id_owner_holding")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["owner_unit.id"], name=op.f("fk_owner_facts_unit_id_owner_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_facts")),
    )
    op.create_index(op.f("ix_owner_facts_unit_id"), "owner_facts", ["unit_id"], unique=False)
    op.create_index(
        "uq_owner_facts_live",
        "owner_facts",
        ["holding_id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "unit_balance",
        sa.Column("unit_id", sa.String(length=20), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("balance_fen", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["owner_unit.id"], name=op.f("fk_unit_balance_unit_id_owner_unit")),
        sa.PrimaryKeyConstraint("unit_id", "as_of", "seq", name=op.f("pk_unit_balance")),
    )
    op.create_table(
        "owner_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("household_hash", sa.String(length=64), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("holding_id", sa.String(length=20), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holding_id"], ["owner_holding.id"], name=op.f("fk_owner_request_holding_id_owner_holding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_request")),
    )
    op.create_index(op.f("ix_owner_request_holding_id_at"), "owner_request", ["holding_id", "at"], unique=False)
    op.create_table(
        "owner_try",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("household_hash", sa.String(length=64), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=20), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["owner_unit.id"], name=op.f("fk_owner_try_unit_id_owner_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_try")),
    )
    op.create_index(
        op.f("ix_owner_try_household_hash_source_hash_at"),
        "owner_try",
        ["household_hash", "source_hash", "at"],
        unique=False,
    )
    op.create_index(op.f("ix_owner_try_source_hash_at"), "owner_try", ["source_hash", "at"], unique=False)
    op.create_index(op.f("ix_owner_try_unit_id_at"), "owner_try", ["unit_id", "at"], unique=False)
    op.create_table(
        "owner_paper_code",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("holding_id", sa.String(length=20), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holding_id"], ["owner_holding.id"], name=op.f("fk_owner_paper_code_holding_id_owner_holding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_paper_code")),
    )
    op.create_index(
        op.f("ix_owner_paper_code_holding_id_issued_at"), "owner_paper_code", ["holding_id", "issued_at"], unique=False
    )
    op.create_table(
        "owner_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("holding_id", sa.String(length=20), nullable=False),
        sa.Column("opened_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["holding_id"], ["owner_holding.id"], name=op.f("fk_owner_session_holding_id_owner_holding")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_owner_session")),
        sa.UniqueConstraint("opened_by", name=op.f("uq_owner_session_opened_by")),
    )
    op.create_index(op.f("ix_owner_session_holding_id"), "owner_session", ["holding_id"], unique=False)
    op.create_table(
        "fund_question",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("holding_id", sa.String(length=20), nullable=False),
        sa.Column("unit_id", sa.String(length=20), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind = 'question' OR line_id IS NOT NULL", name=op.f("ck_fund_question_objection_to_line")),
        sa.CheckConstraint("kind IN ('question', 'objection')", name=op.f("ck_fund_question_kind_known")),
        sa.CheckConstraint("(year IS NULL) = (line_id IS NULL)", name=op.f("ck_fund_question_line_whole")),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_fund_question_estate_code_estate")),
        sa.ForeignKeyConstraint(
            ["holding_id"], ["owner_holding.id"], name=op.f("fk_fund_question_holding_id_owner_holding")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["owner_unit.id"], name=op.f("fk_fund_question_unit_id_owner_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_question")),
    )
    op.create_index(op.f("ix_fund_question_estate_code_on"), "fund_question", ["estate_code", "on"], unique=False)
    op.create_index(op.f("ix_fund_question_year_line_id"), "fund_question", ["year", "line_id"], unique=False)
    op.create_table(
        "fund_answer",
        sa.Column("question_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("public_text", sa.String(), nullable=False),
        sa.Column("speaker", sa.String(length=12), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('explained', 'accepted', 'rejected')", name=op.f("ck_fund_answer_outcome_known")
        ),
        sa.CheckConstraint("speaker IN ('enterprise', 'committee')", name=op.f("ck_fund_answer_speaker_known")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["fund_question.id"], name=op.f("fk_fund_answer_question_id_fund_question")
        ),
        sa.PrimaryKeyConstraint("question_id", "seq", name=op.f("pk_fund_answer")),
    )
