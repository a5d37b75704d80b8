"""The page of the open data, the data set as a zip file, and its dictionary."""

from flask import Blueprint, Response, render_template, send_file

from portal.kernel import clock
from portal.kernel.i18n import language
from portal.kernel.settings import settings
from portal.kernel.web import public, request_session
from portal.shell.opendata import archive, dictionary
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
