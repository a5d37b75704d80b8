"""The nightly work: a backup that is restored into a scratch folder, the check of the evidence files, clearing."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from portal.kernel import audit, clock
from portal.kernel.access import system_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.jobs import Job, JobFailed
from portal.kernel.settings import settings
from portal.operations import evidence, outcomes, partitions, retention
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
    wrong = prove(target, saved.encrypted)
    _note("proof", not wrong, {"file": target.name, "rows": saved.rows, "files": saved.files, "wrong": wrong})
    if wrong or saved.damaged:
        raise JobFailed({"failed": "proof" if wrong else "files"})
    for old in backups()[: -settings().backups_kept]:
        old.unlink()
    return {"rows": saved.rows, "file": target.name}


def _facts(target: Path, saved: Saved) -> dict[str, Any]:
    return {
        "file": target.name, "size": saved.size, "sha256": saved.sha256, "rows": saved.rows, "files": saved.files,
        "encrypted": saved.encrypted, "keys": saved.keys, "damaged": saved.damaged[:evidence.SHOWN],
    }  # fmt: skip


def prove(path: Path, encrypted: bool) -> str:
    """Restore a backup into a scratch folder in a process of its own and verify the log there; what went wrong, or nothing.

    The scratch database is SQLite whatever the portal runs on. A backup without keys is verified with the keys of the ring.
    """
    scratch = Path(tempfile.mkdtemp(prefix=".proof-", dir=path.parent))
    environment = {
        **os.environ, "PORTAL_INSTANCE": str(scratch), "DATABASE_URL": f"sqlite:///{scratch / 'portal.db'}",
        "PORTAL_KEYS": str(scratch / "keys" if encrypted else settings().keys),
        "PORTAL_BACKUP_KEY": settings().backup_key, "PORTAL_SECRET_KEY": "only for the proof",
    }  # fmt: skip
    try:
        done = subprocess.run(
            [sys.executable, "-m", "portal.operations.proving", str(path)], env=environment, cwd="/",
            capture_output=True, text=True, check=False, timeout=_PATIENCE,
        )  # fmt: skip
        if done.returncode:
            return (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1][:300]
    except subprocess.TimeoutExpired:
        return "timeout"
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return ""


def run_integrity() -> Mapping[str, Any]:
    """Check the evidence files; JobFailed when any is missing or altered. Orphans are told and do no harm."""
    with reading() as db:
        found = evidence.check_files(db)
    bad = bool(found.missing or found.altered)
    _note("integrity", not bad, found.facts())
    if bad:
        raise JobFailed({"failed": "evidence", "missing": len(found.missing), "altered": len(found.altered)})
    return {"rows": found.checked}


def run_retention() -> Mapping[str, Any]:
    """Delete what its rule keeps no longer."""
    with transaction() as db:
        gone = retention.clear(db)
        outcomes.note(db, "retention", True, gone)
        if sum(gone.values()):
            audit.record(db, system_actor("job:retention"), "retention.cleared", "portal", gone)
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
