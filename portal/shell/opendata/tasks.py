"""Long work on the open data that an officer asks for: a release now, and the recomputation of the newest one."""

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import url_for

from portal.accounts import api as accounts
from portal.kernel import audit
from portal.kernel.access import Permission, require
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.formats import number_text
from portal.kernel.i18n import _
from portal.kernel.importing import Progress
from portal.kernel.task_kinds import Ended, TaskKind
from portal.kernel.tasks import TaskView
from portal.shell.opendata import program, releases

EXPORT = "open-data-release"
RECOMPUTE = "recompute"
SHOWN = 20  # cells that differ
_LOOK = 0.4  # seconds between two looks at the running program
_SUM = re.compile(r"(\d+) values recomputed, (\d+) differ(?:, (\d+) faults in the files)?")


def _export(task: TaskView, progress: Progress) -> Mapping[str, Any]:
    """Release the data of this moment; a new release is a deed of who asked for it."""
    with reading() as db:
        actor = accounts.person_actor_for(db, task.person)
        require(actor.may(Permission.DATA_EXPORT))
        found, is_new = releases.release(db, progress)
    if is_new:
        with transaction() as db:
            audit.record(db, actor, "open-data.released", f"release:{found.number}", {"rows": sum(found.rows.values())})
    return {"release": found.number, "new": is_new, "rows": sum(found.rows.values())}


def _recompute(_task: TaskView, progress: Progress) -> Mapping[str, Any]:
    """Run the public program on the newest release, in a process of its own, which dies when the task is cancelled."""
    newest = next(iter(releases.releases()), None)
    if newest is None:
        raise DomainError(_("还没有数据版本，请先生成一个。"))
    progress("recompute", 0, 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with zipfile.ZipFile(releases.path_of(newest.number)) as archive:
            archive.extractall(folder)
        (folder / "recompute.pyz").write_bytes(program.packed())
        lines = _ran(folder, progress)
    *cells, last = lines or [""]
    told = _SUM.fullmatch(last)
    if told is None:
        raise DomainError(_("数据版本%(number)s不能复算：%(why)s", number=newest.number, why=last[:300]))
    compared, differ, faults = (int(number or 0) for number in told.groups())
    counts = {"compared": compared, "differ": differ, "faults": faults}
    return {"release": newest.number, **counts, "lines": cells[:SHOWN]}


def _ran(folder: Path, progress: Progress) -> list[str]:
    """The lines that the program printed. It sees its files alone: no settings, no database."""
    command = [sys.executable, "-I", "recompute.pyz", releases.TOP]
    with (folder / "said.txt").open("wb") as said:
        running = subprocess.Popen(command, cwd=folder, env={"OMP_NUM_THREADS": "1"}, stdout=said, stderr=said)
        try:
            while True:
                try:
                    running.wait(_LOOK)
                    break
                except subprocess.TimeoutExpired:
                    progress("recompute", 0, 0)
        finally:
            if running.poll() is None:
                running.kill()
                running.wait()
    return (folder / "said.txt").read_text(encoding="utf-8", errors="replace").splitlines()


def _export_ended(task: TaskView) -> Ended:
    facts = task.result
    number, rows = facts["release"], number_text(facts["rows"])
    link = (url_for("opendata.proving"), _("返回数据核对"))
    if facts["new"]:
        return Ended(_("已生成数据版本%(number)s，共%(rows)s行。", number=number, rows=rows), link=link)
    return Ended(_("数据没有变化，最新版本仍是%(number)s。", number=number), link=link)


def _recompute_ended(task: TaskView) -> Ended:
    facts, link = task.result, (url_for("opendata.proving"), _("返回数据核对"))
    said = _("数据版本%(number)s：复算了%(n)s个数值，%(differ)s个不一致。", number=facts["release"],
             n=number_text(facts["compared"]), differ=number_text(facts["differ"]))  # fmt: skip
    wrong = facts["differ"] + facts["faults"]
    if facts["faults"]:
        said += _("文件有%(n)s处问题。", n=number_text(facts["faults"]))
    if wrong > len(facts["lines"]):
        said += _("下面列出前%(n)s处。", n=len(facts["lines"]))
    return Ended(said, is_good=not wrong, lines=tuple(facts["lines"]), link=link)


TASKS = (
    TaskKind(EXPORT, _export, lambda _task: _("生成开放数据版本"), _export_ended),
    TaskKind(RECOMPUTE, _recompute, lambda _task: _("复算最新数据版本"), _recompute_ended),
)
