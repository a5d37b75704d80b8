"""The page where all papers of a year are asked for, and the file that they come in."""

from flask import Blueprint, Response, make_response, render_template, send_file
from werkzeug.wrappers.response import Response as AnyResponse
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired

from portal.kernel import tasks
from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import NotFound
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry
from portal.shell.batches.tasks import PAPERS, SHAPES, file_of, may_make, rated, shape_name
from portal.shell.office.imports import see_task
from portal.shell.office.running import title

bp = Blueprint("batches", __name__, template_folder="templates")
SHOWN = 10


class PapersForm(Form):
    """What to make, and for which part of the district (empty: all of it)."""

    shape = RadioField(lazy("制作什么"), [InputRequired(lazy("请选择。"))], default="plaque")
    street = SelectField(lazy("范围"), default="")


def _form() -> PapersForm:
    form, found = PapersForm(), registry.divisions(request_session()).values()
    streets = sorted((d.code, d.name) for d in found if d.level == "street" and may_make(actor(), d.code))
    form.shape.choices = [(shape, shape_name(shape)) for shape in SHAPES]
    form.street.choices = ([("", _("全区各街道"))] if may_make(actor(), "") else []) + streets
    return form


def _page(year: int, form: PapersForm, status: int = 200) -> Response:
    db = request_session()
    mine = [one for one in tasks.of_person(db, actor().login, 50) if one.kind == PAPERS]
    shown = {"year": year, "estates": len(rated(db, year, "")), "tasks": mine[:SHOWN], "title_of": title}
    return make_response(render_template("batches/papers.html", form=form, **shown), status)


@bp.get("/office/papers/<int:year>")
@needs(Permission.YEAR_PREPARE)
def papers(year: int) -> Response:
    """What can be made of a year, and what I asked for lately."""
    return _page(year, _form())


@bp.post("/office/papers/<int:year>")
@needs(Permission.YEAR_PREPARE)
def make_papers(year: int) -> AnyResponse:
    """Make them, beside the requests."""
    form = _form()
    if not form.validate():
        return _page(year, form, 422)
    require(may_make(actor(), form.street.data))
    wish = {"year": year, "shape": form.shape.data, "street": form.street.data}
    with transaction() as db:
        task = tasks.start(db, actor(), PAPERS, wish)
    return see_task(task.id)


@bp.get("/office/papers/<task_id>.zip")
@needs(Permission.YEAR_PREPARE)
def file(task_id: str) -> Response:
    """The finished file, for who asked for it."""
    found = tasks.view(request_session(), task_id)
    if found.person != actor().login or found.kind != PAPERS or not file_of(found.id).exists():
        raise NotFound(_("没有找到这个文件，可能已经过期清理。"))
    name = f"{found.request['shape']}-{found.request['year']}.zip"
    return send_file(file_of(found.id), mimetype="application/zip", as_attachment=True, download_name=name)
