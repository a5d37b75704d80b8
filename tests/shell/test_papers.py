"""Credit reports, star certificates, posters and badges: what they say, that they can be verified, and that they age honestly."""

import io
import json
import re
from datetime import timedelta

import pypdf
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import update

from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.periods import Year
from portal.receipts import api as receipts
from portal.shell.public.papers import badge
from scoring.lists.models import ListEntry
from scoring.ratings import api as ratings
from scoring.surveys.models import CollectionRate, IndicatorScore, SurveyResult
from tests.ratings.district import add_year_facts
from tests.registry.sheets import USCC
from tests.shell.public_district import BAD, CLI, GOOD, PRIVATE
from tests.shell.public_fixtures import app as app
from tests.shell.public_fixtures import instance as instance

BLACK = USCC[1]


def text_of(data):
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def inside(data):
    """The signed JSON that a PDF carries."""
    return next(iter(pypdf.PdfReader(io.BytesIO(data)).attachments.values()))[0]


def report(client, **values):
    page = client.submit(f"/enterprises/{BLACK}/report", {"as_of": "2026-06-01", **values})
    assert page.status_code == 200
    code = re.search(r"/verify/([0-9A-Z]{26})/receipt", page.text)[1]
    own = re.search(r'name="holder_code" value="([0-9A-Z-]+)"', page.text)[1]
    return code, own, page.text


def file_of(client, code, own, ending, prefix=""):
    answer = client.submit(f"{prefix}/verify/{code}/receipt.{ending}", {"holder_code": own}, page="/verify")
    assert answer.status_code == 200
    return answer


def test_a_credit_report_says_what_counts_on_a_day(client):
    code, own, _page = report(client)
    receipt = file_of(client, code, own, "json").json
    item = receipt["payload"]["items"][0]
    assert receipt["payload"]["type"] == "credit.report"
    assert item["number"] == f"{clock.today().year}-000001"
    assert item["valid_until"] == (clock.today() + timedelta(days=30)).isoformat()
    assert item["rule_version"] == "credit-2025"
    shown = client.get(f"/enterprises/{BLACK}.json?as_of=2026-06-01").json
    for name in ("score", "grade", "good", "bad"):
        assert item["credit"][name] == shown["credit"][name]
    assert [event["code"] for event in item["credit"]["events"]] == [
        event["code"] for event in shown["credit"]["events"]
    ]
    assert [entry["decision"] for entry in item["lists"]] == [entry["decision"] for entry in shown["lists"]]
    assert {row["estate_code"]: row["stars"] for row in item["ratings"]}[GOOD] == 5

    later = file_of(client, *report(client, as_of="2025-06-01")[:2], "json").json["payload"]["items"][0]
    assert (later["number"][-1], later["credit"]["events"], later["lists"], later["ratings"]) == ("2", [], [], [])


@pytest.mark.parametrize(("prefix", "said"), [("", "不等于企业资格审查合格"), ("/en", "does not clear any company")])
def test_a_credit_report_on_paper(client, prefix, said):
    code, own, _page = report(client)
    data = file_of(client, code, own, "pdf", prefix).data
    text = text_of(data).replace("\n", " ")
    assert said in text.replace(" ", "") or said in text
    assert "credit-2025" in text
    for secret in PRIVATE:
        assert secret not in text
    assert client.post("/api/v1/receipts/verify", data=inside(data)).json["verdict"] == "genuine"


def test_a_credit_report_is_for_its_holder_and_ages(client):
    code, own, _page = report(client)
    assert "长安" not in client.get(f"/verify/{code}").text
    assert "深圳市虚构长安物业服务有限公司" in client.submit(f"/verify/{code}", {"holder_code": own}).text
    assert client.get(f"/api/v1/receipts/{code}").json["superseded"] is False
    with transaction() as db:
        db.execute(update(ListEntry).where(ListEntry.kind == "black").values(superseded_at=clock.now()))
    assert client.get(f"/api/v1/receipts/{code}").json["superseded"] is True


@pytest.mark.parametrize(
    "values", [{"as_of": "2098-01-01"}, {"as_of": "0000-01-01"}, {"known_at": "2098-01-01 10:00"}, {"known_at": "x"}]
)
def test_a_report_for_a_day_that_makes_no_sense_is_refused(client, values):
    page = client.submit(f"/enterprises/{BLACK}/report", {"as_of": "2026-06-01", **values})
    assert page.status_code == 422
    assert client.submit("/enterprises/9144/report", {}, page="/verify").status_code == 404


def certificate(client, code=GOOD, shape="plaque", prefix=""):
    page = f"{prefix}/ratings/2025/{code}/certificate"
    return client.submit(f"{page}/{shape}", page=page)


def test_one_certificate_for_a_rating_on_plaque_and_poster(client):
    found = {shape: certificate(client, shape=shape) for shape in ("plaque", "poster_a4", "poster_a3")}
    assert {answer.headers["Content-Disposition"].split("-", 1)[1] for answer in found.values()} == {'2025-000001.pdf"'}
    for answer in found.values():
        text = text_of(answer.data)
        assert "五星" in text
        assert "2025-000001" in text
        assert "以扫码显示为准" in text.replace("\n", "")
    size = {shape: pypdf.PdfReader(io.BytesIO(answer.data)).pages[0].mediabox for shape, answer in found.items()}
    assert [round(float(size[shape].height) / 72 * 25.4) for shape in ("plaque", "poster_a4", "poster_a3")] == [
        210,
        297,
        420,
    ]
    assert all(len(pypdf.PdfReader(io.BytesIO(answer.data)).pages) == 1 for answer in found.values())
    assert certificate(client, BAD).headers["Content-Disposition"].endswith('2025-000002.pdf"')

    code = receipts.read_code(re.search(r"[0-9A-Z]{5}(-[0-9A-Z]{5}){4}-[0-9A-Z]", text_of(found["plaque"].data))[0])
    known = client.get(f"/verify/{code}").text
    assert "碧海云庭" in known  # a plaque hangs in a lobby: anybody may read it
    assert "本系统出具" in known


def test_a_certificate_is_superseded_by_a_revision_which_gets_its_own(client):
    first = inside(certificate(client).data)
    today = clock.today()
    with transaction() as db:
        for model in (SurveyResult, IndicatorScore, CollectionRate):
            mine = (model.estate_code == GOOD, model.year == 2025)
            db.execute(update(model).where(*mine).values(superseded_at=clock.now()))
        add_year_facts(db, GOOD, 7000, collection=True)
        ratings.revise_year(db, CLI, Year(2025), estates=[GOOD], on=today, reason="更正")
    assert client.post("/api/v1/receipts/verify", data=first).json["verdict"] == "superseded"

    second = certificate(client)
    item = json.loads(inside(second.data))["payload"]["items"][0]
    assert (item["number"], item["revision"]) == ("2025-000002", 2)
    assert item["stars"] < 5
    assert client.post("/api/v1/receipts/verify", data=inside(second.data)).json["verdict"] == "genuine"
    assert client.get(f"/badge/{GOOD}.svg").text.count('fill="#e3b021"') == item["stars"]


def test_no_certificate_without_stars(client):
    assert client.get("/ratings/2025/BA-006/certificate", strict=False).status_code == 409
    assert client.get("/ratings/2019/BA-002/certificate", strict=False).status_code == 404
    assert client.get("/ratings/2025/none/certificate", strict=False).status_code == 404


@pytest.mark.parametrize(
    ("address", "said", "gold"),
    [
        (f"/badge/{GOOD}.svg", "碧海云庭2025年度物业服务五星（最高五星）", 5),
        (f"/badge/{BAD}.svg", "怀德新村2025年度物业服务二星（最高五星）", 2),
        ("/badge/BA-006.svg", "新安里2025年度没有物业服务星级", 0),
        ("/badge/BA-012.svg", None, 0),
        (f"/en/badge/{GOOD.lower()}.svg", "碧海云庭: 5 stars for property service in 2025 (5 is the highest)", 5),
    ],
)  # fmt: skip
def test_the_badge_says_what_it_shows(client, address, said, gold):
    answer = client.get(address)
    picture = BeautifulSoup(answer.data, "xml").svg
    assert (answer.mimetype, picture["role"], picture["aria-labelledby"]) == (
        "image/svg+xml",
        "img",
        picture.title["id"],
    )
    assert said is None or picture.title.string == said
    assert answer.text.count('fill="#e3b021"') == gold
    assert "style=" not in answer.text
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_name_in_a_badge_cannot_become_markup():
    picture = badge.svg('<script>"&小区', None, "<b>")
    assert "<script" not in picture
    assert "<b>" not in picture
