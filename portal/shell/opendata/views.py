"""The page of the open data, the data set as a zip file, and its dictionary."""

from flask import Blueprint, Response, render_template, request, send_file

from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _, language
from portal.kernel.settings import settings
from portal.kernel.web import public, request_session
from portal.registry import api as registry
from portal.shell.opendata import archive, dictionary, program, releases, star
from portal.shell.opendata import changes as changed
from portal.shell.public.answers import Table, json_answer, table_answer
from portal.shell.public.api import openapi
from scoring.ratings import api as ratings
from scoring.rules.rulesets import all_rule_sets
from scoring.standards import api as standards

bp = Blueprint("opendata", "portal.shell.opendata", template_folder="templates")
DICTIONARY = ("file", "column", "zh", "en")


@public
def data() -> str:
    """What there is, what it means, how to recompute it, how to call the API."""
    db = request_session()
    quarters, years = ratings.quarters(db), ratings.years(db)
    return render_template(
        "opendata/data.html", files=dictionary.dictionary(), rules=all_rule_sets(), quarters=quarters, years=years,
        versions=standards.published_versions(db), paths=openapi.description()["paths"], base=settings().base_url,
        language=language, on=clock.today(),
        releases=releases.releases()[:12],
    )  # fmt: skip


@public
def data_json() -> Response:
    """Files, columns and rule sets as JSON."""
    files = [{"name": file.name, "about": file.text, "columns": dict(file.columns)} for file in dictionary.dictionary()]
    return json_answer(
        {"files": files, "rule_sets": [rules.data for rules in all_rule_sets()], "zip": "/data/open-data.zip"}
    )


@bp.get("/data/open-data.zip")
@public
def download() -> Response:
    """The whole data set of this moment."""
    path = archive.zipped(request_session())
    name = f"open-data-{clock.today().isoformat()}.zip"
    response = send_file(path, mimetype="application/zip", as_attachment=True, download_name=name, max_age=60)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@bp.get("/data/releases/<number>.zip")
@public
def release_zip(number: str) -> Response:
    """One release as it was made."""
    path = releases.path_of(number)
    response = send_file(
        path, mimetype="application/zip", as_attachment=True, download_name=f"open-data-{number}.zip", max_age=86400
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@bp.get("/data/recompute.pyz")
@public
def recompute_program() -> Response:
    """The program that recomputes every figure from the data set, as one file."""
    response = Response(program.packed(), mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="recompute.pyz"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _pair() -> tuple[releases.Release | None, releases.Release | None]:
    """The two releases asked for; the last two when none are."""
    held = {one.number: one for one in releases.releases()}
    newest = list(held.values())
    asked = [request.args.get(name, "") for name in ("from", "to")]
    for number in asked:
        if number and number not in held:
            raise NotFound(_("没有编号为“%(value)s”的数据版本。", value=number[:40]))
    new = held.get(asked[1]) or next(iter(newest), None)
    old = held.get(asked[0]) or next(iter(newest[1:2]), new)
    return old, new


@bp.get("/data/changes")
@public
def changes() -> str:
    """What changed between any two releases."""
    old, new = _pair()
    found = changed.summary(old.number, new.number) if old and new else []
    texts = {file.name: file.text for file in dictionary.dictionary()}
    return render_template("opendata/changes.html", old=old, new=new, found=found, all=releases.releases(), texts=texts)


@bp.get("/data/changes.<any(json, csv, xlsx):ending>", endpoint="changes_table")
@public
def changes_table(ending: str) -> Response:
    """Every change as a table."""
    old, new = _pair()
    rows = [vars(one) for one in changed.between(old.number, new.number)] if old and new else []
    about = {"from": old.number if old else None, "to": new.number if new else None}
    return table_answer(Table(f"changes-{about['from']}-{about['to']}"[:60], changed.COLUMNS, rows, about), ending)


def _star_words() -> dict[str, str]:
    from_portal = {
        "month": _("月度得分"), "quarter": _("季度得分"), "component": _("部分："), "total": _("年度总分"), "status": _("状态"),
        "stars": _("星级"), "survey": _("业主满意度"), "management": _("管理评价"), "comprehensive": _("综合评价"),
        "collection": _("物业费收缴率"), "rated": _("已评定"), "pending": _("待补齐"), "vetoed": _("一票否决"),
        "not_eligible": _("不参评"), "same": _("一致"), "differs": _("不一致"), "step": _("步骤"), "formula": _("算式"),
        "here": _("算出"), "published": _("公布的数"), "result": _("对照"),
        "all_same": _("每一步都和公布的数一致。"), "some_differ": _("有的步骤和公布的数不一致，请告诉我们。"),
    }  # fmt: skip
    return {name: str(text) for name, text in from_portal.items()}


@bp.get("/data/star/<int:year>/<code>")
@public
def star_page(year: int, code: str) -> str:
    """A rating recomputed by the reader's browser from the published inputs."""
    found = star.inputs(request_session(), year, code.upper())
    release = next(one for one in releases.releases() if one.number == found["release"])
    estate = registry.estate(request_session(), code.upper())
    content = star.script_safe({"inputs": found, "words": _star_words()})
    return render_template("opendata/star.html", year=year, estate=estate, content=content, release=release)


@bp.get("/data/star/<int:year>/<code>.json")
@public
def star_inputs(year: int, code: str) -> Response:
    """The published inputs of a rating."""
    return json_answer(star.inputs(request_session(), year, code.upper()))


@bp.get("/data/dictionary.<any(json, csv, xlsx):ending>")
@public
def dictionary_table(ending: str) -> Response:
    """The data dictionary as a table."""
    rows = []
    for file in dictionary.dictionary():
        for column in ("", *(name for name, _text in file.columns)):
            found = dictionary.meaning(file.name, column)
            rows.append({"file": file.name, "column": column, "zh": found.zh, "en": found.en})
    return table_answer(Table("dictionary", DICTIONARY, rows, {}), ending)
