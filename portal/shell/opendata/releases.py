"""Releases of the open data: each state of the published data once, by its content, kept for good in the instance folder.

A release is a zip file and a line of facts beside it. Its number is the day it was made and the beginning of the SHA-256 over its
files' digests, so that two portals with the same data give the same release, and the same data are never released twice.
"""

import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.db import reading
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.importing import Progress, no_progress
from portal.kernel.jobs import Job
from portal.kernel.settings import settings
from portal.shell.opendata import api
from portal.shell.opendata.dictionary import entries
from scoring.lists import api as lists
from scoring.ratings import api as ratings

_NUMBER = re.compile(r"\d{8}-[0-9a-f]{12}")
TOP = "open-data"


@dataclass(frozen=True)
class Release:
    """A release: its number, its place in time, when it was made, rows by file, bytes of the zip."""

    number: str
    place: int
    made_at: str
    rows: dict[str, int]
    size: int

    @property
    def on(self) -> date:
        """The day it was made."""
        return date.fromisoformat(f"{self.number[:4]}-{self.number[4:6]}-{self.number[6:8]}")


def _folder() -> Path:
    folder = settings().instance / "opendata" / "releases"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def path_of(number: str) -> Path:
    """The zip file of a release. Raises ``NotFound``."""
    path = _folder() / f"{number}.zip"
    if not _NUMBER.fullmatch(number) or not path.exists():
        raise NotFound(_("没有编号为“%(value)s”的数据版本。", value=number[:40]))
    return path


def releases() -> list[Release]:
    """All releases, the newest first."""
    found = []
    for path in _folder().glob("*.json"):
        facts = json.loads(path.read_text(encoding="utf-8"))
        zipped = path.with_suffix(".zip")
        if _NUMBER.fullmatch(path.stem) and zipped.exists():
            found.append(Release(path.stem, facts["place"], facts["made_at"], facts["rows"], zipped.stat().st_size))
    return sorted(found, key=lambda release: release.place, reverse=True)


def content_digest(manifest: dict[str, Any]) -> str:
    """What tells the data of two manifests apart: names and digests of the files, not the moment."""
    lines = "".join(f"{file['name']} {file['sha256']}\n" for file in manifest["files"])
    return hashlib.sha256(lines.encode()).hexdigest()


def release(db: Session, progress: Progress = no_progress) -> tuple[Release, bool]:
    """Release the data of this moment; the newest release, and whether it is new. Until it is whole, nothing of it is kept."""
    with tempfile.TemporaryDirectory(dir=_folder()) as name:
        made, draft = Path(name) / TOP, Path(name) / "draft.zip"
        manifest = api.export(db, made, progress=progress)
        number = f"{clock.today():%Y%m%d}-{content_digest(manifest)[:12]}"
        newest = next(iter(releases()), None)
        if newest is not None and newest.number[9:] == number[9:]:
            return newest, False
        pack(made, draft)
        place = newest.place + 1 if newest else 1
        facts = {
            "place": place,
            "made_at": manifest["made_at"],
            "rows": {file["name"]: file["rows"] for file in manifest["files"]},
        }
        os.replace(draft, _folder() / f"{number}.zip")
        note = Path(name) / "facts.json"
        note.write_text(json.dumps(facts, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        os.replace(note, _folder() / f"{number}.json")
    return next(one for one in releases() if one.number == number), True


def pack(made: Path, target: Path) -> None:
    """The folder of an export as a zip file, with the dictionary of its columns and a word on how to use it."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(made.iterdir()):
            archive.write(file, f"{TOP}/{file.name}")
        archive.writestr(f"{TOP}/about/dictionary.csv", "\ufeff" + _dictionary())
        archive.writestr(f"{TOP}/about/README.txt", README)


def _dictionary() -> str:
    lines = ["file,column,zh,en"]
    for one in entries().values():
        cells = ('"' + text.replace('"', '""') + '"' for text in (one.file, one.column, one.zh, one.en))
        lines.append(",".join(cells))
    return "\r\n".join(lines) + "\r\n"


def lines_of(number: str, file: str) -> Iterator[str]:
    """The lines of one file of a release, without the mark at their beginning; none of a file that it does not have yet."""
    with zipfile.ZipFile(path_of(number)) as archive:
        if f"{TOP}/{file}" not in archive.namelist():
            return
        with archive.open(f"{TOP}/{file}") as lines:
            for at, line in enumerate(lines):
                yield line.decode("utf-8-sig" if at == 0 else "utf-8")


def published_mark(db: Session) -> str:
    """What has been published by now: it changes with a release of figures that becomes public and with an entry of a list."""
    today = clock.today()
    entered = [entry.recorded_at for entry in lists.published(db, today)]
    figures = [made.id for made in ratings.releases(db)]
    return f"{len(figures)}|{figures[-1:]}|{len(entered)}|{max(entered, default='')}"


def _run() -> dict[str, Any]:
    with reading() as db:
        found, is_new = release(db)
        (_folder() / ".mark").write_text(published_mark(db))
    return {"release": found.number, "new": is_new}


def _run_if_published() -> dict[str, Any]:
    """Cheap while nothing was published since the last time."""
    mark = _folder() / ".mark"
    with reading() as db:
        now = published_mark(db)
    return _run() if not mark.exists() or mark.read_text() != now else {}


def jobs() -> list[Job]:
    """The nightly release, and one soon after each publication."""
    return [Job("open-data", _run, cron="40 1 * * *"), Job("open-data-published", _run_if_published, every=60)]


README = """宝安区物业服务监管平台 开放数据 / Open data of the property service supervision portal

每个CSV文件为UTF-8编码，第一行是列名；每一列的含义见dictionary.csv。
manifest.json写明每个文件的SHA-256和行数，manifest.sig是对它的Ed25519签名，public-key.pem是核验签名的公钥。
从平台的 /data/recompute.pyz 下载复算程序，运行 python recompute.pyz 本文件夹，可以重算每个月度、季度和年度结果（需要Python和pandas）。

Every CSV file is UTF-8 with the column names in its first line; dictionary.csv tells what each column means.
manifest.json gives the SHA-256 and rows of every file, manifest.sig is the Ed25519 signature over it, public-key.pem verifies it.
Download /data/recompute.pyz and run python recompute.pyz on this folder: it recomputes every monthly, quarterly and yearly figure
(needs Python and pandas).
"""
