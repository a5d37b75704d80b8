"""Credit sources: due process of credit events, links between enterprises, commitments."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BEFORE = ("proposed", "confirmed", "refused", "withdrawn")
STEPS = ("proposed", "noticed", "answered", "decided", "confirmed", "refused", "withdrawn", "repaired")
# Which step may follow which on an event that people recorded; an event of a rating follows its rating.
FOLLOWS = ("proposed>noticed", "proposed>confirmed", "proposed>refused", "noticed>answered", "noticed>decided",
           "noticed>refused", "answered>answered", "answered>decided", "answered>refused", "decided>confirmed",
           "decided>withdrawn", "confirmed>confirmed", "confirmed>withdrawn", "confirmed>repaired",
           "repaired>withdrawn")  # fmt: skip
IN_ORDER = (
    "EXISTS (SELECT 1 FROM credit_case c WHERE c.id = NEW.case_id AND (c.source_key LIKE 'rating:%' OR "
    "(NEW.seq = 1 AND NEW.step = 'proposed') OR EXISTS (SELECT 1 FROM credit_step p WHERE p.case_id = NEW.case_id "
    "AND p.seq = NEW.seq - 1 AND p.step || '>' || NEW.step IN ({pairs}) AND NOT (p.step = 'proposed' AND "
    "NEW.step = 'confirmed' AND EXISTS (SELECT 1 FROM credit_event e WHERE e.case_id = NEW.case_id AND "
    "e.points_cp < 0)))))"
).format(pairs=", ".join(f"'{pair}'" for pair in FOLLOWS))
NEW_TABLES = ("credit_answer", "affiliation", "affiliation_step", "credit_commitment")


def _postgres() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")


def _allow(steps: tuple[str, ...]) -> None:
    """Rewrite the list of known steps; SQLite builds the table anew and loses its triggers on the way."""
    known = f"step IN ({', '.join(repr(step) for step in steps)})"
    with op.batch_alter_table("credit_step") as table:
        table.drop_constraint(op.f("ck_credit_step_step_known"), type_="check")
        table.create_check_constraint(op.f("ck_credit_step_step_known"), known)
    if not _postgres():
        guards.append_only("credit_step")


def _hold_order() -> None:
    """No event of the office skips a step, and no adverse one counts without its notice and decision."""
    if _postgres():
        op.execute(
            sa.text(
                "CREATE FUNCTION refuse_credit_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF NOT {IN_ORDER} THEN RAISE EXCEPTION 'credit_step % cannot follow', NEW.step; END IF; "
                "RETURN NEW; END $$"
            )
        )
        op.execute(
            sa.text(
                "CREATE TRIGGER credit_step_in_order BEFORE INSERT ON credit_step FOR EACH ROW "
                "EXECUTE FUNCTION refuse_credit_step()"
            )
        )
        return
    op.execute(
        sa.text(
            f"CREATE TRIGGER credit_step_in_order BEFORE INSERT ON credit_step WHEN NOT {IN_ORDER} "
            "BEGIN SELECT RAISE(ABORT, 'this credit_step cannot follow'); END"
        )
    )


def _release_order() -> None:
    if _postgres():
        op.execute(sa.text("DROP TRIGGER credit_step_in_order ON credit_step"))
        op.execute(sa.text("DROP FUNCTION refuse_credit_step"))
    else:
        op.execute(sa.text("DROP TRIGGER credit_step_in_order"))


def upgrade() -> None:
    """Create what this step adds."""
    _allow(STEPS)
    _hold_order()
    op.create_table(
        "credit_answer",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('enterprise', 'office')", name=op.f("ck_credit_answer_side_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_answer")),
    )
    op.create_index(op.f("ix_credit_answer_case_id"), "credit_answer", ["case_id"], unique=False)
    op.create_table(
        "affiliation",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("former", sa.String(length=18), nullable=False),
        sa.Column("later", sa.String(length=18), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliation")),
        sa.UniqueConstraint("key", name=op.f("uq_affiliation_key")),
    )
    for column in ("former", "later"):
        op.create_index(op.f(f"ix_affiliation_{column}"), "affiliation", [column], unique=False)
    op.create_table(
        "affiliation_step",
        sa.Column("affiliation_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            f"step IN ({', '.join(repr(step) for step in BEFORE)})", name=op.f("ck_affiliation_step_step_known")
        ),
        sa.PrimaryKeyConstraint("affiliation_id", "seq", name=op.f("pk_affiliation_step")),
    )
    op.create_table(
        "credit_commitment",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_commitment")),
        sa.UniqueConstraint("number", name=op.f("uq_credit_commitment_number")),
    )
    op.create_index(op.f("ix_credit_commitment_uscc"), "credit_commitment", ["uscc"], unique=False)
    op.create_index(
        "uq_credit_commitment_once", "credit_commitment", ["uscc", "template", "version", "signed_on"], unique=True
    )
    for table in NEW_TABLES:
        guards.append_only(table)


def downgrade() -> None:
    """Take it away again."""
    for table in reversed(NEW_TABLES):
        op.drop_table(table)
    _release_order()
    _allow(BEFORE)
