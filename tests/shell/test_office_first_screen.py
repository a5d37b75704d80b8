"""The first screen of each role answers its question without a click, with figures that agree with the records."""

import json
from datetime import date, timedelta

import pytest
from bs4 import Tag
from sqlalchemy import func, select

from portal.kernel import clock, hooks
from portal.kernel.access import Role
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.jobs import JobRun
from portal.kernel.periods import Quarter
from portal.kernel.work import WorkFigure
from portal.registry import api as registry
from scoring.lists import api as lists
from scoring.ratings import api as ratings
from tests.registry.sheets import USCC
from tests.shell.office_contracts import end_contract
from tests.shell.public_fixtures import instance  # noqa: F401  the district with a past

TODAY = date(2026, 11, 22)
OFFICE = [role for role in Role if role is not Role.ENTERPRISE]


@pytest.fixture(autouse=True)
def november(instance):  # noqa: F811
    with clock.at(clock.day_start(TODAY) + timedelta(hours=10)):
        yield


def cards(page: Tag) -> dict[str, tuple[str, str]]:
    """Label to value and note."""
    found = {}
    for block in page.select(".figure-row .figure-block"):
        parts = [part.get_text(" ", strip=True) for part in block.find_all("div", recursive=False)]
        found[parts[0]] = (parts[1], parts[2] if len(parts) > 2 else "")
    return found


def test_every_card_leads_somewhere_the_reader_may_go(signed_in):
    for role in OFFICE:
        client = signed_in(role)
        page = client.page("/work")
        for link in page.select(".figure-row a"):
            assert client.get(link["href"]).status_code == 200, f"{role}: {link['href']}"
        assert bool(page.select(".figure-row a")) == (role is not Role.MEDIATOR)
    client = signed_in(Role.ENTERPRISE, uscc=USCC[0])
    for link in client.page("/work").select(".figure-row a"):
        assert client.get(link["href"]).status_code == 200


def test_inspector_sees_the_month(signed_in):
    client = signed_in(Role.INSPECTOR)
    with reading() as db:
        mine = len(registry.estates_frame(db, TODAY, within="440306017010"))
    found = cards(client.page("/work"))
    assert mine > 0
    assert found["2026年11月还要检查的小区"] == (str(mine), "最迟2026年12月10日提交")
    assert found["2026年11月已提交"][0] == f"0 / {mine}"
    assert found["草稿"] == ("0", "没有被退回的检查")


def test_reviewer_sees_what_waits(signed_in):
    found = cards(signed_in(Role.REVIEWER).page("/work"))
    assert found["待审核的检查"] == ("0", "没有等待审核的检查")
    assert found["2026年第三季度待确认的社区"][0].split(" / ")[1] == "2"
    assert "2026年第四季度检查进度" in found


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEAD])
def test_district_sees_progress_movers_and_lists(signed_in, role):
    page = signed_in(role).page("/work")
    with reading() as db:
        in_force = [entry.kind for entry in lists.in_force(db, TODAY)]
        moved = ratings.movement(db, Quarter.parse("2026Q3"))
        estates = len(registry.estates_frame(db, TODAY))
    found = cards(page)
    assert found["最近公布的季度"][0] == "2026Q3"
    assert found["在榜条目：红榜 / 黑榜"][0] == f"{in_force.count('red')} / {in_force.count('black')}"
    tables = page.select("table")
    streets = next(table for table in tables if "各街道检查进度" in table.caption.get_text())
    assert streets.tfoot.find_all("td")[0].get_text(strip=True) == str(estates)
    assert [row.th.get_text(strip=True) for row in streets.select("tbody tr")] == ["新安街道", "福永街道"]
    risen = next((table for table in tables if table.caption.get_text() == "上升最多"), None)
    best = moved["district_delta"].max()
    assert best > 0, "the district of the test has no mover"
    assert f"名次上升{best}位" in risen.tbody.tr.get_text()


def test_registrar_sees_what_is_odd(signed_in):
    client = signed_in(Role.REGISTRAR)
    with reading() as db:
        estates, served = registry.estates_frame(db, TODAY), registry.serving(db, TODAY)
    bare = sorted(set(estates["estate_code"]) - set(served["estate_code"]))
    found = cards(client.page("/work"))
    assert found["登记的小区"][0] == str(len(estates))
    assert found["今天没有合同的小区"][0] == str(len(bare))
    code = sorted(served["estate_code"])[0]
    end_contract(code, TODAY + timedelta(days=60))
    page = client.page("/work")
    assert cards(page)["60天内到期的合同"][0] == "1"
    assert code in page.get_text()
    end_contract(code, TODAY + timedelta(days=61))
    assert cards(client.page("/work"))["60天内到期的合同"][0] == "0"


def test_auditor_sees_the_last_verification(signed_in):
    client = signed_in(Role.AUDITOR)
    assert cards(client.page("/work"))["操作日志每夜校验"][0] == "尚未校验"
    with transaction() as db:
        rows = db.scalar(select(func.count()).select_from(AuditEntry))
        now = clock.now()
        run = {"job": "audit-check", "fire_time": now, "outcome": "ok", "message": json.dumps({"rows": 7})}
        db.add(JobRun(**run, started_at=now, finished_at=now, claimed_by="test"))
    found = cards(client.page("/work"))
    assert found["操作日志每夜校验"][0] == "校验通过"
    assert "共7条" in found["操作日志每夜校验"][1]
    assert found["操作日志"][0] == f"{rows:,}"


def test_mediator_finds_the_own_cases_and_no_figures(signed_in):
    page = signed_in(Role.MEDIATOR).page("/work")
    assert page.select("main a[href='/mediation/cases']")
    assert cards(page) == {}


def test_a_figure_without_a_page_has_no_link(signed_in, monkeypatch):
    told = [WorkFigure("甲", "1", "说明", "no.such_page", tone="late"), WorkFigure("乙", "2")]
    monkeypatch.setitem(hooks._subscribers, "work.figures", [lambda _db, actor: told, lambda _db, actor: None])
    page = signed_in(Role.ADMIN).page("/work")
    assert cards(page) == {"甲": ("1", "说明"), "乙": ("2", "")}
    assert page.select(".figure-row a") == []
