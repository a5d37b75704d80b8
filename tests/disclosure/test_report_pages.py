"""The pages of the calendar and of reports, each role at its door."""

from datetime import date

import pytest

from disclosure.reports.service.clocks import start_due
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import transaction
from portal.shell import wiring
from tests.disclosure import reporting as r
from tests.disclosure.ledgers import CLI, STREETS, USCC

APRIL = date(2025, 4, 8)
FILE = "/reports/estate/E-1/common_income/2025Q1/file"
pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture
def books():
    wiring.wire()
    r.quarter(*r.start())
    with clock.on(APRIL):
        with transaction() as db:
            start_due(db, CLI, APRIL)
        yield


@pytest.fixture
def company(books, signed_in):
    return signed_in(Role.ENTERPRISE, uscc=USCC[0], login="company")


@pytest.fixture
def street(books, signed_in):
    return signed_in(Role.REVIEWER, division=STREETS[0], login="reviewer")


def token(page) -> dict[str, str]:
    import re

    html = page.get_data(as_text=True)
    names = ("csrf_token", "seen")
    found = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', html) for name in names}
    return {name: match[1] for name, match in found.items() if match}


def filed(company) -> str:
    answer = company.post(FILE, data={**token(company.get(FILE)), "v_contracts": "广告合同"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def test_a_company_files_and_the_street_confirms(company, street):
    page = company.get(FILE)
    shown = set(page.get_data(as_text=True).replace("<", ">").split(">"))
    assert {"100,000.00", "3,500.01", "120.00", "103,380.01", "待归类"} <= shown
    place = filed(company)
    assert "撤回这份报告" in company.get(place).get_data(as_text=True)
    assert place.rsplit("/", 1)[1] in street.get("/reports/waiting").get_data(as_text=True)
    shown = street.get(place)
    assert "一分不差" in shown.get_data(as_text=True)
    wrong = street.post(f"{place}/return", data={**token(shown), "reason": ""})
    assert wrong.status_code == 422
    assert street.post(f"{place}/confirmation", data=token(shown)).status_code == 303
    assert street.post(f"{place}/confirmation", data=token(shown)).status_code == 409
    assert "已确认并公开" in company.get(place).get_data(as_text=True)
    assert "报送更正" in company.get(place).get_data(as_text=True)


def test_a_stale_form_changes_nothing(company):
    data = {**token(company.get(FILE)), "seen": "0" * 64}
    assert company.post(FILE, data=data).status_code == 409
    assert company.post(FILE, data={**token(company.get(FILE)), "note": "电话13800000001"}).status_code == 422
    assert filed(company)


def test_nobody_else_sees_the_estate(books, company, signed_in):
    place = filed(company)
    strangers = (
        signed_in(Role.ENTERPRISE, uscc=USCC[1], login="other"),
        signed_in(Role.REVIEWER, division=STREETS[1], login="elsewhere"),
    )
    for stranger in strangers:
        for address in ("/reports/estate/E-1", FILE, place, "/reports/estate/E-1/terms", "/reports/estate/E-1/jobs"):
            assert stranger.get(address).status_code in (403, 404), address
        assert "E-1" not in stranger.get("/reports").get_data(as_text=True)
    inspector = signed_in(Role.INSPECTOR)
    assert inspector.get("/reports").status_code == 403


def test_the_calendar_and_the_estate(company, street, signed_in):
    assert "需要报送" in company.get("/reports").get_data(as_text=True)
    officer = signed_in(Role.OFFICER, login="officer")
    for client in (company, street, officer, signed_in(Role.AUDITOR, login="auditor")):
        for address in ("/reports", "/reports/estate/E-1", "/en/reports", "/en/reports/estate/E-1"):
            assert client.get(address).status_code == 200
    assert "填报" in company.get("/reports/estate/E-1").get_data(as_text=True)
    assert "填报" not in street.get("/reports/estate/E-1").get_data(as_text=True)
    for address in ("/reports/estate/E-9", "/reports/xyz", "/reports/estate/E-1/none/2025Q1/file"):
        assert officer.get(address).status_code == 404


def test_terms_and_jobs_are_entered_on_pages(company, street):
    page = street.get("/reports/estate/E-1/terms")
    data = {**token(page), "kind": "audit", "frequency": "none", "since": "2025-01-01", "reason": "没有公共收益。"}
    assert street.post("/reports/estate/E-1/terms", data={**data, "reason": ""}).status_code == 422
    assert street.post("/reports/estate/E-1/terms", data=data).status_code == 303
    assert "没有公共收益" in street.get("/reports/estate/E-1").get_data(as_text=True)
    assert company.get("/reports/estate/E-1/terms").status_code == 403
    page = company.get("/reports/estate/E-1/jobs")
    data = {**token(page), "happened_on": "2025-04-01", "title": "外墙维修"}
    assert company.post("/reports/estate/E-1/jobs", data={**data, "happened_on": "2025-05-01"}).status_code == 422
    assert company.post("/reports/estate/E-1/jobs", data=data).status_code == 303
    html = company.get("/reports/estate/E-1/repair_job/2025-04-01/file")
    answer = company.post("/reports/estate/E-1/repair_job/2025-04-01/file", data={**token(html), "v_budget": "1.234"})
    assert answer.status_code == 422


def test_an_officer_proposes_an_event_by_the_rule(books, signed_in):
    with clock.on(date(2025, 4, 20)):
        officer = signed_in(Role.OFFICER, login="officer")
        page = officer.get("/reports/events")
        assert "B17" in page.get_data(as_text=True)
        address = "/reports/events/common_income/E-1/2025Q1/B17"
        assert officer.post(address, data=token(page)).status_code == 303
        assert officer.post(address, data=token(page)).status_code == 404
        assert "B17" not in officer.get("/reports/events").get_data(as_text=True)
        assert signed_in(Role.LEAD, login="lead").get("/reports/events").status_code == 403
