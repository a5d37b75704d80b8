"""Slow statements in the log: the statement with its placeholders, how long it took, never a value."""

import logging
import re
import time
from typing import Any

from sqlalchemy import Engine, event

from portal.kernel import counters
from portal.kernel.settings import settings

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())  # a command keeps no log: its standard error is for what it has to say
SHOWN = 600  # characters of a statement
_SPACE = re.compile(r"\s+")
_TEXT = re.compile(r"'(?:[^']|'')*'")  # a literal within a statement


def watch(engine: Engine) -> None:
    """Time every statement of an engine."""

    @event.listens_for(engine, "before_cursor_execute")
    def _begin(connection: Any, _cursor: Any, _text: Any, _values: Any, context: Any, _many: Any) -> None:
        if context is not None:
            context.portal_began = time.monotonic()

    @event.listens_for(engine, "after_cursor_execute")
    def _end(_connection: Any, _cursor: Any, text: str, _values: Any, context: Any, _many: Any) -> None:
        began = getattr(context, "portal_began", None)
        if began is not None:
            note(text, time.monotonic() - began)


def note(text: str, seconds: float) -> None:
    """Log and count a statement that took as long as ``SLOW_QUERY_MS`` or longer; 0 notes none."""
    bound = settings().slow_query_ms
    if not bound or seconds * 1000 < bound:
        return
    counters.add("portal_slow_queries_total")
    statement = _TEXT.sub("'?'", _SPACE.sub(" ", text))[:SHOWN]
    log.warning("slow_query", extra={"ms": round(seconds * 1000), "statement": statement})
