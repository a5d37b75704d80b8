"""The officers' page of the open data: release them now, and recompute every figure of the newest release."""

from flask import render_template
from werkzeug.wrappers.response import Response as AnyResponse

from portal.kernel import tasks
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.forms import Form
from portal.kernel.web import actor, needs, request_session
from portal.shell.office.imports import see_task
from portal.shell.office.running import title
from portal.shell.opendata import releases
from portal.shell.opendata.tasks import EXPORT, RECOMPUTE
from portal.shell.opendata.views import bp

SHOWN = 10


@bp.get("/office/data")
@needs(Permission.DATA_EXPORT)
def proving() -> str:
    """The newest release, the two buttons, and what I asked for lately."""
    mine = [one for one in tasks.of_person(request_session(), actor().login, 50) if one.kind in (EXPORT, RECOMPUTE)]
    newest = next(iter(releases.releases()), None)
    return render_template(
        "opendata/proving.html", newest=newest, tasks=mine[:SHOWN], title_of=title, form=Form()
    )  # fmt: skip


def _started(kind: str) -> AnyResponse:
    with transaction() as db:
        task = tasks.start(db, actor(), kind, {})
    return see_task(task.id)


@bp.post("/office/data/release")
@needs(Permission.DATA_EXPORT)
def release_now() -> AnyResponse:
    """Release the data of this moment."""
    return _started(EXPORT)


@bp.post("/office/data/recompute")
@needs(Permission.DATA_EXPORT)
def recompute_now() -> AnyResponse:
    """Recompute the newest release."""
    return _started(RECOMPUTE)
