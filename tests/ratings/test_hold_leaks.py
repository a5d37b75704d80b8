"""During a hold no public address shows a held figure, whatever is asked; at 00:00 after it the pages show it."""

import io
import zipfile
from datetime import date, timedelta
from itertools import product

import pytest
from werkzeug.routing import AnyConverter

from portal.kernel import clock, pdf
from portal.kernel.db import reading, transaction
from portal.kernel.periods import Quarter, Year
from portal.kernel.points import print_cp
from portal.kernel.web import PUBLIC_ACCESS
from portal.shell.app import declared_access
from scoring.ratings import api as ratings
from tests.ratings import district as d
from tests.security.doors import STAND_INS

Q1, Q2 = Quarter.parse("2025Q1"), Quarter.parse("2025Q2")
ESTATE, QUARTER_ON, YEAR_ON = "E-2", date(2025, 7, 21), date(2026, 1, 20)
ODD = {"XF01": "2", "ZH06": "zero", "SB02": "fail"}  # gives scores that stand on no page by chance
REASON = "更正的理由不早于结果公开"
LATER = "2099-12-31"
# where the figures of the held estate stand once they are public
OF_QUARTER = {
    f"/api/v1/quarters/{Q2}/scores",
    f"/estates/{ESTATE}",
    f"/estates/{ESTATE}.json",
    f"/quarters/{Q2}",
    f"/quarters/{Q2}.csv",
    f"/quarters/{Q2}.json",
    f"/quarters/{Q2}/estates/{ESTATE}",
}
OF_YEAR = {
    "/api/v1/ratings/2025",
    f"/estates/{ESTATE}",
    "/ratings/2025",
    "/ratings/2025.csv",
    f"/ratings/2025/estates/{ESTATE}",
}


@pytest.fixture(autouse=True)
def _legible_papers(monkeypatch):
    """What stands on a paper is read as it is handed to the printer: inside a PDF it is packed."""
    monkeypatch.setattr(pdf, "render", lambda html, **_about: html.encode())


@pytest.fixture
def district(app):
    """A public first quarter without a score, and checks of the second one."""
    d.found_district({"E-1": ("commodity", d.COMMUNITIES[0]), ESTATE: ("commodity", d.COMMUNITIES[1])})
    with clock.on(date(2025, 7, 2)), transaction() as db:
        for month in ("2025-01", "2025-02"):
            d.add_check(db, ESTATE, month, ODD | {"XF02": "1"}, "confirmed")
        for month in ("2025-04", "2025-05"):
            d.add_check(db, ESTATE, month, ODD, "confirmed")
        ratings.publish_quarter(db, d.CLI, Q1, on=date(2025, 4, 10))
    return app


def addresses(app) -> list[str]:
    """Every public GET of the portal, with the held estate, its company and both periods where a part is named."""
    values = {**STAND_INS, "code": ESTATE, "uscc": d.USCC[0], "quarter": str(Q2), "period": str(Q2)}
    found = []
    with app.test_request_context():
        access = declared_access(app)
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or access.get(rule.endpoint) != PUBLIC_ACCESS:
                continue
            choices = {
                name: sorted(part.items) for name, part in rule._converters.items() if isinstance(part, AnyConverter)
            }
            for chosen in product(*choices.values()):
                filled = {name: values.get(name, "x1") for name in rule.arguments} | dict(
                    zip(choices, chosen, strict=True)
                )
                found.append(app.url_for(rule.endpoint, **filled))
    return sorted(set(found))


ASKED = ("", f"?as_of={LATER}&q={ESTATE}")
FILES = (".xlsx", ".zip")  # the same rows as their csv; a workbook takes long to write


def shown(app, figures: set[str], asked=ASKED, where=None) -> dict[str, set[str]]:
    """Address to the figures that its answer holds; of all addresses, or of some."""
    client, found = app.test_client(), {}
    for address in where or addresses(app):
        for query in asked[:1] if address.endswith(FILES) else asked:
            answer = client.get(address + query, strict=False)
            assert answer.status_code < 500, address + query
            text = _text(answer)
            answer.close()
            if seen := {figure for figure in figures if figure in text}:
                found[address + query] = seen
    return found


def _text(answer) -> str:
    data = answer.get_data()
    if data[:2] != b"PK":  # workbooks and the data set are zip files
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def test_a_held_quarter_shows_nowhere(district):
    with clock.on(QUARTER_ON), transaction() as db:
        ratings.publish_quarter(db, d.CLI, Q2, on=QUARTER_ON)
    with clock.on(QUARTER_ON + timedelta(days=1)), transaction() as db:
        d.add_check(db, ESTATE, "2025-06", ODD | {"XF02": "3"}, "confirmed")
        ratings.publish_quarter(db, d.CLI, Q2, on=clock.today(), reason=REASON)
        rows = ratings.quarter_rows(db, Q2, ratings.RELEASED).set_index("estate_code")
        figures = {print_cp(int(rows.loc[ESTATE, "score_cp"])), REASON}
        (made,) = ratings.held(db)
    with clock.at(clock.day_start(made.public_from) - timedelta(seconds=1)):
        assert shown(district, figures) == {}
    with clock.at(clock.day_start(made.public_from)):
        assert set(shown(district, figures, ASKED[:1], OF_QUARTER)) == OF_QUARTER


def test_a_held_year_shows_nowhere_and_counts_nowhere(district, client):
    with clock.on(YEAR_ON), transaction() as db:
        ratings.publish_quarter(db, d.CLI, Q2, on=QUARTER_ON)
        for code in ("E-1", ESTATE):
            d.add_year_facts(db, code, 9137)
        ratings.publish_year(db, d.CLI, Year(2025), on=YEAR_ON)
        rows = ratings.rating_rows(db, 2025, ratings.RELEASED).set_index("estate_code")
        total = print_cp(int(rows.loc[ESTATE, "total_cp"]))
        assert rows.loc[ESTATE, "stars"] >= 4
        (made,) = ratings.held(db)
    credit = f"/api/v1/enterprises/{d.USCC[0]}"
    with clock.at(clock.day_start(made.public_from) - timedelta(seconds=1)):
        assert shown(district, {total}) == {}
        before = client.get(credit).get_json()["credit"]
    with clock.at(clock.day_start(made.public_from)):
        assert set(shown(district, {total}, ASKED[:1], OF_YEAR)) == OF_YEAR
        after = client.get(credit).get_json()["credit"]
        with reading() as db:
            assert not ratings.held(db)
    assert (before["score"], before["events"]) == ("80.00", [])
    assert float(after["score"]) > float(before["score"])
