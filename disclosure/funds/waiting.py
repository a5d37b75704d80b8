"""Uploaded bank files between preview and take-over: in the instance folder, for the person who brought them, for a day."""

import json
from dataclasses import dataclass
from pathlib import Path

from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.settings import settings

KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Waiting:
    """A file that waits: its bytes, its name, and the format that was chosen ("": told from the content)."""

    id: str
    account_code: str
    name: str
    format: str
    data: bytes


def _folder() -> Path:
    path = settings().instance / "bank-uploads"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def put(login: str, account_code: str, name: str, data: bytes) -> str:
    """Keep a file; older ones than a day go."""
    folder, waiting_id = _folder(), new_id()
    for path in folder.iterdir():
        if clock.now().timestamp() - path.stat().st_mtime > KEPT_SECONDS:
            path.unlink(missing_ok=True)
    path = folder / f"{waiting_id}.file"
    path.touch(mode=0o600)
    path.write_bytes(data)
    _write(waiting_id, {"login": login, "account": account_code, "name": name, "format": ""})
    return waiting_id


def _write(waiting_id: str, facts: dict[str, str]) -> None:
    path = _folder() / f"{waiting_id}.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")


def get(login: str, account_code: str, waiting_id: str) -> Waiting:
    """A file of this person and account. NotFound for any other, and once it is gone."""
    path = _folder() / f"{waiting_id}.json"
    facts = json.loads(path.read_text(encoding="utf-8")) if waiting_id.isalnum() and path.exists() else {}
    file = path.with_suffix(".file")
    if facts.get("login") != login or facts.get("account") != account_code or not file.exists():
        raise NotFound(_("上传的文件已经过期清理，请重新上传。"))
    return Waiting(waiting_id, account_code, facts["name"], facts["format"], file.read_bytes())


def choose_format(login: str, waiting: Waiting, format_name: str) -> None:
    """Read the file by this layout from now on."""
    facts = {"login": login, "account": waiting.account_code, "name": waiting.name, "format": format_name}
    _write(waiting.id, facts)


def drop(waiting_id: str) -> None:
    """The file was taken over, or nobody wants it."""
    for ending in ("json", "file"):
        (_folder() / f"{waiting_id}.{ending}").unlink(missing_ok=True)
