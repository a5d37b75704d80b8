"""The state of the list of companies that a client pages through. Companies carry no history, so the list itself is kept:
by the hash of its content, for as long as it is among the last few that were asked for."""

import hashlib
import json
import os
import re
from pathlib import Path

from portal.kernel.ids import new_id
from portal.kernel.settings import settings
from portal.shell.public.fields import Row

KEPT = 200
_SHAPE = re.compile(r"[0-9a-f]{32}")


def _folder() -> Path:
    folder = settings().instance / "snapshots"
    folder.mkdir(exist_ok=True)
    return folder


def keep(rows: list[Row]) -> str:
    """Keep the rows and return their name."""
    data = json.dumps(rows, ensure_ascii=False, sort_keys=True).encode()
    name = hashlib.sha256(data).hexdigest()[:32]
    path = _folder() / name
    if path.exists():
        os.utime(path)
        return name
    draft = path.with_suffix(f".{new_id()}")
    draft.write_bytes(data)
    draft.replace(path)
    _forget_oldest()
    return name


def kept(name: str) -> list[Row] | None:
    """The rows of a name; None when they are kept no longer."""
    path = _folder() / name
    if not _SHAPE.fullmatch(name) or not path.exists():
        return None
    rows: list[Row] = json.loads(path.read_bytes())
    return rows


def _forget_oldest() -> None:
    files = [path for path in _folder().iterdir() if _SHAPE.fullmatch(path.name)]
    for path in sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        path.unlink(missing_ok=True)
