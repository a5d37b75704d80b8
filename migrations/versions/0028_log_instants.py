"""The audit log by its instants: the latest deed, and those of a day, without reading all rows."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """On PostgreSQL on every partition."""
    op.create_index("ix_audit_log_at", "audit_log", ["at"])


def downgrade() -> None:
    """As before."""
    op.drop_index("ix_audit_log_at", "audit_log")
