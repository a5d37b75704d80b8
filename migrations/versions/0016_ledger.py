"""Pieces, classifications, vouchers and approvals of the common funds."""

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what this step adds."""


def downgrade() -> None:
    """Remove what this step added."""
