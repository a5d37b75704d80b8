"""Joint conferences: agenda, members, minutes and tasks."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "conference_task_step",
    "conference_task",
    "conference_member",
    "conference_item",
    "conference_step",
    "conference",
)
STEPS: dict[str, tuple[str, ...]] = {"": ("called",), "called": ("held", "cancelled"), "held": ("closed",)}
TASK_STEPS: dict[str, tuple[str, ...]] = {"": ("given",), "given": ("done",)}


def _of_conference(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["conference_id"], ["conference.id"], name=op.f(f"fk_{table}_conference_id_conference")
    )


def upgrade() -> None:
    """Create what this step adds."""
    op.create_table(
        "conference",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("division_code", sa.String(12), nullable=False),
        sa.Column("meets_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("level IN ('district', 'community')", name=op.f("ck_conference_level_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference")),
        sa.UniqueConstraint("number", name=op.f("uq_conference_number")),
    )
    op.create_table(
        "conference_step",
        sa.Column("conference_id", sa.String(20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(10), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("minutes", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.CheckConstraint(
            "step IN ('called', 'held', 'cancelled', 'closed')", name=op.f("ck_conference_step_step_known")
        ),
        _of_conference("conference_step"),
        sa.PrimaryKeyConstraint("conference_id", "seq", name=op.f("pk_conference_step")),
    )
    op.create_table(
        "conference_item",
        sa.Column("conference_id", sa.String(20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(20), nullable=True),
        sa.Column("topic", sa.String(), nullable=False),
        _of_conference("conference_item"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_conference_item_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("conference_id", "seq", name=op.f("pk_conference_item")),
    )
    op.create_index(op.f("ix_conference_item_case_id"), "conference_item", ["case_id"], unique=False)
    op.create_table(
        "conference_member",
        sa.Column("conference_id", sa.String(20), nullable=False),
        sa.Column("body", sa.String(60), nullable=False),
        _of_conference("conference_member"),
        sa.PrimaryKeyConstraint("conference_id", "body", name=op.f("pk_conference_member")),
    )
    op.create_table(
        "conference_task",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("conference_id", sa.String(20), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("body", sa.String(60), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        _of_conference("conference_task"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference_task")),
        sa.UniqueConstraint("conference_id", "seq", name=op.f("uq_conference_task_conference_id_seq")),
    )
    op.create_table(
        "conference_task_step",
        sa.Column("task_id", sa.String(20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(8), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.CheckConstraint("step IN ('given', 'done')", name=op.f("ck_conference_task_step_step_known")),
        sa.ForeignKeyConstraint(
            ["task_id"], ["conference_task.id"], name=op.f("fk_conference_task_step_task_id_conference_task")
        ),
        sa.PrimaryKeyConstraint("task_id", "seq", name=op.f("pk_conference_task_step")),
    )
    for table in TABLES:
        guards.append_only(table)
    guards.transitions("conference_step", "conference_id", STEPS)
    guards.transitions("conference_task_step", "task_id", TASK_STEPS)


def downgrade() -> None:
    """Remove what this step added."""
    for table in TABLES:
        op.drop_table(table)
    guards.drop_transitions("conference_step")
    guards.drop_transitions("conference_task_step")
