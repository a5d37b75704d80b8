"""Public face: the index of the search."""

from migrations import search_index

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index of estates, companies and managers."""
    search_index.create()


def downgrade() -> None:
    """Take it away again."""
    search_index.drop()
