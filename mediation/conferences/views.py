"""Pages of joint conferences: the office's, and the summaries for everybody."""

from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers.response import Response as AnyResponse

from mediation.cases import api as cases
from mediation.conferences import policy, queries, service, words
from mediation.conferences.service import Task
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.divisions import level_of
from portal.kernel.errors import Conflict, DomainError, NotAllowed
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, public, request_session
from portal.registry import api as registry

bp = Blueprint("conferences", __name__, template_folder="templates")
ROWS = 4  # resolutions on one page


@bp.get("/mediation/conferences")
@public
def summaries() -> str:
    """What closed conferences made public."""
    db = request_session()
    return render_template(
        "conferences/summaries.html", found=queries.summaries(db), areas=registry.divisions(db), words=words
    )


@bp.get("/mediation/conferences/manage")
@needs(Permission.MEDIATION_REGISTER)
def index() -> str:
    """The conferences of the office's place, and what waits for one."""
    return _index()


def _index(problem: str = "") -> str:
    db, me = request_session(), actor()
    place = _place()
    level = "community" if level_of(place) in ("street", "community") else "district"
    return render_template(
        "conferences/index.html", found=queries.conferences(db, me), waiting=queries.agenda(db, me, place),
        areas=registry.divisions(db), words=words, cases=cases, problem=problem, said=request.form, place=place,
        level=level, places=_places(),
    )  # fmt: skip


def _places() -> list[tuple[str, str]]:
    """Where this registrar may call a conference: the own place and those below it."""
    areas, me = registry.divisions(request_session()), actor()
    return [(code, one.level) for code, one in areas.items() if policy.may_hold(me, code)]


def _place() -> str:
    """The place asked for, else the own one."""
    me = actor()
    asked = request.values.get("place", "")[:12]
    known = [code for code, _level in _places()]
    home = me.division_code if me.division_code in known or not known else known[0]
    if asked and asked not in known:
        raise NotAllowed(_("这个地方不在您的辖区。"))
    return asked or home or ""


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise DomainError(_("请填写日期。")) from None


@bp.post("/mediation/conferences/manage")
@needs(Permission.MEDIATION_REGISTER)
def call() -> AnyResponse:
    """Call a conference."""
    form, me = request.form, actor()
    try:
        with transaction() as db:
            made = service.call(
                db, me, form.get("level", ""), _place(), _day("meets_on"),
                form.get("members", "").splitlines(), form.getlist("case"), form.get("topics", "").splitlines(),
            )  # fmt: skip
    except Conflict:
        raise
    except DomainError as error:
        return Response(_index(str(error)), 422)
    flash(_("已发出会议安排。"))
    return redirect(url_for(".conference", conference_id=made), 303)


@bp.get("/mediation/conferences/manage/<conference_id>")
@needs(Permission.MEDIATION_REGISTER)
def conference(conference_id: str) -> str:
    """One conference."""
    return _conference(conference_id)


def _conference(conference_id: str, problem: str = "") -> str:
    db = request_session()
    return render_template(
        "conferences/conference.html", found=queries.conference(db, actor(), conference_id), words=words, rows=ROWS,
        areas=registry.divisions(db), problem=problem, said=request.form,
    )  # fmt: skip


def _tasks() -> list[Task]:
    form = request.form
    rows = zip(form.getlist("deed"), form.getlist("body"), form.getlist("due_on"), strict=False)
    found = []
    for deed, body, due_on in rows:
        if deed.strip():
            try:
                found.append(Task(deed, body, date.fromisoformat(due_on)))
            except ValueError:
                raise DomainError(_("请填写日期。")) from None
    return found


@bp.post("/mediation/conferences/manage/<conference_id>/<any(hold, close, cancel):deed>")
@needs(Permission.MEDIATION_REGISTER)
def act(conference_id: str, deed: str) -> AnyResponse:
    """Minutes and resolutions, the end, or calling it off."""
    form, me = request.form, actor()
    seen = int(form["seen"]) if form.get("seen", "").isdecimal() and len(form["seen"]) < 9 else 0
    try:
        with transaction() as db:
            if deed == "hold":
                service.hold(db, me, conference_id, form.get("minutes", ""), _tasks(), seen=seen)
            elif deed == "close":
                service.close(db, me, conference_id, form.get("summary", ""), seen=seen)
            else:
                service.cancel(db, me, conference_id, seen=seen)
    except Conflict:
        raise
    except DomainError as error:
        return Response(_conference(conference_id, str(error)), 422)
    flash(_("已登记。"))
    return redirect(url_for(".conference", conference_id=conference_id), 303)


@bp.post("/mediation/conferences/tasks/<task_id>")
@needs(Permission.MEDIATION_REGISTER)
def done(task_id: str) -> AnyResponse:
    """A task was carried out."""
    with transaction() as db:
        conference_id = service.done(db, actor(), task_id, request.form.get("note", ""))
    flash(_("已登记。"))
    return redirect(url_for(".conference", conference_id=conference_id), 303)
