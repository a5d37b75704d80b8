"""The nightly work: a backup that is restored into a scratch folder, the check of the evidence files, clearing."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from portal.kernel import clock
from portal.kernel.access import system_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.files import StoreAway
from portal.kernel.i18n import _
from portal.kernel.jobs import Job, JobFailed
from portal.kernel.settings import settings
from portal.operations import evidence, leftovers, outcomes, partitions, retention, scratch
from portal.operations.saving import Saved, backup

NAME = "portal-*.backup"
_PATIENCE = 6 * 3600  # seconds for a restore


def folder() -> Path:
    """Where the nightly backups lie (0700)."""
    path = settings().backups
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def backups() -> list[Path]:
    """The nightly backups that are kept, oldest first."""
    return sorted(folder().glob(NAME))


def run_backup() -> Mapping[str, Any]:
    """Save, prove by restoring, then let the oldest go. JobFailed when the backup or its proof fails: then all are kept."""
    target = folder() / f"portal-{clock.now():%Y%m%d-%H%M%S}.backup"
    try:
        saved = backup(target)
    except DomainError as error:
        _note("backup", False, {"error": str(error)})
        raise JobFailed({"failed": "backup"}) from error
    _note("backup", not saved.damaged, _facts(target, saved))
    proof = prove(target, saved.encrypted)
    told = {"file": target.name, "rows": saved.rows, "files": saved.files, **asdict(proof)}
    _note("proof", not proof.wrong, told)
    if proof.wrong or saved.damaged:
        raise JobFailed({"failed": "proof" if proof.wrong else "files"})
    for old in backups()[: -settings().backups_kept]:
        old.unlink()
    return {"rows": saved.rows, "file": target.name}


def _facts(target: Path, saved: Saved) -> dict[str, Any]:
    return {
        "file": target.name, "size": saved.size, "sha256": saved.sha256, "rows": saved.rows, "files": saved.files,
        "encrypted": saved.encrypted, "keys": saved.keys, "damaged": saved.damaged[:evidence.SHOWN],
    }  # fmt: skip


@dataclass(frozen=True)
class Proof:
    """What was wrong with a restored backup (empty: nothing), and the kind of database it was restored into."""

    wrong: str
    database: str


def prove(path: Path, encrypted: bool) -> Proof:
    """Restore a backup into a scratch place in a process of its own and verify the log there.

    The evidence files go into a scratch folder, wherever the portal keeps its own. A backup without keys is verified with the
    keys of the ring.
    """
    folder = Path(tempfile.mkdtemp(prefix=leftovers.SCRATCH, dir=path.parent))
    try:
        with scratch.database(folder) as made:
            return Proof(_restored(path, folder, made.url, encrypted), made.kind)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _restored(path: Path, folder: Path, url: str, encrypted: bool) -> str:
    """What went wrong, or nothing."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("FILES_S3_", "DATABASE_REPLICA_"))
    }
    environment = {
        **kept, "PORTAL_INSTANCE": str(folder), "DATABASE_URL": url,
        "PORTAL_KEYS": str(folder / "keys" if encrypted else settings().keys),
        "PORTAL_BACKUP_KEY": settings().backup_key, "PORTAL_SECRET_KEY": "only for the proof",
    }  # fmt: skip
    try:
        done = subprocess.run(
            [sys.executable, "-m", "portal.operations.proving", str(path)], env=environment, cwd="/",
            capture_output=True, text=True, check=False, timeout=_PATIENCE,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "timeout"
    return (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1][:300] if done.returncode else ""


def run_integrity() -> Mapping[str, Any]:
    """Check the evidence files; JobFailed when any is missing or altered, or the store is away. Orphans are told and do no harm."""
    try:
        with reading() as db:
            found = evidence.check_files(db)
    except StoreAway as error:
        told = _("证据文件的对象存储不能使用（%(error)s），没有核对。", error=error.strerror)
        _note("integrity", False, {"error": told})
        raise JobFailed({"failed": "store"}) from error
    bad = bool(found.missing or found.altered)
    _note("integrity", not bad, found.facts())
    if bad:
        raise JobFailed({"failed": "evidence", "missing": len(found.missing), "altered": len(found.altered)})
    return {"rows": found.checked}


def run_retention() -> Mapping[str, Any]:
    """Clear what its rule keeps no longer, and what killed processes left; JobFailed when the district's terms cannot be read:
    then no record is cleared."""
    left = leftovers.clear(folder())
    try:
        found = retention.clear(system_actor("job:retention"))
    except DomainError as error:
        _note("retention", False, {"error": str(error)})
        raise JobFailed({"failed": "terms"}) from error
    gone = {due.rule.code: due.number for due in found if due.number}
    kept = sum(sum(due.held.values()) for due in found)
    _note("retention", True, {"gone": sum(gone.values()), "held": kept, "rules": gone, "leftovers": left})
    return {"rows": sum(gone.values())}


def run_partitions() -> Mapping[str, Any]:
    """Make the partitions of the years to come (PostgreSQL)."""
    with transaction() as db:
        made = partitions.make_ahead(db)
        outcomes.note(db, "partitions", True, {"made": made})
    return {"rows": len(made)}


def _note(kind: str, ok: bool, facts: Mapping[str, Any]) -> None:
    with transaction() as db:
        outcomes.note(db, kind, ok, facts)


def jobs() -> list[Job]:
    """What the worker runs."""
    return [
        Job("backup", run_backup, cron="0 1 * * *"),
        Job("integrity", run_integrity, cron="0 4 * * *"),
        Job("retention", run_retention, cron="30 4 * * *"),
        Job("partitions", run_partitions, cron="0 5 1 * *"),
    ]
