"""Pages of the checklist: public in plain words and as data, drafts for the office, publication by a lead."""

import io
from datetime import timedelta

import pytest

from portal.kernel import clock
from portal.kernel.access import Role
from tests.standards.test_standards import ITEM, sheet_of


@pytest.fixture
def officer(signed_in):
    return signed_in(Role.OFFICER)


@pytest.fixture
def lead(signed_in):
    return signed_in(Role.LEAD)


def post(client, path: str, data: dict, status: int = 303, **others):
    """Send a form with the token of its page."""
    page = client.page(others.pop("form_on", path))
    token = page.find("input", attrs={"name": "csrf_token"})["value"]
    answer = client.post(path, data={**data, "csrf_token": token}, **others)
    assert answer.status_code == status, answer.get_data(as_text=True)[-3000:]
    return answer


def test_public_page_says_each_item_in_plain_words(client):
    page = client.page("/standards/2025.1")
    assert page.h1.get_text() == "检查标准（2025.1版）"
    row = page.find(id="item-ZH02").get_text(" ")
    assert "服务公示牌内容齐全" in row
    assert "每发现1处问题扣0.5分，2分扣完为止。" in row
    assert "15天内改好" in row
    assert "“符合”不扣分，“基本符合”扣1分，“不符合”扣2分。" in page.find(id="item-ZH01").get_text()
    assert "24小时内改好" in page.find(id="item-SB02").get_text()
    english = client.page("/en/standards/2025.1")
    assert "Each finding takes 0.5 off, up to all 2." in english.find(id="item-ZH02").get_text()
    assert "2025.1" in client.page("/standards").get_text()


def test_public_page_as_data(client):
    answer = client.get("/standards/2025.1.json")
    assert answer.json["version"] == "2025.1"
    assert len(answer.json["items"]) == 68
    lines = client.get("/standards/2025.1.csv").get_data().decode("utf-8-sig").splitlines()
    assert len(lines) == 69
    assert lines[0].startswith("category_code,")
    assert client.get("/standards/2025.1.xlsx").get_data()[:2] == b"PK"
    assert client.get("/standards.json").json["items"][0]["version"] == "2025.1"


@pytest.mark.parametrize("path", ["/standards/2030.1", "/standards/2030.1.json", "/standards/2025.1/changes"])
def test_what_is_not_there_is_not_found(client, path):
    assert client.get(path, strict=False).status_code == 404


def test_from_draft_to_publication(officer, lead, client):
    post(officer, "/standards/edit", {"version": "2026.1", "based_on": "2025.1"})
    assert client.get("/standards/2026.1", strict=False).status_code == 404
    post(officer, "/standards/edit/2026.1/add-item", ITEM.__dict__)
    post(officer, "/standards/edit/2026.1/items/ZH02", {**ITEM.__dict__, "item_code": "ZH02"})
    post(officer, "/standards/edit/2026.1", {"kinds": ["village"], "reference": "深宝住建〔2026〕1号"})
    post(officer, "/standards/edit/2026.1/items/ZH01/remove", {}, form_on="/standards/edit/2026.1/items/ZH01")
    assert "XF99" in officer.page("/standards/edit/2026.1").get_text()
    assert "2026.1" in lead.page("/standards/publish").get_text()
    assert "新增检查项。" in lead.page("/standards/publish/2026.1").get_text()
    day = (clock.today() + timedelta(days=3)).isoformat()
    post(lead, "/standards/publish/2026.1", {"in_force_from": day})
    assert "新项" in client.page("/standards/2026.1").get_text()
    changes = client.page("/standards/2026.1/changes").get_text()
    assert "取消检查项。" in changes
    assert "新增检查项。" in changes
    assert len(client.get("/standards/2026.1/changes.json").json["items"]) == 3
    assert officer.get("/standards/edit/2026.1", strict=False).status_code == 404


def test_refused_forms_come_back_filled(officer, lead):
    answer = post(officer, "/standards/edit", {"version": "x", "based_on": ""}, 422)
    assert "写法不对" in answer.get_data(as_text=True)
    post(officer, "/standards/edit", {"version": "2026.1", "based_on": "2025.1"})
    answer = post(officer, "/standards/edit/2026.1/add-item", {**ITEM.__dict__, "max_points": "0"}, 422)
    assert "满分应为1至100的整数。" in answer.get_data(as_text=True)
    assert 'value="新项"' in answer.get_data(as_text=True)
    answer = post(lead, "/standards/publish/2026.1", {"in_force_from": "2020-01-01"}, 422)
    assert "实施日期不能早于今天" in answer.get_data(as_text=True)


def test_sheet_of_a_draft(officer):
    post(officer, "/standards/edit", {"version": "2026.1", "based_on": "2025.1"})
    assert officer.get("/standards/edit/2026.1/sheet.xlsx").get_data()[:2] == b"PK"
    text = sheet_of("2026.1")
    bad = {"file": (io.BytesIO(text.replace('"ZH02"', '"ZH01"').encode()), "s.csv")}
    answer = post(officer, "/standards/edit/2026.1/sheet", bad, 422, form_on="/standards/edit/2026.1")
    assert "s.csv!D3" in answer.get_data(as_text=True)
    good = {"file": (io.BytesIO(text.replace('"ZH02"', '"ZH55"').encode()), "s.csv")}
    post(officer, "/standards/edit/2026.1/sheet", good, form_on="/standards/edit/2026.1")
    assert "ZH55" in officer.page("/standards/edit/2026.1").get_text()
    post(officer, "/standards/edit/2026.1/discard", {}, form_on="/standards/edit/2026.1")
    assert "没有草稿。" in officer.page("/standards/edit").find("main").get_text()


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.REVIEWER, Role.AUDITOR, Role.LEAD])
def test_others_may_not_edit(signed_in, role):
    assert signed_in(role).get("/standards/edit", strict=False).status_code == 403


def test_an_officer_may_not_publish(officer):
    assert officer.get("/standards/publish", strict=False).status_code == 403
