"""Every test has a database of its own, and all of one kind speak the same SQL: it is compiled once for the process.

SQLAlchemy keeps compiled statements by engine and dialect. An engine for each test would compile every query anew, which
took a sixth of all test time; here all engines of a kind share the dialect and the statements of the first.
"""

from typing import Any

from sqlalchemy import Engine, create_engine, event

STATEMENTS = 20_000  # more than the portal has
_first: dict[str, Engine] = {}


def shared_engine(url: str, **options: Any) -> Engine:
    """``sqlalchemy.create_engine`` but for the compiled statements."""
    made = create_engine(url, query_cache_size=STATEMENTS, **options)
    if made.dialect.name == "sqlite":
        _never_wait_for_the_disk(made)
    first = _first.setdefault(made.dialect.name, made)
    if first.dialect.server_version_info is None:  # never connected: knows nothing of its server yet
        _first[made.dialect.name] = made
    elif first is not made:
        made.dialect = made.pool._dialect = first.dialect
        made._compiled_cache = first._compiled_cache
    return made


def _never_wait_for_the_disk(engine: Engine) -> None:
    """A test's database lives for seconds; the portal sets its own when it connects, so this comes after."""

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, record: Any, _proxy: Any) -> None:
        if "is_hasty" not in record.info:
            record.info["is_hasty"] = True
            connection.execute("PRAGMA synchronous=OFF")
