"""Running the portal: tasks that can be cancelled and tried again, backups, retention."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Tasks and firings that are taken up again, and the journal of what the nightly work came to."""
    op.add_column("task", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("task", sa.Column("not_before", INSTANT, nullable=True))
    op.add_column("job_run", sa.Column("attempts", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "operation_outcome",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('backup', 'proof', 'integrity', 'retention', 'partitions')",
            name=op.f("ck_operation_outcome_kind_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_outcome")),
    )
    op.create_index(op.f("ix_operation_outcome_kind"), "operation_outcome", ["kind", "at"], unique=False)
    guards.append_only("operation_outcome")


def downgrade() -> None:
    """Remove what this step added."""
    op.drop_table("operation_outcome")
    op.drop_column("job_run", "attempts")
    op.drop_column("task", "not_before")
    op.drop_column("task", "attempts")
