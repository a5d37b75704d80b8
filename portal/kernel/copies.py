"""Copies of photos for pages: a thumbnail and one for the screen, without metadata, made after the answer from the original.

A copy is derived: it lies in the instance folder under its original's name, stands in no row and in no backup, and can be thrown away at
any time. Who keeps an original leaves a mark; a worker makes the copies of what is marked, the longest waiting first, and who asks for a
copy before that makes it. The mark is locked meanwhile, so that a picture is made once however many work; it stays when the process dies.
"""

import logging
import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from pathlib import Path

from portal.kernel import images
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.files import FileDamaged, store
from portal.kernel.held import held
from portal.kernel.images import Box
from portal.kernel.settings import settings

log = logging.getLogger(__name__)

TRIES = 3  # a picture that takes three processes with it is left alone
LONGEST_WAIT = 2.0  # seconds that a page waits for a copy in the making
_LOOK = 0.05  # seconds between two looks
FAILURES = 3  # of the disk or the store in one turn: the next is tried later
TURN = 10.0  # seconds of work at a time: then the worker may be asked to stop
LOW = 10  # how much later than others a worker's picture work gets a processor (nice)
_by_demand = threading.BoundedSemaphore(1)  # one picture at a time in a web process: the other threads answer


class Size(Enum):
    """The copies of a photo; the value ends the file's name."""

    THUMBNAIL = "thumbnail"
    SCREEN = "screen"


def _folder(name: str) -> Path:
    folder = settings().instance / "copies" / name
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _path(sha256: str, ending: str) -> Path:
    return _folder(sha256[:2]) / f"{sha256}-{ending}"


def _mark(sha256: str) -> Path:
    return _folder("waiting") / sha256


def _tries(sha256: str) -> Path:
    return _folder("tried") / sha256


def wish(sha256: str) -> None:
    """Leave word that the copies of a stored original are wanted; once they are there, nothing."""
    if not is_made(sha256):
        _mark(sha256).touch(mode=0o600)


def is_made(sha256: str) -> bool:
    """Whether both copies are there."""
    return all(_path(sha256, size.value).is_file() for size in Size)


def is_damaged(sha256: str) -> bool:
    """Whether it turned out that no copy can be made of an original."""
    return _path(sha256, "damaged").is_file()


def waiting() -> list[str]:
    """Originals whose copies are wanted, the longest waiting first."""
    found = []
    for entry in os.scandir(_folder("waiting")):
        with suppress(FileNotFoundError):  # made meanwhile
            found.append((entry.stat().st_mtime_ns, entry.name))
    return [name for _since, name in sorted(found)]


def copy(sha256: str, size: Size) -> bytes | None:
    """A copy; made here when nobody has done so. None while it is in the making elsewhere, or the original is damaged.

    Waits at most two seconds. ``NotFound`` when there is no such original, ``FileDamaged`` when its bytes are others; ``OSError`` when
    the disk takes no copy.
    """
    end = time.monotonic() + LONGEST_WAIT
    while (found := _read(sha256, size)) is None and not is_damaged(sha256):
        left = end - time.monotonic()
        if left <= 0:
            return None
        if _by_demand.acquire(timeout=left):
            try:
                is_mine = make(sha256)
            finally:
                _by_demand.release()
            if not is_mine:
                time.sleep(_LOOK)
    return found


def to_release(sha256: str, boxes: Sequence[Box]) -> bytes:
    """The copy of an original that may be published. With boxes it is made anew, as they are drawn before anything is scaled; without, the
    one for the screen is taken when it is there. Nothing is kept."""
    made = None if boxes else _read(sha256, Size.SCREEN)
    return made or images.public_copy(store().read(sha256), boxes)


def _read(sha256: str, size: Size) -> bytes | None:
    """A copy that is there and whole: after a power cut the end may be missing."""
    try:
        data = _path(sha256, size.value).read_bytes()
    except FileNotFoundError:
        return None
    return data if data.endswith(b"\xff\xd9") else None


def make(sha256: str) -> bool:
    """Make the copies of an original, or note that it is damaged; false while somebody else is at it."""
    with held(_mark(sha256)) as mine:
        if mine:
            if not (all(_read(sha256, size) for size in Size) or is_damaged(sha256)):
                _make(sha256)
            _mark(sha256).unlink(missing_ok=True)
        return mine


def _make(sha256: str) -> None:
    tried = _tries(sha256)
    times = tried.stat().st_size if tried.exists() else 0
    if times >= TRIES:
        _note_damage(sha256, "it took the process with it")
        return
    tried.write_bytes(b"x" * (times + 1))
    try:
        thumbnail, screen = images.copies(store().read(sha256))
    except (NotFound, FileDamaged):  # it may come back from a backup: nothing is noted of the photo
        _mark(sha256).unlink(missing_ok=True)
        raise
    except DomainError as error:
        _note_damage(sha256, str(error))
    else:
        _put(_path(sha256, Size.SCREEN.value), screen)
        _put(_path(sha256, Size.THUMBNAIL.value), thumbnail)
    finally:
        tried.unlink(missing_ok=True)


def _note_damage(sha256: str, why: str) -> None:
    log.warning("photo_damaged sha256=%s why=%s", sha256, why)
    _put(_path(sha256, "damaged"), b"")
    _tries(sha256).unlink(missing_ok=True)


def _put(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    draft = path.with_suffix(f".{threading.get_native_id()}.draft")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


# ---- the worker


def make_waiting() -> int:
    """Make what is waiting, for some seconds, behind everybody else who wants a processor; says how many were looked at."""
    if not waiting():
        return 0
    looked_at: list[str] = []
    thread = threading.Thread(target=_drain, args=[looked_at], name="copies")  # its low priority ends with it
    thread.start()
    thread.join()
    return len(looked_at)


def _drain(looked_at: list[str]) -> None:
    with suppress(OSError):  # of this thread alone
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW)
    end, failed = time.monotonic() + TURN, 0
    for sha256 in waiting():
        try:
            make(sha256)
        except (NotFound, FileDamaged):
            log.warning("photo_missing sha256=%s", sha256)
        except OSError:
            log.exception("photo_copy_failed sha256=%s", sha256)  # the mark stays, as the youngest
            failed += 1
        else:
            looked_at.append(sha256)
        if failed == FAILURES or time.monotonic() > end:
            return
