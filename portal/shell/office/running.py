"""What tasks do: the runners behind the import page and the verify button, and those that the slices bring."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from portal.accounts import api as accounts
from portal.kernel import audit, keys, tasks
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.importing import Counts, ImportContext, Progress
from portal.kernel.tasks import Runner, TaskView
from portal.shell import wiring
from portal.shell.importing import run_import

IMPORT = "import"
VERIFY = "audit-verify"


def upload_path(name: str) -> Path:
    """Where an uploaded sheet waits; ``name`` is the id of the task it came with."""
    return tasks.folder() / f"{name}.upload"


def _import(task: TaskView, progress: Progress) -> Mapping[str, Any]:
    """Check a waiting sheet (dry run), or import it. The file goes once it is imported or refused."""
    path, dry_run = upload_path(task.request.get("upload") or task.id), bool(task.request.get("dry_run"))
    if not path.exists():
        raise DomainError(_("上传的文件已经过期清理，请重新上传。"))
    with reading() as db:
        actor = accounts.person_actor_for(db, task.person)
    kind = wiring.kinds()[task.request["kind"]]
    context = ImportContext(on=date.fromisoformat(task.request["on"]), progress=progress)
    try:
        counts = run_import(actor, kind, path.read_bytes(), task.request["filename"], context, dry_run=dry_run)
    except DomainError:
        path.unlink(missing_ok=True)
        raise  # after anything else the file stays: the task is tried again
    if not dry_run:
        path.unlink(missing_ok=True)
    return _told(task.id, counts, dry_run)


def _told(task_id: str, counts: Counts, dry_run: bool) -> dict[str, Any]:
    """The counts; one-time codes are sealed under a key of the task that is destroyed when they are shown."""
    told: dict[str, Any] = {"added": counts.added, "updated": counts.updated, "unchanged": counts.unchanged}
    if counts.notes and not dry_run:
        with transaction() as db:
            told["sealed_notes"] = keys.seal(db, f"task:{task_id}", "\n".join(counts.notes))
            told["notes"] = len(counts.notes)
    return told


def _verify(_task: TaskView, _progress: Progress) -> Mapping[str, Any]:
    with reading() as db:
        rows, found = audit.verify(db)
    return {"rows": rows, **({"seq": found.seq, "found": found.message} if found else {})}


RUNNERS: dict[str, Runner] = {IMPORT: _import, VERIFY: _verify}


def runners() -> dict[str, Runner]:
    """Everything that can be run: the office's own, and what the slices bring."""
    return {**RUNNERS, **{name: kind.run for name, kind in wiring.task_kinds().items()}}


def title(task: TaskView) -> str:
    """What a task is called in lists."""
    if task.kind == IMPORT:
        return str(task.request["filename"]) + (_("（试导入）") if task.request.get("dry_run") else "")
    kind = wiring.task_kinds().get(task.kind)
    return kind.title(task) if kind else _("校验操作日志")
