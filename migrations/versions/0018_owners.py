"""The owners' register, access and questions."""

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what this step adds."""


def downgrade() -> None:
    """Remove what this step added."""
