"""A lock that the system takes back when its holder dies: a locked file in the instance folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(path: Path, *, remove: bool = False) -> Iterator[bool]:
    """Hold the file while the block runs; false when another holds it. ``remove``: the file goes with the lock.

    A file that was removed while this process waited at it is nobody's lock: whoever opens the path next has another.
    """
    with path.open("w") as gate:
        try:
            fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
            still = os.fstat(gate.fileno()).st_ino == path.stat().st_ino
        except (BlockingIOError, FileNotFoundError):
            still = False
        if not still:
            yield False
            return
        try:
            yield True
        finally:
            if remove:
                path.unlink(missing_ok=True)
