"""Mediation: what parties thought of it, drafts of a filing, cases added up each night."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
STAGES = "stage IN ('acceptance', 'talks', 'later')"
QUESTIONS = ("heard", "understood", "free", "timely", "recommend")
TABLES = ("mediation_opinion", "mediation_opinion_call", "mediation_tally", "mediation_draft")


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_id"], ["mediation_case.id"], name=op.f(f"fk_{table}_case_id_mediation_case"))


def upgrade() -> None:
    """Create what this step adds."""
    op.create_table(
        "mediation_opinion",
        sa.Column("case_id", sa.String(20), nullable=False),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("author", sa.String(32), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        *(sa.Column(name, sa.String(6), nullable=False) for name in QUESTIONS),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint(STAGES, name=op.f("ck_mediation_opinion_stage_known")),
        sa.CheckConstraint(
            "role IN ('applicant', 'respondent', 'mediator')", name=op.f("ck_mediation_opinion_role_known")
        ),
        *(
            sa.CheckConstraint(f"{name} IN ('yes', 'partly', 'no')", name=op.f(f"ck_mediation_opinion_{name}_known"))
            for name in QUESTIONS
        ),
        _of_case("mediation_opinion"),
        sa.PrimaryKeyConstraint("case_id", "stage", "author", name=op.f("pk_mediation_opinion")),
    )
    op.create_index(op.f("ix_mediation_opinion_on"), "mediation_opinion", ["on"], unique=False)
    op.create_table(
        "mediation_opinion_call",
        sa.Column("case_id", sa.String(20), nullable=False),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint(STAGES, name=op.f("ck_mediation_opinion_call_stage_known")),
        _of_case("mediation_opinion_call"),
        sa.PrimaryKeyConstraint("case_id", "stage", name=op.f("pk_mediation_opinion_call")),
    )
    _create_working_tables()
    op.create_index("ix_mediation_case_filed", "mediation_case", ["filed_on", "division_code", "estate_code", "kind"])
    op.create_index("ix_mediation_step_course", "mediation_step", ["case_id", "seq", "step", "on"])
    guards.append_only("mediation_opinion_call")
    _guard_opinions()


def _create_working_tables() -> None:
    op.create_table(
        "mediation_tally",
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("place", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("subject", sa.String(24), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.CheckConstraint("what IN ('step', 'promise', 'company')", name=op.f("ck_mediation_tally_what_known")),
        sa.PrimaryKeyConstraint("what", "month", "place", "kind", "subject", name=op.f("pk_mediation_tally")),
    )
    op.create_table(
        "mediation_draft",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("estate_code", sa.String(32), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_draft")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_mediation_draft_code_hash")),
    )
    op.create_index(op.f("ix_mediation_draft_expires_at"), "mediation_draft", ["expires_at"], unique=False)


def _guard_opinions() -> None:
    """No change ever; rows go with their case alone: once its last step says that it is deleted."""
    gone = "SELECT 1 FROM mediation_step WHERE case_id = OLD.case_id AND step = 'deleted' AND superseded_at IS NULL"
    message = "mediation_opinion is append only"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            sa.text(
                "CREATE TRIGGER mediation_opinion_no_update BEFORE UPDATE ON mediation_opinion FOR EACH ROW "
                "EXECUTE FUNCTION refuse_change()"
            )
        )
        op.execute(
            sa.text(
                "CREATE FUNCTION mediation_opinion_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF NOT EXISTS ({gone}) THEN RAISE EXCEPTION '{message}'; END IF; RETURN OLD; END $$"
            )
        )
        op.execute(
            sa.text(
                "CREATE TRIGGER mediation_opinion_kept BEFORE DELETE ON mediation_opinion FOR EACH ROW "
                "EXECUTE FUNCTION mediation_opinion_kept()"
            )
        )
        return
    for name, event, when in (("no_update", "UPDATE", ""), ("kept", "DELETE", f" WHEN NOT EXISTS ({gone})")):
        op.execute(
            sa.text(
                f"CREATE TRIGGER mediation_opinion_{name} BEFORE {event} ON mediation_opinion{when} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        )


def downgrade() -> None:
    """Remove what this step added."""
    op.drop_index("ix_mediation_step_course", "mediation_step")
    op.drop_index("ix_mediation_case_filed", "mediation_case")
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text("DROP FUNCTION mediation_opinion_kept"))
