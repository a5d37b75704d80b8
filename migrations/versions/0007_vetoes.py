"""The common path of adverse decisions (chains, points, answers, hearings, reviews, marks), and vetoes on their way.

The rows of ``chain_transition`` are those of ``scoring.adverse.chains`` as of this migration; a test holds them together.
"""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TRANSITIONS = (
    ("list-black", "", "candidate"),
    ("list-black", "candidate", "notice_served"),
    ("list-black", "candidate", "dropped"),
    ("list-black", "notice_served", "response_open"),
    ("list-black", "response_open", "hearing"),
    ("list-black", "response_open", "review"),
    ("list-black", "hearing", "review"),
    ("list-black", "review", "decided_list"),
    ("list-black", "review", "dropped"),
    ("list-black", "decided_list", "decision_served"),
    ("list-black", "decided_list", "exited"),
    ("list-black", "decision_served", "effective"),
    ("list-black", "decision_served", "exited"),
    ("list-black", "effective", "exited"),
    ("list-red", "", "candidate"),
    ("list-red", "candidate", "review"),
    ("list-red", "review", "public_notice"),
    ("list-red", "public_notice", "decided_list"),
    ("list-red", "public_notice", "dropped"),
    ("list-red", "decided_list", "effective"),
    ("list-red", "decided_list", "exited"),
    ("list-red", "effective", "exited"),
    ("veto", "", "proposed"),
    ("veto", "proposed", "notice_served"),
    ("veto", "proposed", "dropped"),
    ("veto", "notice_served", "response_open"),
    ("veto", "response_open", "hearing"),
    ("veto", "response_open", "review"),
    ("veto", "hearing", "review"),
    ("veto", "review", "decided"),
    ("veto", "review", "dropped"),
    ("veto", "decided", "decision_served"),
    ("veto", "decision_served", "revoked"),
    ("hearing", "", "asked"),
    ("hearing", "asked", "arranged"),
    ("hearing", "asked", "withdrawn"),
    ("hearing", "arranged", "arranged"),
    ("hearing", "arranged", "held"),
    ("hearing", "arranged", "withdrawn"),
    ("repair", "", "submitted"),
    ("repair", "submitted", "gaps_told"),
    ("repair", "submitted", "accepted"),
    ("repair", "submitted", "withdrawn"),
    ("repair", "gaps_told", "supplemented"),
    ("repair", "gaps_told", "withdrawn"),
    ("repair", "supplemented", "accepted"),
    ("repair", "supplemented", "refused"),
    ("repair", "supplemented", "withdrawn"),
    ("repair", "accepted", "extended"),
    ("repair", "accepted", "approved"),
    ("repair", "accepted", "refused"),
    ("repair", "accepted", "withdrawn"),
    ("repair", "extended", "approved"),
    ("repair", "extended", "refused"),
    ("repair", "extended", "withdrawn"),
    ("repair", "approved", "decision_served"),
    ("repair", "refused", "decision_served"),
)
APPEND_ONLY = ("adverse_point", "adverse_answer", "adverse_hearing", "adverse_review", "adverse_mark", "veto_case",
               "veto_step")  # fmt: skip


def steps() -> tuple[sa.Column, ...]:
    """Columns of a journal of steps beside its case."""
    return (
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
    )


def upgrade() -> None:
    """Create what this step adds."""
    _chains()
    _path()
    _vetoes()
    for table in APPEND_ONLY:
        guards.append_only(table)
    guards.chained("adverse_hearing", "'hearing'")
    guards.chained("veto_step", "'veto'", ("decided", "dropped"), "veto:")


def downgrade() -> None:
    """Take it away again."""
    for table in ("veto_step", "adverse_hearing"):
        guards.unchained(table)
    for table in ("veto_step", "veto_case", "adverse_mark", "adverse_review", "adverse_hearing", "adverse_answer",
                  "adverse_point", "chain_transition"):  # fmt: skip
        op.drop_table(table)


def _chains() -> None:
    names = ("chain", "from_step", "to_step")
    table = op.create_table(
        "chain_transition",
        *(sa.Column(name, sa.String(length=16), nullable=False) for name in names),
        sa.PrimaryKeyConstraint(*names, name=op.f("pk_chain_transition")),
    )
    op.bulk_insert(table, [dict(zip(names, row, strict=True)) for row in TRANSITIONS])
    guards.constant_table("chain_transition")


def _path() -> None:
    op.create_table(
        "adverse_point",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("files", sa.String(), nullable=False),
        sa.Column("raised_by", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("party IN ('company', 'public')", name=op.f("ck_adverse_point_party_known")),
        sa.CheckConstraint("channel IN ('portal', 'paper')", name=op.f("ck_adverse_point_channel_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adverse_point")),
    )
    op.create_index(op.f("ix_adverse_point_ref"), "adverse_point", ["ref"], unique=False)
    op.create_table(
        "adverse_answer",
        sa.Column("point_id", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('taken', 'partly', 'not_taken')", name=op.f("ck_adverse_answer_verdict_known")),
        sa.ForeignKeyConstraint(
            ["point_id"], ["adverse_point.id"], name=op.f("fk_adverse_answer_point_id_adverse_point")
        ),
        sa.PrimaryKeyConstraint("point_id", name=op.f("pk_adverse_answer")),
    )
    op.create_table(
        "adverse_hearing",
        sa.Column("case_id", sa.String(length=40), nullable=False),
        *steps(),
        sa.CheckConstraint(
            "step IN ('asked', 'arranged', 'withdrawn', 'held')", name=op.f("ck_adverse_hearing_step_known")
        ),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_adverse_hearing")),
    )
    op.create_table(
        "adverse_review",
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("opinion", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('agree', 'disagree')", name=op.f("ck_adverse_review_verdict_known")),
        sa.PrimaryKeyConstraint("ref", "seq", name=op.f("pk_adverse_review")),
    )
    op.create_table(
        "adverse_mark",
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("code IN ('review', 'stayed')", name=op.f("ck_adverse_mark_code_known")),
        sa.CheckConstraint("step IN ('set', 'lifted')", name=op.f("ck_adverse_mark_step_known")),
        sa.PrimaryKeyConstraint("ref", "code", "seq", name=op.f("pk_adverse_mark")),
    )


def _vetoes() -> None:
    op.create_table(
        "veto_case",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("veto_code", sa.String(length=4), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("responsibility", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_veto_case_estate_code_estate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_veto_case")),
    )
    op.create_index(op.f("ix_veto_case_uscc"), "veto_case", ["uscc"], unique=False)
    op.create_index("uq_veto_case_attempt", "veto_case", ["year", "estate_code", "veto_code", "attempt"], unique=True)
    op.create_table(
        "veto_step",
        sa.Column("case_id", sa.String(length=20), nullable=False),
        *steps(),
        sa.CheckConstraint(
            "step IN ('proposed', 'notice_served', 'dropped', 'response_open', 'hearing', 'review', 'decided', 'decision_served', 'revoked')",
            name=op.f("ck_veto_step_step_known"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["veto_case.id"], name=op.f("fk_veto_step_case_id_veto_case")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_veto_step")),
    )
