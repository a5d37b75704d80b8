"""The page of a long task: progress, then the result. Only who started it sees it; an administrator sees how it went, without
the cells of the file, which can hold what the administrator may not read."""

from dataclasses import replace

from flask import Response, make_response, render_template

from portal.kernel import clock, keys, tasks
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.forms import Form
from portal.kernel.i18n import _
from portal.kernel.web import actor, request_session, signed_in
from portal.shell import wiring
from portal.shell.office import words
from portal.shell.office.blueprint import bp
from portal.shell.office.running import IMPORT, VERIFY, title, upload_path

REFRESH = 2  # seconds


def _mine(task: tasks.TaskView) -> tasks.TaskView:
    if task.person != actor().login and not actor().may(Permission.JOBS_READ):
        raise NotFound(_("没有找到这个任务，可能已经过期清理。"))
    return task


@bp.get("/tasks/<task_id>")
@signed_in
def task(task_id: str) -> Response:
    """Where it stands; the page comes again by itself until the task is over."""
    db = request_session()
    found = _mine(tasks.view(db, task_id))
    told = found if found.person == actor().login else replace(found, result={**found.result, "problems": []})
    shown = {"task": told, "stage": words.stage_words(found.stage), "form": Form(), "codes": None}
    if found.kind == IMPORT:
        shown["kind"] = wiring.kinds()[found.request["kind"]]
        shown["may_confirm"] = found.person == actor().login and upload_path(found.id).exists()
        shown["has_codes"] = found.person == actor().login and _codes_wait(found)
    if found.kind == VERIFY and found.status == "done":
        shown["verdict"] = words.audit_words(found.result)
    if (kind := wiring.task_kinds().get(found.kind)) is not None:
        shown["name"] = title(found)
        shown["ended"] = kind.ended(found) if found.status == "done" else None
    answer = make_response(render_template("office/task.html", **shown))
    if not found.is_over:
        answer.headers["Refresh"] = str(REFRESH)
    return answer


def _codes_wait(found: tasks.TaskView) -> bool:
    key = request_session().get(keys.SubjectKey, f"task:{found.id}")
    return "sealed_notes" in found.result and key is not None and key.wrapped is not None


@bp.post("/tasks/<task_id>/codes")
@signed_in
def codes(task_id: str) -> str:
    """Show the one-time codes of an import once: the key that seals them is destroyed with it."""
    with transaction() as db:
        found = tasks.view(db, task_id)
        if found.person != actor().login:
            raise NotFound(_("没有找到这个任务，可能已经过期清理。"))
        sealed = found.result.get("sealed_notes")
        text = keys.unseal(db, f"task:{task_id}", sealed) if sealed else None
        if text is None:
            raise DomainError(_("登录码已经显示过，不能再看。忘记的，请在人员页面生成新的登录码。"))
        keys.destroy(db, f"task:{task_id}", clock.now())
    lines = [line.split(": ", 1) for line in text.splitlines()]
    return render_template("office/codes.html", lines=lines, task=found)
