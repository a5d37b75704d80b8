"""Objections and their review; reconsiderations and lawsuits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

from migrations import guards

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JOURNALS = (
    "objection",
    "objection_point",
    "objection_file",
    "objection_step",
    "objection_answer",
    "objection_correction",
    "proceeding",
    "proceeding_step",
)
STEPS = {
    "": ("filed",),
    "filed": ("accepted", "refused", "withdrawn"),
    "accepted": ("extension_asked", "decided", "withdrawn"),
    "extension_asked": ("extended", "extension_denied", "decided", "withdrawn"),
    "extended": ("decided", "withdrawn"),
    "extension_denied": ("decided", "withdrawn"),
}
PROCEEDING_STEPS = {"": ("pending",), "pending": ("ended",)}


def _one_of(column: str, *values: str) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _objections() -> None:
    op.create_table(
        "objection",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("uscc", sa.String(18), nullable=False),
        sa.Column("estate_code", sa.String(32), nullable=True),
        sa.Column("division_code", sa.String(12), nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("contested", sa.String(), nullable=False),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            _one_of("kind", "check", "quarter", "rating", "credit", "list", "affiliation"),
            name=op.f("ck_objection_kind_known"),
        ),
        sa.CheckConstraint("level IN ('street', 'district')", name=op.f("ck_objection_level_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("number", name=op.f("uq_objection_number")),
    )
    op.create_index(op.f("ix_objection_ref"), "objection", ["ref"])
    op.create_index(op.f("ix_objection_uscc"), "objection", ["uscc"])


def _part(name: str, key: tuple[sa.Column[object], ...], *columns: object) -> None:
    keys = [column.name for column in key]
    op.create_table(
        name,
        sa.Column("objection_id", sa.String(20), nullable=False),
        *key,
        *columns,  # type: ignore[arg-type]
        sa.ForeignKeyConstraint(["objection_id"], ["objection.id"], name=op.f(f"fk_{name}_objection_id_objection")),
        sa.PrimaryKeyConstraint("objection_id", *keys, name=op.f(f"pk_{name}")),
    )


def _number(name: str) -> tuple[sa.Column[object], ...]:
    return (sa.Column(name, sa.Integer(), autoincrement=False, nullable=False),)


def _parts() -> None:
    _part("objection_point", _number("seq"), sa.Column("text", sa.String(), nullable=False))
    _part(
        "objection_file",
        (sa.Column("sha256", sa.String(64), nullable=False),),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
    )
    _part(
        "objection_step",
        _number("seq"),
        sa.Column("step", sa.String(18), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(20), nullable=False),
        sa.CheckConstraint(
            _one_of("step", *dict.fromkeys(step for after in STEPS.values() for step in after)),
            name=op.f("ck_objection_step_step_known"),
        ),
    )
    op.create_index(op.f("ix_objection_step_step"), "objection_step", ["step"])
    _part(
        "objection_answer",
        _number("point_seq"),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint("verdict IN ('allowed', 'dismissed')", name=op.f("ck_objection_answer_verdict_known")),
    )
    _part(
        "objection_correction",
        _number("seq"),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("old", sa.String(), nullable=False),
        sa.Column("new", sa.String(), nullable=False),
    )


def _proceedings() -> None:
    op.create_table(
        "proceeding",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('reconsideration', 'lawsuit')", name=op.f("ck_proceeding_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceeding")),
    )
    op.create_index(op.f("ix_proceeding_ref"), "proceeding", ["ref"])
    op.create_table(
        "proceeding_step",
        sa.Column("proceeding_id", sa.String(20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(8), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("step IN ('pending', 'ended')", name=op.f("ck_proceeding_step_step_known")),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["proceeding.id"], name=op.f("fk_proceeding_step_proceeding_id_proceeding")
        ),
        sa.PrimaryKeyConstraint("proceeding_id", "seq", name=op.f("pk_proceeding_step")),
    )


UNANSWERED = (
    "NEW.step = 'decided' AND EXISTS (SELECT 1 FROM objection_point p WHERE p.objection_id = NEW.objection_id "
    "AND NOT EXISTS (SELECT 1 FROM objection_answer a WHERE a.objection_id = p.objection_id AND a.point_seq = p.seq))"
)
MESSAGE = "a point of the objection has no answer"


def _answers_first() -> None:
    """No decision while a point has no answer."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            text(
                "CREATE FUNCTION objection_answers_first() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {UNANSWERED} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN NEW; END $$"
            )
        )
        op.execute(
            text(
                "CREATE TRIGGER objection_step_answers_first BEFORE INSERT ON objection_step FOR EACH ROW "
                "EXECUTE FUNCTION objection_answers_first()"
            )
        )
    else:
        op.execute(
            text(
                f"CREATE TRIGGER objection_step_answers_first BEFORE INSERT ON objection_step WHEN {UNANSWERED} "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
        )


def upgrade() -> None:
    """Create what this step adds."""
    _objections()
    _parts()
    _proceedings()
    for table in JOURNALS:
        guards.append_only(table)
    guards.transitions("objection_step", "objection_id", STEPS)
    guards.transitions("proceeding_step", "proceeding_id", PROCEEDING_STEPS)
    _answers_first()


def downgrade() -> None:
    """Take it away again."""
    for table in reversed(JOURNALS):
        op.drop_table(table)
    guards.drop_transitions("objection_step")
    guards.drop_transitions("proceeding_step")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(text("DROP FUNCTION objection_answers_first()"))
