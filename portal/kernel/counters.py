"""Counters of what happened, over all processes: each adds up its own and lays the sums into a file of the instance folder now and
then; who asks reads them all. Small enough to do without a library and its memory-mapped files."""

import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

from portal.kernel.settings import settings

_EVERY = 2.0  # seconds between two notes
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
_lock = threading.Lock()
_sums: defaultdict[str, float] = defaultdict(float)
_state = {"pid": 0, "noted": 0.0}


@lru_cache(maxsize=4096)
def name_of(name: str, **labels: str) -> str:
    """A series as Prometheus writes it: ``requests_total{status="200"}``."""
    inside = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
    return f"{name}{{{inside}}}" if inside else name


def add(name: str, by: float = 1, **labels: str) -> None:
    """Count something."""
    _add([(name_of(name, **labels), by)])


def took(name: str, seconds: float) -> None:
    """Note a duration in the histogram of a name."""
    reached = [(series, 1.0) for bound, series in _bounds(name) if seconds <= bound]
    _add([*reached, (name_of(f"{name}_sum"), seconds), (name_of(f"{name}_count"), 1.0)])


@cache
def _bounds(name: str) -> tuple[tuple[float, str], ...]:
    told = ((bound, f"{bound:g}") for bound in BUCKETS)
    return tuple((bound, name_of(f"{name}_bucket", le=text)) for bound, text in (*told, (float("inf"), "+Inf")))


def _add(more: Iterable[tuple[str, float]]) -> None:
    with _lock:
        if _state["pid"] != os.getpid():  # after a fork the parent's sums are the parent's
            _sums.clear()
            _state.update(pid=os.getpid(), noted=0.0)
        for series, by in more:
            _sums[series] += by
        if time.monotonic() - _state["noted"] >= _EVERY:
            _note()


def _folder() -> Path:
    path = settings().instance / "counters"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def _note() -> None:
    """Lay the sums down; a full disk must not stop a request."""
    _state["noted"] = time.monotonic()
    try:
        path = _folder() / f"{os.getpid()}.json"
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(_sums))
        draft.replace(path)
    except OSError:
        return


def sums() -> dict[str, float]:
    """The sums of all processes since they began; those of this one up to now."""
    total: defaultdict[str, float] = defaultdict(float)
    mine = f"{os.getpid()}.json"
    for path in sorted(_folder().glob("*.json")):
        if path.name != mine:
            _join(total, json.loads(path.read_text()))
    with _lock:
        if _state["pid"] == os.getpid():
            _join(total, _sums)
    return dict(sorted(total.items()))


def _join(total: defaultdict[str, float], more: Mapping[str, float]) -> None:
    for name, value in more.items():
        total[name] += value


def forget_dead() -> None:
    """Drop the files of processes that are gone: when the server starts anew, so that its counts begin at zero."""
    for path in _folder().glob("*.json"):
        if not Path(f"/proc/{path.stem}").exists():
            path.unlink(missing_ok=True)
