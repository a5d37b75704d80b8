"""The head of the audit log outside the database: how many rows there are and the hash of the last, in a file beside it.

Whoever cuts the log's tail and mends the database has to take this file away too. So one that is missing or cannot be read is
never simply made anew: the new one keeps the doubt, and verification names it until a person has adopted the log.
"""

import fcntl
import json
from dataclasses import dataclass
from pathlib import Path

from portal.kernel.settings import settings


@dataclass(frozen=True)
class Head:
    """``doubt``: the row after which an earlier file was lost, 0 when none ever was."""

    count: int
    hash: str
    doubt: int = 0


class Unreadable(ValueError):
    """The file holds no head."""


def file() -> Path:
    """Where it lies."""
    return settings().instance / "audit-head.json"


def read() -> Head | None:
    """The head as the file tells it, None without a file; raises Unreadable."""
    try:
        told = json.loads(file().read_bytes())
        found = Head(told["count"], told["hash"], told.get("doubt", 0))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unreadable(str(error)) from error
    if not (isinstance(found.count, int) and isinstance(found.hash, str) and isinstance(found.doubt, int)):
        raise Unreadable("no head")
    return found


def plain(head: Head | None) -> dict[str, int | str] | None:
    """As the file holds it."""
    if head is None:
        return None
    return {"count": head.count, "hash": head.hash, **({"doubt": head.doubt} if head.doubt else {})}


def move(before: int, count: int, last_hash: str, *, adopted: bool = False) -> None:
    """Move it forward over rows just written after ``before`` rows; a slower process never moves it back. ``adopted``: as a
    person has decided, whatever it told."""
    with open(settings().instance / "audit-head.lock", "w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        doubt = before
        try:
            if known := read():
                if known.count >= count and not adopted:
                    return
                doubt = known.doubt
        except Unreadable:
            file().rename(file().with_suffix(".damaged"))
        draft = file().with_suffix(".new")
        draft.write_text(json.dumps(plain(Head(count, last_hash, 0 if adopted else doubt))))
        draft.rename(file())
