"""Structured logs: one line of JSON for each event, with the request's id and without personal data.

What may hold personal data is never written: no address of a request (only its endpoint), no parameters of a statement, no text
of an exception, of which the type and the places in the code are enough. As a last line of defence, ID numbers, mobile numbers,
number plates and what looks like a token or code are struck out of every line.
"""

import json
import logging
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from portal.kernel.personal import struck_out
from portal.kernel.settings import settings

request_id: ContextVar[str] = ContextVar("request_id", default="")
FRAMES = 12
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_TOKEN = re.compile(
    r"(?<![0-9A-Za-z_-])(?=[A-Za-z_-]*[0-9])(?=[0-9_-]*[A-Za-z])(?:[0-9A-Za-z_]{21,}|[0-9A-Za-z_-]{32,})(?![0-9A-Za-z_-])"
)
_GIVEN = re.compile(
    r"((?:token|password|secret|code|key|cookie|authorization)[\"']?\s*[=:]\s*)[\"']?[^\s\"',;&]+", re.I
)


def clean(text: str) -> str:
    """A text without what looks personal or secret."""
    return _GIVEN.sub(r"\1…", _TOKEN.sub("…", struck_out(text)))


def _frames(trace: TracebackType | None) -> list[str]:
    found = traceback.extract_tb(trace)[-FRAMES:]
    return [f"{'/'.join(frame.filename.split('/')[-3:])}:{frame.lineno} {frame.name}" for frame in found]


def _failure(error: BaseException) -> dict[str, Any]:
    """Type and places of an exception and of what caused it; never its text."""
    told: dict[str, Any] = {"type": type(error).__name__, "at": _frames(error.__traceback__)}
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    if state:
        told["sqlstate"] = state
    if error.__cause__ is not None:
        told["cause"] = type(error.__cause__).__name__
    return told


class JsonLines(logging.Formatter):
    """One event, one line: at, level, logger, event, request, what the caller added, and where an error came from."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        told["event"] = clean(record.getMessage())
        if request_id.get():
            told["request"] = request_id.get()
        for name, value in vars(record).items():
            if name not in _PLAIN:
                told[name] = value if isinstance(value, int | float) else clean(str(value))
        if record.exc_info and record.exc_info[1] is not None:
            told["error"] = _failure(record.exc_info[1])
        return json.dumps(told, ensure_ascii=False)


def configure(stream: Any = None) -> logging.Handler:
    """Send every log of this process to standard error in this form (``LOG_FORMAT=plain``: lines for people, cleaned alike)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if settings().log_format == "json" else PlainLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("apscheduler", "fontTools", "weasyprint", "PIL", "matplotlib"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return handler


class PlainLines(JsonLines):
    """The same facts as one readable line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = json.loads(super().format(record))
        first = " ".join(str(told.pop(name)) for name in ("at", "level", "logger", "event"))
        return " ".join([first, *(f"{name}={value}" for name, value in told.items())])
