"""Facts of rating caps; orders of estates that nobody serves; guards of the audit log."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the facts that limiters looked at, pinned with each rating."""
    op.create_table(
        "rating_fact",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("estate_code", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fact", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["year", "estate_code", "revision"],
            ["rating.year", "rating.estate_code", "rating.revision"],
            name="fk_rating_fact_rating",
        ),
        sa.PrimaryKeyConstraint("year", "estate_code", "revision", "fact", name=op.f("pk_rating_fact")),
    )
    guards.append_only("rating_fact")
    _company_of_orders(nullable=True)
    guards.no_replacing("audit_log", "year", "seq")


def _company_of_orders(nullable: bool) -> None:
    """An order of an estate that nobody serves is put to the street: it names no company. SQLite builds the table anew, which
    takes its triggers away."""
    with op.batch_alter_table("rectification_order") as table:
        table.alter_column("uscc", existing_type=sa.String(length=18), nullable=nullable)
    if op.get_bind().dialect.name == "sqlite":
        guards.append_only("rectification_order")


def downgrade() -> None:
    """Take it away again."""
    guards.replacing("audit_log")
    _company_of_orders(nullable=False)
    op.drop_table("rating_fact")
