"""Releases of the open data: kept by content, compared with one another, and every star recomputed in a browser."""

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest

from portal.kernel import clock
from portal.kernel.db import reading
from portal.shell.opendata import changes, releases, star
from tests.registry.sheets import USCC, bring
from tests.shell.public_district import ESTATES, GOOD, PRIVATE
from tests.shell.public_fixtures import instance  # noqa: F401

TODAY = date(2026, 11, 22)
SCRIPT = Path(releases.__file__).parents[1] / "static" / "js" / "star.js"


@pytest.fixture(autouse=True)
def today(instance):  # noqa: F811
    with clock.on(TODAY):
        yield


def _release():
    with reading() as db:
        return releases.release(db)


def _inputs(code: str) -> dict:
    with reading() as db:
        return star.inputs(db, 2025, code)


def _rename() -> None:
    bring(
        "estates",
        "estate_code,name,kind,division_code,address,households\nBA-002,碧海新庭,commodity,440306017010,,500\n",
    )


def test_the_same_data_are_released_once(client):
    first, is_new = _release()
    again, is_new_again = _release()
    assert (is_new, is_new_again, again) == (True, False, first)
    _rename()
    second, is_new = _release()
    assert is_new
    assert [one.number for one in releases.releases()] == [second.number, first.number]
    page = client.page("/data")
    assert first.number in page.text
    assert second.number in page.text


def test_a_release_explains_itself_and_recomputes(client, tmp_path):
    from scoring.recompute import recompute

    made, _new = _release()
    with client.get(f"/data/releases/{made.number}.zip") as answer:
        data = answer.get_data()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path)
    rows = list(csv.DictReader((tmp_path / "open-data/about/dictionary.csv").read_text("utf-8-sig").splitlines()))
    assert {"open-data/manifest.json", "open-data/about/README.txt"} <= set(names)
    assert {row["file"] for row in rows} >= {"ratings.csv", "lists.csv"}
    report = recompute(tmp_path / "open-data")
    assert report.compared > 100
    assert not report.differences
    assert not report.faults


def test_no_private_value_is_in_a_release_or_a_feed(client):
    made, _new = _release()
    texts = [client.get(path).text for path in (
        "/feeds/lists/red.atom", "/feeds/corrections.json", f"/feeds/estates/{GOOD}.atom", f"/feeds/enterprises/{USCC[0]}.atom",
        "/feeds", "/data/changes", f"/data/star/2025/{GOOD}.json", f"/estates/{GOOD}/distribution.json",
    )]  # fmt: skip
    with zipfile.ZipFile(releases.path_of(made.number)) as archive:
        texts += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    for value in PRIVATE:
        assert not any(value in text for text in texts), value


def test_changes_between_two_releases(client):
    old, _new = _release()
    _rename()
    new, _new = _release()
    found = {
        (one.file, one.key, one.change, one.column): (one.old, one.new)
        for one in changes.between(old.number, new.number)
    }
    assert found["estates.csv", "BA-002", "changed", "name"] == ("碧海云庭", "碧海新庭")
    assert {key[0] for key in found} == {"estates.csv"} | (
        {"lists.csv"} if any(k[0] == "lists.csv" for k in found) else set()
    )
    page = client.page(f"/data/changes?from={old.number}&to={new.number}").text
    assert "碧海新庭" in page
    rows = list(
        csv.DictReader(
            client.get(f"/data/changes.csv?from={old.number}&to={new.number}").text.lstrip("\ufeff").splitlines()
        )
    )
    assert {
        "file": "estates.csv",
        "key": "BA-002",
        "change": "changed",
        "column": "name",
        "old": "碧海云庭",
        "new": "碧海新庭",
    } in rows
    assert not list(changes.between(new.number, new.number))
    assert client.get("/data/changes?from=20200101-000000000000").status_code == 404
    assert client.get("/data/releases/..%2F..%2Fportal.zip").status_code == 404


def test_the_job_releases_what_was_published_and_rests_otherwise():
    assert releases._run_if_published()["new"]
    assert releases._run_if_published() == {}
    _rename()
    assert releases._run_if_published() == {}, "a change of the register waits for the night"
    assert releases._run()["new"]


def test_who_recomputes_first_makes_the_first_release(client):
    assert client.get("/data/changes").status_code == 200
    assert releases.releases() == []
    assert client.get(f"/data/star/2025/{GOOD}").status_code == 200
    assert len(releases.releases()) == 1
    assert client.get("/data/star/2025/NO-SUCH").status_code == 404
    assert client.get("/data/star/1999/BA-002").status_code == 404


def test_the_browser_recomputes_every_star(browser, client):
    """The page's own script on the page's own inputs: equal to the figures of ``scoring.rules`` for every estate."""
    _release()
    page = browser.new_page()
    page.add_script_tag(path=str(SCRIPT))
    seen = set()
    for code in ESTATES:
        found = page.evaluate("input => starCheck.compute(input)", _inputs(code))
        assert found["same"], [step for step in found["steps"] if not step["same"]]
        seen.add(found["steps"][-2]["value"])
        assert len(found["steps"]) > 8
    assert seen >= {"rated", "pending", "vetoed", "not_eligible"}
    page.close()


def _spoilt(content: dict, part: str) -> dict:
    """The inputs with one thing changed."""
    if part == "results":
        found = {row["item_code"] for row in content["results"]}
        free = next(row for row in content["standards"] if row["deduction"] == "T" and row["item_code"] not in found)
        content["results"].append({"month": "2025-02", "item_code": free["item_code"], "result": "zero"})
    elif part == "contracts":
        content["contracts"].clear()
    else:
        content[part] |= {"stars": "3"} if part == "rating" else {"score": "10.00"}
    return content


def test_the_browser_notices_a_wrong_figure(browser, client):
    _release()
    page = browser.new_page()
    page.add_script_tag(path=str(SCRIPT))
    for part in ("results", "rating", "survey", "contracts"):
        content = _spoilt(json.loads(json.dumps(_inputs(GOOD))), part)
        assert not page.evaluate("input => starCheck.compute(input)", content)["same"], part
    page.close()
