"""The index of the search: FTS5 with trigrams on SQLite, kept by triggers; pg_trgm on PostgreSQL, which keeps itself.

Both stand on the column ``search_key``, so whatever writes a record writes the index in the same transaction.
"""

from alembic import op
from sqlalchemy import column, select, table, text, update

from portal.registry.search.key import search_key

# table, key of a record, columns its search key is made of (name, code, address)
INDEXED = (
    ("estate_facts", "id", ("name", "estate_code", "address"), "estate_search"),
    ("enterprise", "uscc", ("name", "uscc", "address"), "enterprise_search"),
    ("manager", "code", ("name", "code"), "manager_search"),
)


def _postgres() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")


def _has_trigrams() -> bool:
    """Whether this PostgreSQL has pg_trgm at hand; without it the search is right and slower."""
    return bool(op.get_bind().scalar(text("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")))


def create() -> None:
    """Bring every key to its present form, then index it."""
    for name, key, columns, index in INDEXED:
        _renew_keys(name, key, columns)
        if _postgres():
            _create_on_postgres(name)
        else:
            _create_on_sqlite(name, key, index)


def _renew_keys(name: str, key: str, columns: tuple[str, ...]) -> None:
    """Keys are derived: the guard that keeps facts from being changed rests while they are made anew."""
    facts = table(name, column(key), column("search_key"), *(column(one) for one in columns if one != key))
    db = op.get_bind()
    rows = db.execute(select(facts.c[key], *(facts.c[one] for one in columns))).all()
    if not rows:
        return
    restore = _rest_guard(name)
    for row in rows:
        db.execute(update(facts).where(facts.c[key] == row[0]).values(search_key=search_key(*row[1:])))
    restore()


def _rest_guard(name: str):  # type: ignore[no-untyped-def]
    db, guard = op.get_bind(), f"{name}_no_update"
    if _postgres():
        held = db.scalar(text("SELECT count(*) FROM pg_trigger WHERE tgname = :guard"), {"guard": guard})
        if held:
            db.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER {guard}"))
            return lambda: db.execute(text(f"ALTER TABLE {name} ENABLE TRIGGER {guard}"))
        return lambda: None
    made = db.scalar(text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :guard"), {"guard": guard})
    if made:
        db.execute(text(f"DROP TRIGGER {guard}"))
        return lambda: db.exec_driver_sql(made)
    return lambda: None


def _create_on_postgres(name: str) -> None:
    if _has_trigrams():
        op.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
        op.execute(text(f"CREATE INDEX ix_{name}_trgm ON {name} USING gin (search_key gin_trgm_ops)"))


def _create_on_sqlite(name: str, key: str, index: str) -> None:
    op.execute(
        text(
            f"CREATE VIRTUAL TABLE {index} USING fts5("
            "id UNINDEXED, key, tokenize = 'trigram', detail = none, columnsize = 0)"
        )
    )
    op.execute(text(f"INSERT INTO {index} (id, key) SELECT {key}, search_key FROM {name}"))
    added = f"INSERT INTO {index} (id, key) VALUES (NEW.{key}, NEW.search_key);"
    gone = f"DELETE FROM {index} WHERE id = OLD.{key};"
    for event, when, deed in (
        ("insert", "AFTER INSERT", added),
        ("update", "AFTER UPDATE OF search_key", gone + added),
        ("delete", "AFTER DELETE", gone),
    ):
        op.execute(text(f"CREATE TRIGGER {name}_search_{event} {when} ON {name} BEGIN {deed} END"))


def drop() -> None:
    """Take the index away again."""
    for name, _key, _columns, index in INDEXED:
        if _postgres():
            op.execute(text(f"DROP INDEX IF EXISTS ix_{name}_trgm"))
            continue
        for event in ("insert", "update", "delete"):
            op.execute(text(f"DROP TRIGGER IF EXISTS {name}_search_{event}"))
        op.execute(text(f"DROP TABLE IF EXISTS {index}"))
    if _postgres():
        op.execute(text("DROP EXTENSION IF EXISTS pg_trgm"))
