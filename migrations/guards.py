"""Triggers that hold everybody to the law of each kind of record, on both databases.

Journal and snapshot: no UPDATE, no DELETE. Versioned fact: an open version may be closed (``superseded_at``), once; nothing
else. A published standard: no change of its items.
"""

from alembic import op
from sqlalchemy import text

PARTITION_YEARS = range(2024, 2036)


def _postgres() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")


def create_functions() -> None:
    """PostgreSQL keeps the refusal in one function; SQLite writes it into each trigger."""
    if _postgres():
        op.execute(
            text(
                "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION '% is append only', TG_TABLE_NAME; END $$"
            )
        )
        op.execute(
            text(
                "CREATE FUNCTION refuse_published_standard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "IF EXISTS (SELECT 1 FROM standard_version WHERE version = COALESCE(OLD.version, NEW.version) "
                "AND published_at IS NOT NULL) THEN RAISE EXCEPTION 'a published standard is immutable'; END IF; "
                "RETURN COALESCE(NEW, OLD); END $$"
            )
        )


def drop_functions() -> None:
    """Take the functions away again."""
    if _postgres():
        op.execute(text("DROP FUNCTION refuse_change"))
        op.execute(text("DROP FUNCTION refuse_published_standard"))


def _refuse(table: str, name: str, event: str, when: str = "") -> None:
    condition = f" WHEN ({when})" if when else ""
    if _postgres():
        op.execute(
            text(
                f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} FOR EACH ROW{condition} "
                "EXECUTE FUNCTION refuse_change()"
            )
        )
    else:
        op.execute(
            text(
                f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table}{condition} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append only'); END"
            )
        )


def append_only(table: str) -> None:
    """A journal or a snapshot."""
    _refuse(table, "no_update", "UPDATE")
    _refuse(table, "no_delete", "DELETE")
    if _postgres():
        op.execute(
            text(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")
        )


def versioned(table: str, columns: list[str]) -> None:
    """A versioned fact: only ``superseded_at`` of an open version may be set."""
    others = ", ".join(f'"{column}"' for column in columns if column != "superseded_at")
    _refuse(table, "no_update", f"UPDATE OF {others}")
    _refuse(table, "closed_once", "UPDATE OF superseded_at", "OLD.superseded_at IS NOT NULL")
    _refuse(table, "no_delete", "DELETE")


def published_standard() -> None:
    """A published version cannot be changed or dropped, nor can items be added to it, changed or dropped."""
    for event, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        name = f"standard_item_published_{event.lower()}"
        if _postgres():
            op.execute(
                text(
                    f"CREATE TRIGGER {name} BEFORE {event} ON standard_item FOR EACH ROW "
                    "EXECUTE FUNCTION refuse_published_standard()"
                )
            )
        else:
            op.execute(
                text(
                    f"CREATE TRIGGER {name} BEFORE {event} ON standard_item "
                    f"WHEN (SELECT published_at FROM standard_version WHERE version = {row}.version) IS NOT NULL "
                    "BEGIN SELECT RAISE(ABORT, 'a published standard is immutable'); END"
                )
            )

    for event in ("UPDATE", "DELETE"):
        _refuse("standard_version", f"published_{event.lower()}", event, "OLD.published_at IS NOT NULL")


def partitions(table: str) -> None:
    """One partition a year on PostgreSQL, and one for any other year."""
    if _postgres():
        for year in PARTITION_YEARS:
            op.execute(
                text(f"CREATE TABLE {table}_{year} PARTITION OF {table} FOR VALUES FROM ({year}) TO ({year + 1})")
            )
        op.execute(text(f"CREATE TABLE {table}_other PARTITION OF {table} DEFAULT"))


def transitions(table: str, key: str, allowed: dict[str, tuple[str, ...]]) -> None:
    """A journal whose state is its last step: each step follows the one before it as ``allowed`` says ("" begins).

    ``key`` names the column of the record; the steps of a record are numbered ``seq`` from 1 without a gap.
    """
    pairs = ", ".join(f"'{before}>{after}'" for before, afters in allowed.items() for after in afters)
    before = f"SELECT step FROM {table} WHERE {key} = NEW.{key} AND seq = NEW.seq - 1"
    follows = f"COALESCE(({before}), CASE WHEN NEW.seq = 1 THEN '' ELSE '?' END) || '>' || NEW.step IN ({pairs})"
    message = f"{table}: this step may not follow"
    if _postgres():
        op.execute(
            text(
                f"CREATE FUNCTION {table}_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF NOT ({follows}) THEN RAISE EXCEPTION '{message}'; END IF; RETURN NEW; END $$"
            )
        )
        op.execute(
            text(
                f"CREATE TRIGGER {table}_follows BEFORE INSERT ON {table} FOR EACH ROW "
                f"EXECUTE FUNCTION {table}_follows()"
            )
        )
    else:
        op.execute(
            text(
                f"CREATE TRIGGER {table}_follows BEFORE INSERT ON {table} WHEN NOT ({follows}) "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        )


def drop_transitions(table: str) -> None:
    """Take the function of ``transitions`` away; its trigger goes with the table."""
    if _postgres():
        op.execute(text(f"DROP FUNCTION {table}_follows() CASCADE"))


def constant_table(table: str) -> None:
    """A table that only migrations fill: no INSERT, UPDATE or DELETE. Lift it with ``drop_guards`` to add rows."""
    append_only(table)
    _refuse(table, "no_insert", "INSERT")


def chained(table: str, chain: str, decisions: tuple[str, ...] = (), ref: str = "") -> None:
    """A journal whose steps follow ``chain_transition``: the next number, and a step that may follow the last one.

    ``chain``: SQL of the chain's name, in which ``NEW.case_id`` names the case. ``decisions`` are steps that wait until every point
    raised under the reference ``ref || NEW.case_id`` has its answer.
    """
    last = f"(SELECT COALESCE(MAX(seq), 0) FROM {table} WHERE case_id = NEW.case_id)"
    before = f"COALESCE((SELECT step FROM {table} WHERE case_id = NEW.case_id AND seq = NEW.seq - 1), '')"
    skipped = (
        f"NEW.seq <> {last} + 1 OR NOT EXISTS (SELECT 1 FROM chain_transition t WHERE t.chain = ({chain}) "
        f"AND t.from_step = {before} AND t.to_step = NEW.step)"
    )
    _refuse_when(table, "skipped", skipped, "a step was skipped")
    if decisions:
        steps = ", ".join(f"'{step}'" for step in decisions)
        open_points = (
            f"NEW.step IN ({steps}) AND EXISTS (SELECT 1 FROM adverse_point p LEFT JOIN adverse_answer a "
            f"ON a.point_id = p.id WHERE p.ref = '{ref}' || NEW.case_id AND a.point_id IS NULL)"
        )
        _refuse_when(table, "unanswered", open_points, "a point is not answered")


def _refuse_when(table: str, name: str, condition: str, message: str) -> None:
    """Refuse a row for a condition that looks at other rows; an integrity error on both databases."""
    if _postgres():
        op.execute(
            text(
                f"CREATE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
                f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
                "RETURN NEW; END $$"
            )
        )
        op.execute(
            text(
                f"CREATE TRIGGER {table}_{name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_{name}()"
            )
        )
    else:
        op.execute(
            text(
                f"CREATE TRIGGER {table}_{name} BEFORE INSERT ON {table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        )


def unchained(table: str) -> None:
    """Take the triggers of ``chained`` away; before the table goes, since PostgreSQL keeps their functions."""
    for name in ("skipped", "unanswered"):
        if _postgres():
            op.execute(text(f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}"))
            op.execute(text(f"DROP FUNCTION IF EXISTS {table}_{name}"))
        else:
            op.execute(text(f"DROP TRIGGER IF EXISTS {table}_{name}"))


def no_replacing(table: str, *key: str) -> None:
    """SQLite's ``INSERT OR REPLACE`` deletes the row that stands without telling a DELETE trigger; PostgreSQL has no such verb
    (``ON CONFLICT DO UPDATE`` is an UPDATE)."""
    if not _postgres():
        same = " AND ".join(f"{column} = NEW.{column}" for column in key)
        _refuse(table, "no_replace", "INSERT", f"EXISTS (SELECT 1 FROM {table} WHERE {same})")


def replacing(table: str) -> None:
    """Take the trigger of ``no_replacing`` away."""
    if not _postgres():
        op.execute(text(f"DROP TRIGGER {table}_no_replace"))
