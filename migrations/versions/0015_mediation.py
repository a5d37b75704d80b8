"""Cases of the mediation centre: roster, record, talks, papers, promises."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JOURNALS = (
    "mediator", "mediation_case", "mediation_flag", "mediation_ask", "mediation_answer", "mediation_withdrawal", "mediation_room",
    "mediation_message", "mediation_file", "mediation_offer", "mediation_verdict", "mediation_paper", "mediation_signature",
    "mediation_promise", "mediation_court", "mediation_lead", "mediation_opening",
)  # fmt: skip
VERSIONED = (
    "mediator_facts", "mediator_tie", "meeting_place", "mediation_claim", "mediation_party", "mediation_step", "mediation_code",
    "mediation_assignment", "mediation_session", "mediation_promise_step",
)  # fmt: skip
STEPS = {
    "": ("submitted",),
    "submitted": ("acceptance_check", "transferred", "withdrawn"),
    "acceptance_check": ("rejected", "transferred", "consent_pending", "handling", "withdrawn"),
    "consent_pending": ("declined", "mediating", "withdrawn"),
    "mediating": ("extended", "agreed", "partial", "terminated"),
    "extended": ("extended", "agreed", "partial", "terminated"),
    "agreed": ("signed", "terminated"),
    "partial": ("signed", "terminated"),
    "signed": ("judicial_window",),
    "judicial_window": ("confirmed", "window_lapsed"),
    "confirmed": ("performing",),
    "window_lapsed": ("performing",),
    "performing": ("performed", "breached"),
    "breached": ("performed", "archived"),
    "handling": ("answered", "withdrawn"),
    "answered": ("review", "archived"),
    "review": ("reviewed",),
    "reviewed": ("archived",),
    "rejected": ("archived",),
    "transferred": ("archived",),
    "declined": ("archived",),
    "withdrawn": ("archived",),
    "terminated": ("archived",),
    "performed": ("archived",),
    "archived": ("deleted",),
}
PROMISE_STEPS = {
    "": ("made",),
    "made": ("proved", "kept", "broken"),
    "proved": ("proved", "kept", "broken"),
    "broken": ("kept",),
}


def _roster() -> None:
    op.create_table(
        "mediator",
        sa.Column("login", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_mediator")),
    )
    op.create_table(
        "meeting_place",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("superseded_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_place")),
    )
    op.create_index(
        "uq_meeting_place_open",
        "meeting_place",
        ["code"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL AND valid_to IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL AND valid_to IS NULL"),
    )
    op.create_table(
        "mediator_facts",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("login", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("part", sa.String(length=8), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("employer_uscc", sa.String(length=18), nullable=True),
        sa.Column("qualification", sa.String(), nullable=False),
        sa.Column("languages", sa.String(), nullable=False),
        sa.Column("kinds", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("superseded_at", INSTANT, nullable=True),
        sa.CheckConstraint("part IN ('mediator', 'lawyer')", name=op.f("ck_mediator_facts_part_known")),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_mediator_facts_capacity_positive")),
        sa.ForeignKeyConstraint(["login"], ["mediator.login"], name=op.f("fk_mediator_facts_login_mediator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediator_facts")),
    )
    op.create_index(
        "uq_mediator_facts_open",
        "mediator_facts",
        ["login"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL AND valid_to IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL AND valid_to IS NULL"),
    )
    op.create_table(
        "mediator_tie",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("login", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=True),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("superseded_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('employer', 'kinship', 'owner', 'adviser', 'other')", name=op.f("ck_mediator_tie_kind_known")
        ),
        sa.CheckConstraint("(estate_code IS NULL) <> (uscc IS NULL)", name=op.f("ck_mediator_tie_estate_or_company")),
        sa.ForeignKeyConstraint(["login"], ["mediator.login"], name=op.f("fk_mediator_tie_login_mediator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediator_tie")),
    )
    op.create_index("ix_mediator_tie_login", "mediator_tie", ["login"], unique=False)


def _record() -> None:
    op.create_table(
        "mediation_case",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("track", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("contract_starts_on", sa.Date(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "channel IN ('owner', 'committee', 'enterprise', 'community', 'court', 'street', 'hotline', 'register')",
            name=op.f("ck_mediation_case_channel_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('fees', 'repair', 'fitout', 'parking', 'noise', 'common_parts', 'funds', 'committee', 'handover', 'other')",
            name=op.f("ck_mediation_case_kind_known"),
        ),
        sa.CheckConstraint("track IN ('dispute', 'petition')", name=op.f("ck_mediation_case_track_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_case")),
        sa.UniqueConstraint("code", name=op.f("uq_mediation_case_code")),
    )
    op.create_index(op.f("ix_mediation_case_division_code"), "mediation_case", ["division_code"], unique=False)
    op.create_index(op.f("ix_mediation_case_estate_code"), "mediation_case", ["estate_code"], unique=False)
    op.create_table(
        "mediation_ask",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("sides", sa.String(length=24), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('mediate', 'mediator', 'extension', 'recording')", name=op.f("ck_mediation_ask_purpose_known")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_ask_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_ask")),
    )
    op.create_index(op.f("ix_mediation_ask_case_id"), "mediation_ask", ["case_id"], unique=False)
    op.create_table(
        "mediation_assignment",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("login", sa.String(length=32), nullable=False),
        sa.Column("part", sa.String(length=8), nullable=False),
        sa.Column("chosen_by", sa.String(length=8), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("superseded_at", INSTANT, nullable=True),
        sa.CheckConstraint("chosen_by IN ('parties', 'office')", name=op.f("ck_mediation_assignment_chosen_by_known")),
        sa.CheckConstraint("part IN ('mediator', 'lawyer')", name=op.f("ck_mediation_assignment_part_known")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_assignment_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_assignment")),
    )
    op.create_index(
        "ix_mediation_assignment_login",
        "mediation_assignment",
        ["login"],
        unique=False,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "uq_mediation_assignment_live",
        "mediation_assignment",
        ["case_id", "login"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "mediation_claim",
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("superseded_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_claim_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("case_id", "version", name=op.f("pk_mediation_claim")),
    )
    op.create_index(
        "uq_mediation_claim_live",
        "mediation_claim",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "mediation_code",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("party_id", sa.String(length=20), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("superseded_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_code_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_mediation_code_code_hash")),
    )
    op.create_index(op.f("ix_mediation_code_case_id"), "mediation_code", ["case_id"], unique=False)
    op.create_index("ix_mediation_code_party", "mediation_code", ["party_id"], unique=False)
    op.create_table(
        "mediation_flag",
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("flag", sa.String(length=8), nullable=False),
        sa.Column("is_set", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.CheckConstraint("flag IN ('complex', 'major', 'priority')", name=op.f("ck_mediation_flag_flag_known")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_flag_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_mediation_flag")),
    )
    op.create_table(
        "mediation_party",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("power", sa.String(length=8), nullable=False),
        sa.Column("spoken_for_by", sa.String(length=20), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("superseded_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('owner', 'committee', 'enterprise', 'community', 'other')",
            name=op.f("ck_mediation_party_kind_known"),
        ),
        sa.CheckConstraint("power IN ('none', 'general', 'special')", name=op.f("ck_mediation_party_power_known")),
        sa.CheckConstraint("side IN ('applicant', 'respondent')", name=op.f("ck_mediation_party_side_known")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_party_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_mediation_party")),
    )
    op.create_index("ix_mediation_party_case", "mediation_party", ["case_id"], unique=False)
    op.create_index(
        "ix_mediation_party_uscc",
        "mediation_party",
        ["uscc"],
        unique=False,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "uq_mediation_party_live",
        "mediation_party",
        ["id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "mediation_step",
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("superseded_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "step IN ('submitted', 'acceptance_check', 'transferred', 'withdrawn', 'rejected', 'consent_pending', 'handling', 'declined', 'mediating', 'extended', 'agreed', 'partial', 'terminated', 'signed', 'judicial_window', 'confirmed', 'window_lapsed', 'performing', 'performed', 'breached', 'archived', 'answered', 'review', 'reviewed', 'deleted')",
            name=op.f("ck_mediation_step_step_known"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_step_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_mediation_step")),
    )
    op.create_index(
        "ix_mediation_step_state",
        "mediation_step",
        ["step", "on"],
        unique=False,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "uq_mediation_step_live",
        "mediation_step",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "mediation_withdrawal",
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("login", sa.String(length=32), nullable=False),
        sa.Column("cause", sa.String(length=8), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.CheckConstraint("cause IN ('own', 'demand', 'conflict')", name=op.f("ck_mediation_withdrawal_cause_known")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_withdrawal_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("case_id", "login", name=op.f("pk_mediation_withdrawal")),
    )
    op.create_table(
        "mediation_answer",
        sa.Column("ask_id", sa.String(length=20), nullable=False),
        sa.Column("party_id", sa.String(length=20), nullable=False),
        sa.Column("yes", sa.Boolean(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ask_id"], ["mediation_ask.id"], name=op.f("fk_mediation_answer_ask_id_mediation_ask")
        ),
        sa.PrimaryKeyConstraint("ask_id", "party_id", name=op.f("pk_mediation_answer")),
    )


def _talks() -> None:
    op.create_table(
        "mediation_slot",
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("session_id", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("what", "slot", name=op.f("pk_mediation_slot")),
    )
    op.create_index(op.f("ix_mediation_slot_session_id"), "mediation_slot", ["session_id"], unique=False)
    op.create_table(
        "mediation_room",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("wall", sa.String(length=10), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("wall IN ('joint', 'applicant', 'respondent')", name=op.f("ck_mediation_room_wall_known")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_room_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_room")),
        sa.UniqueConstraint("case_id", "wall", name=op.f("uq_mediation_room_case_id_wall")),
        sa.UniqueConstraint("id", "case_id", "wall", name=op.f("uq_mediation_room_id_case_id_wall")),
    )
    op.create_table(
        "mediation_session",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("wall", sa.String(length=10), nullable=False),
        sa.Column("place_code", sa.String(length=32), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("is_recorded", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("superseded_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "step IN ('booked', 'moved', 'cancelled', 'held')", name=op.f("ck_mediation_session_step_known")
        ),
        sa.CheckConstraint(
            "wall IN ('joint', 'applicant', 'respondent')", name=op.f("ck_mediation_session_wall_known")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_mediation_session_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_session_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_mediation_session")),
    )
    op.create_index("ix_mediation_session_case", "mediation_session", ["case_id"], unique=False)
    op.create_index(
        "ix_mediation_session_starts",
        "mediation_session",
        ["starts_at"],
        unique=False,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "uq_mediation_session_live",
        "mediation_session",
        ["id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "mediation_file",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("room_id", sa.String(length=20), nullable=False),
        sa.Column("wall", sa.String(length=10), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("side = '' OR wall = 'joint' OR wall = side", name=op.f("ck_mediation_file_own_side")),
        sa.ForeignKeyConstraint(
            ["room_id", "case_id", "wall"],
            ["mediation_room.id", "mediation_room.case_id", "mediation_room.wall"],
            name=op.f("fk_mediation_file_room_id_case_id_wall_mediation_room"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_file")),
        sa.UniqueConstraint("room_id", "seq", name=op.f("uq_mediation_file_room_id_seq")),
    )
    op.create_table(
        "mediation_message",
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("room_id", sa.String(length=20), nullable=False),
        sa.Column("wall", sa.String(length=10), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("side = '' OR wall = 'joint' OR wall = side", name=op.f("ck_mediation_message_own_side")),
        sa.ForeignKeyConstraint(
            ["room_id", "case_id", "wall"],
            ["mediation_room.id", "mediation_room.case_id", "mediation_room.wall"],
            name=op.f("fk_mediation_message_room_id_case_id_wall_mediation_room"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_message")),
        sa.UniqueConstraint("room_id", "seq", name=op.f("uq_mediation_message_room_id_seq")),
    )
    op.create_table(
        "mediation_offer",
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("answers", sa.String(length=20), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("room_id", sa.String(length=20), nullable=False),
        sa.Column("wall", sa.String(length=10), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("side = '' OR wall = 'joint' OR wall = side", name=op.f("ck_mediation_offer_own_side")),
        sa.ForeignKeyConstraint(
            ["answers"], ["mediation_offer.id"], name=op.f("fk_mediation_offer_answers_mediation_offer")
        ),
        sa.ForeignKeyConstraint(
            ["room_id", "case_id", "wall"],
            ["mediation_room.id", "mediation_room.case_id", "mediation_room.wall"],
            name=op.f("fk_mediation_offer_room_id_case_id_wall_mediation_room"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_offer")),
        sa.UniqueConstraint("room_id", "seq", name=op.f("uq_mediation_offer_room_id_seq")),
    )
    op.create_index(op.f("ix_mediation_offer_case_id"), "mediation_offer", ["case_id"], unique=False)
    op.create_table(
        "mediation_verdict",
        sa.Column("offer_id", sa.String(length=20), nullable=False),
        sa.Column("party_id", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "verdict IN ('accepted', 'rejected', 'withdrawn')", name=op.f("ck_mediation_verdict_verdict_known")
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["mediation_offer.id"], name=op.f("fk_mediation_verdict_offer_id_mediation_offer")
        ),
        sa.PrimaryKeyConstraint("offer_id", "party_id", name=op.f("pk_mediation_verdict")),
    )


def _papers() -> None:
    op.create_table(
        "mediation_court",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("court", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('confirmation', 'breach')", name=op.f("ck_mediation_court_kind_known")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_court_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_court")),
        sa.UniqueConstraint("case_id", "kind", name=op.f("uq_mediation_court_case_id_kind")),
    )
    op.create_table(
        "mediation_lead",
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_lead_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_mediation_lead")),
    )
    op.create_table(
        "mediation_opening",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("login", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_opening_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_opening")),
    )
    op.create_index(op.f("ix_mediation_opening_case_id_login"), "mediation_opening", ["case_id", "login"], unique=False)
    op.create_table(
        "mediation_paper",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("ref", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("verify_code", sa.String(length=32), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('refusal', 'transfer', 'termination', 'minutes', 'agreement', 'deletion')",
            name=op.f("ck_mediation_paper_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_paper_case_id_mediation_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_paper")),
        sa.UniqueConstraint("kind", "year", "seq", name=op.f("uq_mediation_paper_kind_year_seq")),
        sa.UniqueConstraint("verify_code", name=op.f("uq_mediation_paper_verify_code")),
    )
    op.create_index(op.f("ix_mediation_paper_case_id"), "mediation_paper", ["case_id"], unique=False)
    op.create_table(
        "mediation_promise",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("paper_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("side IN ('applicant', 'respondent')", name=op.f("ck_mediation_promise_side_known")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_mediation_promise_case_id_mediation_case")
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["mediation_paper.id"], name=op.f("fk_mediation_promise_paper_id_mediation_paper")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_promise")),
        sa.UniqueConstraint("paper_id", "seq", name=op.f("uq_mediation_promise_paper_id_seq")),
    )
    op.create_index(op.f("ix_mediation_promise_case_id"), "mediation_promise", ["case_id"], unique=False)
    op.create_table(
        "mediation_signature",
        sa.Column("paper_id", sa.String(length=20), nullable=False),
        sa.Column("signer", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.CheckConstraint("method IN ('portal', 'paper')", name=op.f("ck_mediation_signature_method_known")),
        sa.CheckConstraint("role IN ('party', 'mediator')", name=op.f("ck_mediation_signature_role_known")),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["mediation_paper.id"], name=op.f("fk_mediation_signature_paper_id_mediation_paper")
        ),
        sa.PrimaryKeyConstraint("paper_id", "signer", name=op.f("pk_mediation_signature")),
    )
    op.create_table(
        "mediation_promise_step",
        sa.Column("promise_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(length=20), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("superseded_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "step IN ('made', 'proved', 'kept', 'broken')", name=op.f("ck_mediation_promise_step_step_known")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["mediation_file.id"], name=op.f("fk_mediation_promise_step_file_id_mediation_file")
        ),
        sa.ForeignKeyConstraint(
            ["promise_id"],
            ["mediation_promise.id"],
            name=op.f("fk_mediation_promise_step_promise_id_mediation_promise"),
        ),
        sa.PrimaryKeyConstraint("promise_id", "seq", name=op.f("pk_mediation_promise_step")),
    )
    op.create_index(
        "ix_mediation_promise_step_state",
        "mediation_promise_step",
        ["step"],
        unique=False,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "uq_mediation_promise_step_live",
        "mediation_promise_step",
        ["promise_id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def _columns(table: str) -> list[str]:
    return [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]


def upgrade() -> None:
    """Create what this step adds."""
    _roster()
    _record()
    _talks()
    _papers()
    for table in JOURNALS:
        guards.append_only(table)
    for table in VERSIONED:
        guards.versioned(table, _columns(table))
    guards.transitions("mediation_step", "case_id", STEPS)
    guards.transitions("mediation_promise_step", "promise_id", PROMISE_STEPS)


def downgrade() -> None:
    """Remove what this step added."""
    op.drop_table("mediation_verdict")
    op.drop_table("mediation_promise_step")
    op.drop_table("mediation_signature")
    op.drop_table("mediation_promise")
    op.drop_table("mediation_offer")
    op.drop_table("mediation_message")
    op.drop_table("mediation_file")
    op.drop_table("mediation_answer")
    op.drop_table("mediator_tie")
    op.drop_table("mediator_facts")
    op.drop_table("mediation_withdrawal")
    op.drop_table("mediation_step")
    op.drop_table("mediation_session")
    op.drop_table("mediation_room")
    op.drop_table("mediation_party")
    op.drop_table("mediation_paper")
    op.drop_table("mediation_opening")
    op.drop_table("mediation_lead")
    op.drop_table("mediation_flag")
    op.drop_table("mediation_court")
    op.drop_table("mediation_code")
    op.drop_table("mediation_claim")
    op.drop_table("mediation_assignment")
    op.drop_table("mediation_ask")
    op.drop_table("meeting_place")
    op.drop_table("mediator")
    op.drop_table("mediation_slot")
    op.drop_table("mediation_case")
    guards.drop_transitions("mediation_step")
    guards.drop_transitions("mediation_promise_step")
