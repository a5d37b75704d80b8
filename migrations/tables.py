"""All tables of the portal in one metadata, and how a database differs from them.

Model modules are found, not listed: a forgotten line would hide its tables from the schema check. The kernel keeps
tables beside their verbs (audit, jobs), a slice in its ``models``.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text

PROJECT = Path(__file__).resolve().parents[1]


def model_modules() -> list[str]:
    """Dotted names of every module that may declare tables, in a fixed order."""
    kernel = (PROJECT / "portal" / "kernel").glob("*.py")
    slices = [
        path
        for package in ("portal", "scoring", "mediation", "disclosure")
        for pattern in ("**/models.py", "**/models/*.py")
        for path in (PROJECT / package).glob(pattern)
    ]
    parts = {path.relative_to(PROJECT).with_suffix("").parts for path in (*kernel, *slices)}
    return sorted(".".join(part) for part in parts if part[-1] != "__init__")


def metadata() -> MetaData:
    """The metadata with every table loaded."""
    for name in model_modules():
        import_module(name)
    loaded: MetaData = import_module("portal.kernel.db").Base.metadata
    return loaded


def partitions(connection: Connection) -> set[str]:
    """Names of tables that are no models: PostgreSQL's partitions of another, SQLite's tables of the search index."""
    if connection.dialect.name != "postgresql":
        found = text("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name")
        kept = ("", "_data", "_idx", "_content", "_docsize", "_config")
        return {f"{name}{ending}" for name in connection.scalars(found) for ending in kept}
    query = text("SELECT c.relname FROM pg_class c WHERE c.relispartition AND c.relkind IN ('r', 'p') ORDER BY 1")
    return set(connection.scalars(query))


def options(connection: Connection) -> dict[str, Any]:
    """How Alembic compares and renders, the same for migrations and for the schema check."""
    hidden = partitions(connection)

    def include_name(name: str | None, kind: str, _: Any) -> bool:
        if kind == "index" and name is not None and name.endswith("_trgm"):
            return False  # the trigrams of the search exist on PostgreSQL only
        return kind != "table" or name not in hidden

    return {
        "include_name": include_name,
        "compare_type": True,
        "compare_server_default": False,
        "render_as_batch": connection.dialect.name == "sqlite",
    }


def differences(connection: Connection) -> list[Any]:
    """What separates the database from the models, as Alembic's diff tuples; empty when they agree."""
    context = MigrationContext.configure(connection, opts={**options(connection), "target_metadata": metadata()})
    return list(compare_metadata(context, metadata()))
