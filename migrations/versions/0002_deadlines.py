"""Deadlines, and the table of working days, which begins with the announced years."""

import sqlalchemy as sa
from alembic import op

from migrations import guards
from portal.kernel import clock
from portal.kernel.db import UtcDateTime
from portal.kernel.workdays import announced

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LIVE = "superseded_at IS NULL"
OPEN = "superseded_at IS NULL AND closed_at IS NULL"
STEPS = "('started', 'paused', 'resumed', 'extended', 'handed_over', 'escalated', 'moved', 'closed')"


def upgrade() -> None:
    """Create what this step adds."""
    op.create_table(
        "deadline",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("endpoint", sa.String, nullable=False),
        sa.Column("link", sa.String, nullable=False),
        sa.Column("holder_role", sa.String(16)),
        sa.Column("holder_division", sa.String(12)),
        sa.Column("holder_uscc", sa.String(18)),
        sa.Column("holder_login", sa.String(32)),
        sa.Column("above_role", sa.String(16)),
        sa.Column("above_division", sa.String(12)),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("started_on", sa.Date, nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("terms", sa.String, nullable=False),
        sa.Column("pauses", sa.String, nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("paused_at", UtcDateTime()),
        sa.Column("closed_at", UtcDateTime()),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("step", sa.String(12), nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("superseded_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_deadline")),
        sa.CheckConstraint(f"step IN {STEPS}", name=op.f("ck_deadline_step_known")),
        sa.CheckConstraint("(step = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_deadline_closed_has_time")),
    )
    for name, columns, where, unique in (
        ("uq_deadline_live", ["id"], LIVE, True),
        ("uq_deadline_open", ["subject", "rule"], OPEN, True),
        ("ix_deadline_subject", ["subject"], LIVE, False),
        ("ix_deadline_due", ["due_at"], OPEN, False),
        ("ix_deadline_holder", ["holder_role", "holder_division"], OPEN, False),
        ("ix_deadline_company", ["holder_uscc"], LIVE, False),
    ):
        part = sa.text(where)
        op.create_index(name, "deadline", columns, unique=unique, sqlite_where=part, postgresql_where=part)
    days = op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("superseded_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("day", "version", name=op.f("pk_calendar_day")),
        sa.CheckConstraint("kind IN ('off', 'work')", name=op.f("ck_calendar_day_kind_known")),
    )
    live = sa.text(LIVE)
    op.create_index(
        "uq_calendar_day_live", "calendar_day", ["day"], unique=True, sqlite_where=live, postgresql_where=live
    )
    years = op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    _seed(days, years)
    columns = sa.inspect(op.get_bind())
    for table in ("deadline", "calendar_day"):
        guards.versioned(table, [str(column["name"]) for column in columns.get_columns(table)])
    guards.append_only("calendar_year")


def _seed(days: sa.Table, years: sa.Table) -> None:
    noted = {"actor": "cli:init", "recorded_at": clock.now()}
    found = announced()
    op.bulk_insert(
        days, [{"day": day, "version": 1, "kind": kind, "source": source, **noted} for day, kind, source in found]
    )
    sources = {day.year: source for day, _kind, source in found}
    op.bulk_insert(years, [{"year": year, "source": source, **noted} for year, source in sorted(sources.items())])


def downgrade() -> None:
    """Take it away again."""
    for table in ("calendar_year", "calendar_day", "deadline"):
        op.drop_table(table)
