"""No step of a list case can be skipped in the database either. Rows of before stay as they are."""

from migrations import guards

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CHAIN = "SELECT 'list-' || c.kind FROM list_case c WHERE c.id = NEW.case_id"


def upgrade() -> None:
    """Create what this step adds."""
    guards.chained("list_step", CHAIN, ("decided_list", "dropped"), "list:")


def downgrade() -> None:
    """Take it away again."""
    guards.unchained("list_step")
