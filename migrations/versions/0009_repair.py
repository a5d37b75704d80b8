"""Repair of credit: applications, their papers and steps."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("repair_step", "repair_paper", "repair_case")


def upgrade() -> None:
    """Create what this step adds."""
    op.create_table(
        "repair_case",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_case")),
    )
    op.create_index(op.f("ix_repair_case_uscc"), "repair_case", ["uscc"], unique=False)
    op.create_index("uq_repair_case_attempt", "repair_case", ["target", "attempt"], unique=True)
    op.create_table(
        "repair_paper",
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("files", sa.String(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["repair_case.id"], name=op.f("fk_repair_paper_case_id_repair_case")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_repair_paper")),
    )
    op.create_table(
        "repair_step",
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "step IN ('submitted', 'gaps_told', 'accepted', 'withdrawn', 'supplemented', 'refused', 'extended', 'approved', 'decision_served')",
            name=op.f("ck_repair_step_step_known"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["repair_case.id"], name=op.f("fk_repair_step_case_id_repair_case")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_repair_step")),
    )
    for table in TABLES:
        guards.append_only(table)
    guards.chained("repair_step", "'repair'")


def downgrade() -> None:
    """Take it away again."""
    guards.unchained("repair_step")
    for table in TABLES:
        op.drop_table(table)
