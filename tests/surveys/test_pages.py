"""Pages of a year's facts: who sees them, entering, correcting with a public reason, vetoes."""

from datetime import date

import pytest

from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading, transaction
from portal.kernel.periods import Year
from scoring.ratings import api as ratings
from scoring.surveys import api as surveys
from scoring.surveys import queries
from tests.ratings import district as d

TOLD, ON = date(2026, 1, 12), date(2026, 1, 20)  # the hold of the ratings is over
KINDS = {"E-1": ("commodity", d.COMMUNITIES[0]), "E-2": ("village", d.COMMUNITIES[2])}
FULL = {"households": "600", "valid_responses": "75", "survey_score": "88.5", "reason": ""}


@pytest.fixture
def district(app, monkeypatch):
    """Two estates; the clock on the day of the acts."""
    d.wire(monkeypatch)
    d.found_district(KINDS)
    with clock.on(ON):
        yield app


def everything(score: str = "90") -> dict[str, str]:
    points = {f"score_{code}": score for code in d.INDICATORS}
    return {**FULL, **points, **{f"evidence_{code}": "台账" for code in d.INDICATORS}}


def send(client, address: str, **fields: str):
    """Fill in the form of an address as a browser does."""
    return client.submit(address, fields)


def test_the_year_says_what_is_missing(district, signed_in):
    with transaction() as db:
        d.add_year_facts(db, "E-1", 9000)
    officer = signed_in(Role.OFFICER)
    page = officer.get("/year-facts/2025").get_data(as_text=True)
    assert "2个小区参加本年度评定，其中1个还缺数据" in page
    assert "E-1花园" not in officer.get("/year-facts/2025?missing=collection").get_data(as_text=True)
    assert "E-2花园" in officer.get("/year-facts/2025?missing=collection").get_data(as_text=True)
    assert officer.get("/en/year-facts/2025").status_code == 200
    lines = officer.get("/year-facts/2025.csv").get_data(as_text=True).splitlines()
    assert lines[1].startswith("E-1,E-1花园,commodity,440306001001,600,60,90.00,")


def test_who_may_come(district, signed_in):
    assert signed_in(Role.AUDITOR).get("/year-facts/2025").status_code == 200
    assert signed_in(Role.INSPECTOR).get("/year-facts/2025").status_code == 403
    assert signed_in(Role.LEAD).get("/year-facts/2025/E-1/edit").status_code == 403
    assert signed_in(Role.OFFICER).get("/year-facts/2025/E-1/veto").status_code == 403
    assert signed_in(Role.OFFICER, division=d.STREETS[1]).get("/year-facts/2025/E-1").status_code == 404
    assert signed_in(Role.OFFICER).get("/year-facts/2025/E-9").status_code == 404
    assert signed_in(Role.OFFICER).get("/year-facts/1999").status_code == 404


def test_entering_and_correcting(district, signed_in):
    officer = signed_in(Role.OFFICER)
    assert send(officer, "/year-facts/2025/E-1/edit", **everything()).status_code == 303
    with reading() as db:
        assert surveys.facts(db, 2025).surveys["score_cp"].tolist() == [8850]
        assert len(surveys.facts(db, 2025).indicators) == 6
    with transaction() as db:
        ratings.publish_year(db, d.CLI, Year(2025), on=TOLD)
    wrong = send(officer, "/year-facts/2025/E-1/edit", **{**everything("95"), "survey_score": "70"})
    assert wrong.status_code == 422
    assert "更正需要写明公开的原因" in wrong.get_data(as_text=True)
    assert 'value="70"' in wrong.get_data(as_text=True)  # nothing typed is lost
    fields = {**everything("95"), "survey_score": "70", "reason": "问卷重复计入"}
    assert send(officer, "/year-facts/2025/E-1/edit", **fields).status_code == 303
    with reading() as db:
        erratum = ratings.errata(db)[0]
    assert (erratum.reason, len(erratum.rows), erratum.rows[0].revision) == ("问卷重复计入", 1, 2)


def test_a_refused_form_says_where(district, signed_in):
    officer = signed_in(Role.OFFICER)
    send(officer, "/year-facts/2025/E-1/edit", **everything())
    fields = {**everything(), "survey_score": "101", "score_safety": "", "valid_responses": "700"}
    page = send(officer, "/year-facts/2025/E-1/edit", **fields)
    text = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "应填0至100之间" in text
    assert "多于户数" not in text
    fields = {**everything(), "score_safety": "", "valid_responses": "700"}
    text = send(officer, "/year-facts/2025/E-1/edit", **fields).get_data(as_text=True)
    assert "不能清空" in text
    assert "多于户数" in text


def test_a_veto_and_its_withdrawal(district, signed_in):
    with transaction() as db:
        ratings.publish_year(db, d.CLI, Year(2025), on=TOLD)
    lead = signed_in(Role.LEAD)
    veto = {
        "veto_code": "V03",
        "decision": "深1号",
        "decided_on": "2026-01-10",
        "decided_by": "局长办公会",
        "evidence": "回证",
    }
    assert send(lead, "/year-facts/2025/E-2/veto", **{**veto, "decided_on": "2026-01-21"}).status_code == 422
    assert send(lead, "/year-facts/2025/E-2/veto", **veto).status_code == 303
    with reading() as db:
        assert ratings.rating_rows(db, 2025).set_index("estate_code").loc["E-2", "status"] == "vetoed"
        (standing,) = queries.vetoes(db, 2025)
        assert standing.decided_by == "局长办公会"
        address = f"/year-facts/2025/E-2/veto/{standing.id}/withdraw"
    assert "深1号" in lead.get("/year-facts/2025").get_data(as_text=True)
    assert send(lead, address, reason="").status_code == 422
    assert send(lead, address, reason="复议决定撤销").status_code == 303
    with reading() as db:
        assert ratings.rating_rows(db, 2025).set_index("estate_code").loc["E-2", "status"] == "pending"
        assert ratings.errata(db)[0].reason == "复议决定撤销"
    assert lead.get(address).status_code == 404
