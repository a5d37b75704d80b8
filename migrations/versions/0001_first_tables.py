"""All tables of the first release, with the triggers and partitions that hold their law."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = (
    "audit_log",
    "estate",
    "check_step",
    "check_comment",
    "photo",
    "photo_release",
    "late_permission",
    "interest_declaration",
    "quarter_step",
    "initial_score",
    "release",
    "quarter_score",
    "quarter_month",
    "prepared_rating",
    "rating",
    "rating_component",
    "credit_case",
    "credit_step",
    "list_case",
    "list_step",
)
VERSIONED = (
    "estate_facts",
    "contract",
    "item_result",
    "survey_result",
    "indicator_score",
    "collection_rate",
    "veto",
    "credit_event",
    "list_entry",
)
PARTITIONED = ("audit_log", "item_result")


def upgrade() -> None:
    guards.create_functions()
    create_tables()
    for table in PARTITIONED:
        guards.partitions(table)
    for table in APPEND_ONLY:
        guards.append_only(table)
    columns = sa.inspect(op.get_bind())
    for table in VERSIONED:
        guards.versioned(table, [str(column["name"]) for column in columns.get_columns(table)])
    guards.published_standard()


def downgrade() -> None:
    drop_tables()
    guards.drop_functions()


def create_tables() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_log",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("prev_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("year", "seq", name=op.f("pk_audit_log")),
        postgresql_partition_by="RANGE (year)",
    )
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_log_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_log_subject"), ["subject"], unique=False)

    op.create_table(
        "credit_case",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("source_key", sa.String(), nullable=False),
        sa.Column("subject_type", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("act_id", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("subject_type IN ('enterprise', 'manager')", name=op.f("ck_credit_case_subject_type_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_case")),
        sa.UniqueConstraint("source_key", name=op.f("uq_credit_case_source_key")),
    )
    with op.batch_alter_table("credit_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_case_act_id"), ["act_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_credit_case_subject"), ["subject"], unique=False)

    op.create_table(
        "credit_event",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("points_cp", sa.Integer(), nullable=False),
        sa.Column("estate_code", sa.String(), nullable=True),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("document_on", sa.Date(), nullable=True),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("catalogue", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("points_cp <> 0", name=op.f("ck_credit_event_points_not_zero")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_event")),
    )
    with op.batch_alter_table("credit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_event_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "uq_credit_event_live",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "credit_step",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "step IN ('proposed', 'confirmed', 'refused', 'withdrawn')", name=op.f("ck_credit_step_step_known")
        ),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_credit_step")),
    )
    op.create_table(
        "division",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("parent_code", sa.String(length=12), nullable=False),
        sa.CheckConstraint("level IN ('district', 'street', 'community')", name=op.f("ck_division_level_known")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_division")),
    )
    op.create_table(
        "enterprise",
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("legal_representative", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uscc", name=op.f("pk_enterprise")),
    )
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enterprise_name"), ["name"], unique=False)

    op.create_table(
        "estate",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_estate")),
    )
    op.create_table(
        "item_result",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("check_id", sa.String(length=20), nullable=False),
        sa.Column("item_code", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "origin IN ('inspection', 'review', 'correction')", name=op.f("ck_item_result_origin_known")
        ),
        sa.PrimaryKeyConstraint("year", "id", name=op.f("pk_item_result")),
        postgresql_partition_by="RANGE (year)",
    )
    with op.batch_alter_table("item_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_result_check_id_year"), ["check_id", "year"], unique=False)
        batch_op.create_index(
            "uq_item_result_live",
            ["year", "check_id", "item_code"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "job_run",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("fire_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("job", "fire_time", name=op.f("pk_job_run")),
    )
    op.create_table(
        "list_case",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("subject_type", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("manager_code", sa.String(length=32), nullable=True),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("rule_set", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('red', 'black')", name=op.f("ck_list_case_kind_known")),
        sa.CheckConstraint(
            "subject_type IN ('estate', 'enterprise', 'manager')", name=op.f("ck_list_case_subject_type_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_case")),
    )
    with op.batch_alter_table("list_case", schema=None) as batch_op:
        batch_op.create_index(
            "uq_list_case_subject", ["year", "kind", "subject_type", "subject", "reason", "attempt"], unique=True
        )

    op.create_table(
        "manager",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id_hash", sa.String(), nullable=False),
        sa.Column("id_hash_key", sa.String(), nullable=False),
        sa.Column("id_last4", sa.String(length=4), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_manager")),
        sa.UniqueConstraint("id_hash", name=op.f("uq_manager_id_hash")),
    )
    op.create_table(
        "person",
        sa.Column("login", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("code_hash", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_person")),
    )
    op.create_table(
        "quarter_step",
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("step IN ('prepared', 'confirmed')", name=op.f("ck_quarter_step_step_known")),
        sa.PrimaryKeyConstraint("quarter", "division_code", "seq", name=op.f("pk_quarter_step")),
    )
    op.create_table(
        "release",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("period", sa.String(length=6), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("public_from", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('quarter', 'year')", name=op.f("ck_release_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
    )
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.create_index("uq_release_number", ["period", "number"], unique=True)

    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("login_hash", sa.String(), nullable=False),
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_address_hash_at"), ["address_hash", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_login_hash_at"), ["login_hash", "at"], unique=False)

    op.create_table(
        "standard_version",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("kinds", sa.String(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("pass_photo_c", sa.Boolean(), nullable=False),
        sa.Column("based_on", sa.String(), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_standard_version")),
    )
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "subject_key",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("wrapped", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_subject_key")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_person_created_at"), ["person", "created_at"], unique=False)

    op.create_table(
        "collection_rate",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("rate_cp", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("rate_cp BETWEEN 0 AND 10000", name=op.f("ck_collection_rate_rate_in_range")),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_collection_rate_estate_code_estate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_rate")),
    )
    with op.batch_alter_table("collection_rate", schema=None) as batch_op:
        batch_op.create_index(
            "uq_collection_rate_live",
            ["year", "estate_code"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "contract",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("manager_code", sa.String(length=32), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_contract_valid_period")),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_contract_estate_code_estate")),
        sa.ForeignKeyConstraint(["manager_code"], ["manager.code"], name=op.f("fk_contract_manager_code_manager")),
        sa.ForeignKeyConstraint(["uscc"], ["enterprise.uscc"], name=op.f("fk_contract_uscc_enterprise")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_estate_code"), ["estate_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_manager_code"), ["manager_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_uscc"), ["uscc"], unique=False)
        batch_op.create_index(
            "uq_contract_live",
            ["estate_code", "valid_from"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "estate_facts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("floor_area_centi", sa.Integer(), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("latitude_e6", sa.Integer(), nullable=True),
        sa.Column("longitude_e6", sa.Integer(), nullable=True),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('commodity', 'village', 'affordable')", name=op.f("ck_estate_facts_kind_known")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_estate_facts_valid_period")),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("fk_estate_facts_division_code_division")
        ),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_estate_facts_estate_code_estate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estate_facts")),
    )
    with op.batch_alter_table("estate_facts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_estate_facts_division_code"), ["division_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_estate_facts_estate_code"), ["estate_code"], unique=False)
        batch_op.create_index(
            "uq_estate_facts_live",
            ["estate_code", "valid_from"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "indicator_score",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("indicator_code", sa.String(), nullable=False),
        sa.Column("score_cp", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("score_cp BETWEEN 0 AND 10000", name=op.f("ck_indicator_score_score_in_range")),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_indicator_score_estate_code_estate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_score")),
    )
    with op.batch_alter_table("indicator_score", schema=None) as batch_op:
        batch_op.create_index(
            "uq_indicator_score_live",
            ["year", "estate_code", "indicator_code"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "initial_score",
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("score_cp", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_initial_score_estate_code_estate")),
        sa.PrimaryKeyConstraint("quarter", "estate_code", "seq", name=op.f("pk_initial_score")),
    )
    op.create_table(
        "interest_declaration",
        sa.Column("login", sa.String(length=32), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("declared", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["estate_code"], ["estate.code"], name=op.f("fk_interest_declaration_estate_code_estate")
        ),
        sa.PrimaryKeyConstraint("login", "estate_code", "seq", name=op.f("pk_interest_declaration")),
    )
    op.create_table(
        "late_permission",
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_late_permission_estate_code_estate")),
        sa.PrimaryKeyConstraint("estate_code", "month", name=op.f("pk_late_permission")),
    )
    op.create_table(
        "list_entry",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("subject_type", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("manager_code", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("exit_reason", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["list_case.id"], name=op.f("fk_list_entry_case_id_list_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_entry")),
    )
    with op.batch_alter_table("list_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_list_entry_subject"), ["subject"], unique=False)
        batch_op.create_index(batch_op.f("ix_list_entry_uscc"), ["uscc"], unique=False)
        batch_op.create_index(
            "uq_list_entry_live",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "list_step",
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "step IN ('candidate', 'notice_served', 'response_open', 'hearing', 'review', 'decided_list', 'dropped', 'decision_served', 'effective', 'exited', 'public_notice')",
            name=op.f("ck_list_step_step_known"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["list_case.id"], name=op.f("fk_list_step_case_id_list_case")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_list_step")),
    )
    op.create_table(
        "monthly_check",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("standard_version", sa.String(), nullable=False),
        sa.Column("inspector", sa.String(length=32), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('routine', 'random')", name=op.f("ck_monthly_check_kind_known")),
        sa.CheckConstraint("origin IN ('page', 'sheet')", name=op.f("ck_monthly_check_origin_known")),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_monthly_check_estate_code_estate")),
        sa.ForeignKeyConstraint(
            ["standard_version"],
            ["standard_version.version"],
            name=op.f("fk_monthly_check_standard_version_standard_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_check")),
    )
    with op.batch_alter_table("monthly_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_monthly_check_month"), ["month"], unique=False)
        batch_op.create_index(
            "uq_monthly_check_routine",
            ["estate_code", "month"],
            unique=True,
            sqlite_where=sa.text("kind = 'routine'"),
            postgresql_where=sa.text("kind = 'routine'"),
        )

    op.create_table(
        "prepared_rating",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("figures", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_prepared_rating_estate_code_estate")),
        sa.PrimaryKeyConstraint("year", "estate_code", "seq", name=op.f("pk_prepared_rating")),
    )
    op.create_table(
        "quarter_score",
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("release_id", sa.String(length=20), nullable=False),
        sa.Column("public_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score_cp", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("rank_district", sa.Integer(), nullable=True),
        sa.Column("rank_street", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("manager_code", sa.String(length=32), nullable=True),
        sa.Column("rule_set", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(status = 'published') = (score_cp IS NOT NULL)", name=op.f("ck_quarter_score_score_if_published")
        ),
        sa.CheckConstraint("status IN ('published', 'insufficient_data')", name=op.f("ck_quarter_score_status_known")),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_quarter_score_estate_code_estate")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_quarter_score_release_id_release")),
        sa.PrimaryKeyConstraint("quarter", "estate_code", "revision", name=op.f("pk_quarter_score")),
    )
    with op.batch_alter_table("quarter_score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quarter_score_estate_code"), ["estate_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_quarter_score_release_id"), ["release_id"], unique=False)

    op.create_table(
        "rating",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("release_id", sa.String(length=20), nullable=False),
        sa.Column("public_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule_set", sa.String(), nullable=False),
        sa.Column("survey_cp", sa.Integer(), nullable=True),
        sa.Column("management_cp", sa.Integer(), nullable=True),
        sa.Column("comprehensive_cp", sa.Integer(), nullable=True),
        sa.Column("collection_cp", sa.Integer(), nullable=True),
        sa.Column("total_cp", sa.Integer(), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=14), nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("manager_code", sa.String(length=32), nullable=True),
        sa.CheckConstraint("(status = 'rated') = (stars IS NOT NULL)", name=op.f("ck_rating_stars_if_rated")),
        sa.CheckConstraint(
            "status IN ('rated', 'pending', 'vetoed', 'not_eligible')", name=op.f("ck_rating_status_known")
        ),
        sa.CheckConstraint("stars BETWEEN 0 AND 5", name=op.f("ck_rating_stars_in_range")),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_rating_estate_code_estate")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_rating_release_id_release")),
        sa.PrimaryKeyConstraint("year", "estate_code", "revision", name=op.f("pk_rating")),
    )
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rating_estate_code"), ["estate_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_rating_release_id"), ["release_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rating_uscc"), ["uscc"], unique=False)

    op.create_table(
        "sign_in_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("login", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["login"], ["person.login"], name=op.f("fk_sign_in_session_login_person")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_session")),
    )
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_session_login"), ["login"], unique=False)

    op.create_table(
        "standard_item",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("item_code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("category_code", sa.String(), nullable=False),
        sa.Column("category_zh", sa.String(), nullable=False),
        sa.Column("category_en", sa.String(), nullable=False),
        sa.Column("item_zh", sa.String(), nullable=False),
        sa.Column("item_en", sa.String(), nullable=False),
        sa.Column("max_points", sa.Integer(), nullable=False),
        sa.Column("deduction", sa.String(), nullable=False),
        sa.Column("hazard_class", sa.String(), nullable=False),
        sa.CheckConstraint("hazard_class IN ('A', 'B', 'C')", name=op.f("ck_standard_item_hazard_class_known")),
        sa.CheckConstraint("max_points BETWEEN 1 AND 100", name=op.f("ck_standard_item_max_points_in_range")),
        sa.ForeignKeyConstraint(
            ["version"], ["standard_version.version"], name=op.f("fk_standard_item_version_standard_version")
        ),
        sa.PrimaryKeyConstraint("version", "item_code", name=op.f("pk_standard_item")),
    )
    op.create_table(
        "survey_result",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("valid_responses", sa.Integer(), nullable=False),
        sa.Column("score_cp", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("score_cp BETWEEN 0 AND 10000", name=op.f("ck_survey_result_score_in_range")),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_survey_result_estate_code_estate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_result")),
    )
    with op.batch_alter_table("survey_result", schema=None) as batch_op:
        batch_op.create_index(
            "uq_survey_result_live",
            ["year", "estate_code"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "veto",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("estate_code", sa.String(length=32), nullable=False),
        sa.Column("veto_code", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["estate_code"], ["estate.code"], name=op.f("fk_veto_estate_code_estate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_veto")),
    )
    with op.batch_alter_table("veto", schema=None) as batch_op:
        batch_op.create_index(
            "uq_veto_live",
            ["year", "estate_code", "veto_code", "decision"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "check_comment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("check_id", sa.String(length=20), nullable=False),
        sa.Column("step_seq", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["monthly_check.id"], name=op.f("fk_check_comment_check_id_monthly_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_comment")),
    )
    with op.batch_alter_table("check_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_check_comment_check_id"), ["check_id"], unique=False)

    op.create_table(
        "check_draft",
        sa.Column("check_id", sa.String(length=20), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["check_id"], ["monthly_check.id"], name=op.f("fk_check_draft_check_id_monthly_check")),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_check_draft")),
    )
    op.create_table(
        "check_step",
        sa.Column("check_id", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "step IN ('draft', 'submitted', 'returned', 'confirmed')", name=op.f("ck_check_step_step_known")
        ),
        sa.ForeignKeyConstraint(["check_id"], ["monthly_check.id"], name=op.f("fk_check_step_check_id_monthly_check")),
        sa.PrimaryKeyConstraint("check_id", "seq", name=op.f("pk_check_step")),
    )
    op.create_table(
        "photo",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("check_id", sa.String(length=20), nullable=False),
        sa.Column("item_code", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("thumbnail", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("latitude_e6", sa.Integer(), nullable=True),
        sa.Column("longitude_e6", sa.Integer(), nullable=True),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["check_id"], ["monthly_check.id"], name=op.f("fk_photo_check_id_monthly_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
    )
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_photo_check_id"), ["check_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_photo_sha256"), ["sha256"], unique=False)

    op.create_table(
        "quarter_month",
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("estate_code", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("check_id", sa.String(length=20), nullable=False),
        sa.Column("standard_version", sa.String(), nullable=False),
        sa.Column("earned_cp", sa.Integer(), nullable=False),
        sa.Column("applicable_cp", sa.Integer(), nullable=False),
        sa.Column("score_cp", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["monthly_check.id"], name=op.f("fk_quarter_month_check_id_monthly_check")
        ),
        sa.ForeignKeyConstraint(
            ["quarter", "estate_code", "revision"],
            ["quarter_score.quarter", "quarter_score.estate_code", "quarter_score.revision"],
            name="fk_quarter_month_score",
        ),
        sa.PrimaryKeyConstraint("quarter", "estate_code", "revision", "month", name=op.f("pk_quarter_month")),
    )
    with op.batch_alter_table("quarter_month", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quarter_month_check_id"), ["check_id"], unique=False)

    op.create_table(
        "rating_component",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("estate_code", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("score_cp", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["year", "estate_code", "revision"],
            ["rating.year", "rating.estate_code", "rating.revision"],
            name="fk_rating_component_rating",
        ),
        sa.PrimaryKeyConstraint("year", "estate_code", "revision", "component", name=op.f("pk_rating_component")),
    )
    op.create_table(
        "photo_release",
        sa.Column("photo_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_sha256", sa.String(), nullable=False),
        sa.Column("boxes", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_photo_release_photo_id_photo")),
        sa.PrimaryKeyConstraint("photo_id", "seq", name=op.f("pk_photo_release")),
    )


def drop_tables() -> None:
    op.drop_table("photo_release")
    op.drop_table("rating_component")
    with op.batch_alter_table("quarter_month", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quarter_month_check_id"))

    op.drop_table("quarter_month")
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_photo_sha256"))
        batch_op.drop_index(batch_op.f("ix_photo_check_id"))

    op.drop_table("photo")
    op.drop_table("check_step")
    op.drop_table("check_draft")
    with op.batch_alter_table("check_comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_check_comment_check_id"))

    op.drop_table("check_comment")
    with op.batch_alter_table("veto", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_veto_live",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("veto")
    with op.batch_alter_table("survey_result", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_survey_result_live",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("survey_result")
    op.drop_table("standard_item")
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_session_login"))

    op.drop_table("sign_in_session")
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rating_uscc"))
        batch_op.drop_index(batch_op.f("ix_rating_release_id"))
        batch_op.drop_index(batch_op.f("ix_rating_estate_code"))

    op.drop_table("rating")
    with op.batch_alter_table("quarter_score", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quarter_score_release_id"))
        batch_op.drop_index(batch_op.f("ix_quarter_score_estate_code"))

    op.drop_table("quarter_score")
    op.drop_table("prepared_rating")
    with op.batch_alter_table("monthly_check", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_monthly_check_routine",
            sqlite_where=sa.text("kind = 'routine'"),
            postgresql_where=sa.text("kind = 'routine'"),
        )
        batch_op.drop_index(batch_op.f("ix_monthly_check_month"))

    op.drop_table("monthly_check")
    op.drop_table("list_step")
    with op.batch_alter_table("list_entry", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_list_entry_live",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_list_entry_uscc"))
        batch_op.drop_index(batch_op.f("ix_list_entry_subject"))

    op.drop_table("list_entry")
    op.drop_table("late_permission")
    op.drop_table("interest_declaration")
    op.drop_table("initial_score")
    with op.batch_alter_table("indicator_score", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_indicator_score_live",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("indicator_score")
    with op.batch_alter_table("estate_facts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_estate_facts_live",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_estate_facts_estate_code"))
        batch_op.drop_index(batch_op.f("ix_estate_facts_division_code"))

    op.drop_table("estate_facts")
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_contract_live",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_contract_uscc"))
        batch_op.drop_index(batch_op.f("ix_contract_manager_code"))
        batch_op.drop_index(batch_op.f("ix_contract_estate_code"))

    op.drop_table("contract")
    with op.batch_alter_table("collection_rate", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_collection_rate_live",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("collection_rate")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_person_created_at"))

    op.drop_table("task")
    op.drop_table("subject_key")
    op.drop_table("stored_file")
    op.drop_table("standard_version")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_login_hash_at"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_address_hash_at"))

    op.drop_table("sign_in_attempt")
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.drop_index("uq_release_number")

    op.drop_table("release")
    op.drop_table("quarter_step")
    op.drop_table("person")
    op.drop_table("manager")
    with op.batch_alter_table("list_case", schema=None) as batch_op:
        batch_op.drop_index("uq_list_case_subject")

    op.drop_table("list_case")
    op.drop_table("job_run")
    with op.batch_alter_table("item_result", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_item_result_live",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_item_result_check_id_year"))

    op.drop_table("item_result")
    op.drop_table("estate")
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enterprise_name"))

    op.drop_table("enterprise")
    op.drop_table("division")
    op.drop_table("credit_step")
    with op.batch_alter_table("credit_event", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_credit_event_live",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_credit_event_case_id"))

    op.drop_table("credit_event")
    with op.batch_alter_table("credit_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credit_case_subject"))
        batch_op.drop_index(batch_op.f("ix_credit_case_act_id"))

    op.drop_table("credit_case")
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_log_subject"))
        batch_op.drop_index(batch_op.f("ix_audit_log_action"))

    op.drop_table("audit_log")
    op.drop_table("audit_head")
