"""How the portal runs: backups and their proof, evidence files, the log's check, tasks, sizes; and a person's own tasks."""

import json
from dataclasses import dataclass
from datetime import datetime

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel import counters, jobs, task_wishes, tasks
from portal.kernel.access import Permission
from portal.kernel.formats import file_size, number_text
from portal.kernel.forms import Form
from portal.kernel.i18n import _
from portal.kernel.settings import settings
from portal.kernel.web import actor, needs, request_session, signed_in
from portal.operations import api as operations
from portal.shell.office import words
from portal.shell.office.blueprint import bp
from portal.shell.office.running import title

RUNS = 20


@dataclass(frozen=True)
class Line:
    """One line of the state: what, when, a tone with its word, and a sentence."""

    label: str
    at: datetime | None
    tone: str
    word: str
    said: str


def _line(label: str, found: operations.Outcome | None) -> Line:
    if found is None:
        return Line(label, None, "plain", _("还没有运行过"), "")
    return Line(label, found.at, "ok" if found.ok else "late", _("正常") if found.ok else _("有问题"),
                words.operation_words(found))  # fmt: skip


def _audit_line(db: Session) -> Line:
    last, label = jobs.last_run(db, jobs.AUDIT_CHECK), words.job_words(jobs.AUDIT_CHECK)
    if last is None:
        return Line(label, None, "plain", _("还没有运行过"), "")
    tone = "plain" if last.outcome is None else "ok" if last.outcome == "ok" else "late"
    word = {"plain": _("正在运行"), "ok": _("正常"), "late": _("有问题")}[tone]
    told = words.outcome_words(last.job, last.outcome, json.loads(last.message or "{}"))
    return Line(label, last.finished_at or last.started_at, tone, word, told)


def _sizes(db: Session) -> list[dict[str, str]]:
    slow = int(counters.sums().get("portal_slow_queries_total", 0))
    kept = operations.backups()
    bound = _("服务启动以来%(ms)s毫秒及以上的", ms=settings().slow_query_ms)
    return [
        {"label": _("数据库大小"), "value": file_size(operations.database_size(db))},
        {"label": _("慢查询"), "value": _("%(n)s次（%(bound)s）", n=number_text(slow), bound=bound)},
        {"label": _("保存的备份"), "value": _("%(n)s份，共%(size)s", n=len(kept), size=file_size(sum(p.stat().st_size for p in kept)))},
        {"label": _("备份加密"), "value": _("已加密，含密钥") if settings().backup_key else _("没有加密，不含密钥")},
    ]  # fmt: skip


@bp.get("/office/operations")
@needs(Permission.JOBS_READ)
def operations_state() -> str:
    """The whole state on one page."""
    db = request_session()
    by_kind = {found.kind: found for found in operations.latest(db)}
    lines = [_line(label, by_kind.get(kind)) for kind, label in words.operation_labels()]
    runs = [
        (run, words.outcome_words(run.job, run.outcome, json.loads(run.message or "{}")))
        for run in jobs.recent_runs(db, RUNS)
    ]
    return render_template(
        "office/operations.html", lines=[*lines, _audit_line(db)], sizes=_sizes(db), runs=runs,
        tasks=tasks.newest(db, 30), title_of=title, job_words=words.job_words, form=Form(),
    )  # fmt: skip


@bp.get("/tasks")
@signed_in
def my_tasks() -> str:
    """What I started, newest first."""
    return render_template(
        "office/my_tasks.html", tasks=tasks.of_person(request_session(), actor().login, 50), title_of=title,
        form=Form(),
    )  # fmt: skip


def _back(task_id: str) -> AnyResponse:
    """To where the button was."""
    if request.form.get("back") == "operations" and actor().may(Permission.JOBS_READ):
        return redirect(url_for("office.operations_state", _anchor="tasks"), 303)
    return redirect(url_for("office.task", task_id=task_id), 303)


@bp.post("/tasks/<task_id>/cancel")
@signed_in
def cancel_task(task_id: str) -> AnyResponse:
    """Stop a task: its person may, and the administrator."""
    task_wishes.cancel(actor(), task_id)
    return _back(task_id)


@bp.post("/tasks/<task_id>/again")
@signed_in
def task_again(task_id: str) -> AnyResponse:
    """Queue a task once more that failed or was cancelled."""
    task_wishes.again(actor(), task_id)
    return _back(task_id)
