"""Numbered documents, their service, confirmations of electronic service, notices in the portal, and the digest."""

import sqlalchemy as sa
from alembic import op

from migrations import guards
from portal.kernel.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = ("document", "document_service", "notice", "notice_read", "digest_sent")
VERSIONED = ("service_confirmation", "digest_choice")
METHODS = "('portal', 'in_person', 'post', 'posted_notice', 'recorded')"


def _column(name: str, kind: sa.types.TypeEngine[object], nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable)


def _text(name: str, length: int | None = None, nullable: bool = False) -> sa.Column[object]:
    return _column(name, sa.String(length), nullable)


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def upgrade() -> None:
    """Create what this step adds."""
    _documents()
    _confirmations()
    _notices()
    _digests()
    for table in APPEND_ONLY:
        guards.append_only(table)
    columns = sa.inspect(op.get_bind())
    for table in VERSIONED:
        guards.versioned(table, [str(column["name"]) for column in columns.get_columns(table)])


def _documents() -> None:
    op.create_table(
        "document",
        _text("id", 20), _text("kind", 40), _text("series", 40), _column("year", sa.Integer()),
        _column("seq", sa.Integer()), _text("number", 60), _text("subject", 80), _text("uscc", 18, True),
        _text("manager_code", 32, True), _text("estate_code", 32, True), _text("content"), _text("sha256", 64),
        _text("annex"), _text("verify_code", 32), _column("on", sa.Date()), _text("actor"),
        _column("recorded_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("series", "year", "seq", name=op.f("uq_document_series_year_seq")),
        sa.UniqueConstraint("verify_code", name=op.f("uq_document_verify_code")),
    )  # fmt: skip
    _index("document", "subject")
    _index("document", "uscc")
    op.create_table(
        "document_service",
        _text("document_id", 20), _column("on", sa.Date()), _text("method", 16), _text("proof_sha256", 64, True),
        _text("note"), _text("actor"), _column("recorded_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_service")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_service_document_id_document")),
        sa.CheckConstraint(f"method IN {METHODS}", name=op.f("ck_document_service_method_known")),
    )  # fmt: skip


def _confirmations() -> None:
    op.create_table(
        "service_confirmation",
        _text("id", 20), _text("uscc", 18), _text("sha256", 64), _text("reason"), _text("actor"),
        _column("valid_from", sa.Date()), _column("valid_to", sa.Date(), True), _column("recorded_at", UtcDateTime()),
        _column("superseded_at", UtcDateTime(), True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_confirmation")),
    )  # fmt: skip
    _index("service_confirmation", "uscc")
    part = sa.text("superseded_at IS NULL AND valid_to IS NULL")
    op.create_index(
        "uq_service_confirmation_live", "service_confirmation", ["uscc"], unique=True, sqlite_where=part,
        postgresql_where=part,
    )  # fmt: skip


def _notices() -> None:
    op.create_table(
        "notice",
        _text("id", 20), _text("to_uscc", 18, True), _text("to_role", 16, True), _text("to_division", 12, True),
        _text("to_login", 32, True), _text("text"), _text("params"), _text("endpoint"), _text("link"),
        _column("on", sa.Date()), _column("recorded_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )  # fmt: skip
    _index("notice", "to_uscc")
    _index("notice", "to_login")
    _index("notice", "to_role", "to_division")
    op.create_table(
        "notice_read",
        _text("login", 32), _text("notice_id", 20), _column("at", UtcDateTime()),
        sa.PrimaryKeyConstraint("login", "notice_id", name=op.f("pk_notice_read")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_read_notice_id_notice")),
    )  # fmt: skip


def _digests() -> None:
    op.create_table(
        "digest_choice",
        _text("id", 20), _text("login", 32), _text("email"), _text("language", 2), _text("leave_code", 32),
        _column("recorded_at", UtcDateTime()), _column("superseded_at", UtcDateTime(), True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_choice")),
        sa.UniqueConstraint("leave_code", name=op.f("uq_digest_choice_leave_code")),
    )  # fmt: skip
    live = sa.text("superseded_at IS NULL")
    op.create_index(
        "uq_digest_choice_live", "digest_choice", ["login"], unique=True, sqlite_where=live, postgresql_where=live
    )
    op.create_table(
        "digest_sent",
        _text("login", 32), _column("on", sa.Date()), _column("lines", sa.Integer()), _column("at", UtcDateTime()),
        sa.PrimaryKeyConstraint("login", "on", name=op.f("pk_digest_sent")),
    )  # fmt: skip


def downgrade() -> None:
    """Take it away again."""
    for table in (
        "digest_sent", "digest_choice", "notice_read", "notice", "service_confirmation", "document_service", "document",
    ):  # fmt: skip
        op.drop_table(table)
