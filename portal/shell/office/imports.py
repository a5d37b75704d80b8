"""Imports: choose a kind, take its template, try a file, see what would happen, then store it."""

import tempfile
from pathlib import Path

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel import clock, tasks
from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.forms import Form
from portal.kernel.i18n import _
from portal.kernel.importing import ImportKind
from portal.kernel.sheets.template import write_template
from portal.kernel.web import actor, needs, request_session
from portal.shell import wiring
from portal.shell.office.blueprint import bp
from portal.shell.office.running import IMPORT, runners, upload_path

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def kinds_for_me() -> dict[str, ImportKind]:
    """The kinds the person may bring."""
    return {name: kind for name, kind in wiring.kinds().items() if actor().may(kind.permission)}


def _kind(name: str) -> ImportKind:
    if name not in wiring.kinds():
        raise NotFound(_("没有这种导入表。"))
    kind = wiring.kinds()[name]
    require(actor().may(kind.permission))
    return kind


def see_task(task_id: str) -> AnyResponse:
    """Begin the task beside the requests and show its page."""
    thread = tasks.run_in_background(task_id, runners())
    if current_app.testing:
        thread.join()
    return redirect(url_for("office.task", task_id=task_id), 303)


@bp.get("/imports")
@needs(Permission.WORK)
def imports() -> str:
    """What I may import, and what I imported lately."""
    kinds = kinds_for_me()
    require(bool(kinds))
    chosen = request.args.get("kind", "")
    mine = [task for task in tasks.of_person(request_session(), actor().login) if task.kind == IMPORT]
    shown = {"kinds": kinds, "chosen": kinds.get(chosen), "tasks": mine, "problem": ""}
    return render_template("office/imports.html", form=Form(), **shown)


@bp.get("/imports/<kind>/template.xlsx")
@needs(Permission.WORK)
def template(kind: str) -> Response:
    """The blank sheet of a kind."""
    sheet = _kind(kind).sheet
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}.xlsx"
        write_template(sheet, path)
        answer = Response(path.read_bytes(), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename={kind}.xlsx"
    return answer


@bp.post("/imports/<kind>")
@needs(Permission.WORK)
def upload(kind: str) -> AnyResponse:
    """Take a file in and try it; nothing is stored yet."""
    found, file = _kind(kind), request.files.get("file")
    data = file.read() if file else b""
    if file is None or not file.filename or not data:
        return _refuse_upload(found, _("请选择要导入的xlsx或csv文件。"))
    wish = {"kind": kind, "filename": Path(file.filename).name, "on": clock.today().isoformat(), "dry_run": True}
    with transaction() as db:
        task = tasks.start(db, actor(), IMPORT, wish)
        path = upload_path(task.id)
        path.touch(mode=0o600)
        path.write_bytes(data)
    return see_task(task.id)


def _refuse_upload(kind: ImportKind, problem: str) -> AnyResponse:
    shown = {"kinds": kinds_for_me(), "chosen": kind, "tasks": [], "problem": problem}
    return make_response(render_template("office/imports.html", form=Form(), has_errors=True, **shown), 422)


@bp.post("/imports/<task_id>/confirm")
@needs(Permission.WORK)
def confirm(task_id: str) -> AnyResponse:
    """Store a file that was tried."""
    with transaction() as db:
        tried = tasks.view(db, task_id)
        if tried.person != actor().login or tried.kind != IMPORT:
            raise NotFound(_("没有找到这个任务，可能已经过期清理。"))
        _kind(tried.request["kind"])
        if tried.status != "done" or not tried.request["dry_run"]:
            raise DomainError(_("这份文件还没有通过试导入，不能导入。"))
        task = tasks.start(db, actor(), IMPORT, {**tried.request, "upload": tried.id, "dry_run": False})
    return see_task(task.id)
