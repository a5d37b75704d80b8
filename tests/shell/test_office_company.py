"""A company user sees the own company and nothing of any other."""

from datetime import date, timedelta

import pandas as pd
import pytest

from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading, transaction
from portal.kernel.points import print_cp
from portal.registry import api as registry
from scoring.credit import api as credit
from scoring.lists import api as lists
from scoring.lists.models import ListCase, ListStep
from scoring.ratings import api as ratings
from tests.registry.sheets import USCC
from tests.shell.office_contracts import end_contract
from tests.shell.public_district import PRIVATE
from tests.shell.public_fixtures import instance  # noqa: F401  the district with a past

TODAY = date(2026, 11, 22)
OTHERS = [role for role in Role if role is not Role.ENTERPRISE]
OPEN = "case-of-a-notice"


@pytest.fixture(autouse=True)
def november(instance):  # noqa: F811
    with clock.at(clock.day_start(TODAY) + timedelta(hours=10)):
        yield


def served_by(uscc: str) -> list[str]:
    with reading() as db:
        frame = registry.serving(db, TODAY)
    return sorted(frame.loc[frame["uscc"] == uscc, "estate_code"])


def black_case(uscc: str, due: date, kind: str = "black") -> None:
    """A case with its notice served two days ago, and the window that it opened."""
    served = TODAY - timedelta(days=2)
    with transaction() as db:
        case = ListCase(
            id=OPEN, year=2025, kind=kind, subject_type="enterprise", subject=uscc, reason="demerits", attempt=9,
            uscc=uscc, facts="{}", rule_set="commodity-2018", recorded_at=clock.now(),
            conditions='[{"condition": "demerits", "met": true, "zh": "年内扣分较多", "en": "Many points", '
            '"fact": {"demerits_cp": 1800}}]',
        )  # fmt: skip
        db.add(case)
        db.flush()
        rows = [("candidate", None, ""), ("notice_served", None, "测告〔2026〕1号"), ("response_open", due, "")]
        if kind == "red":
            rows = [("candidate", None, ""), ("review", None, ""), ("public_notice", due, "测示〔2026〕1号")]
        for seq, (step, due_on, document) in enumerate(rows, 1):
            values = {"actor": "t", "on": served, "at": clock.now(), "due_on": due_on, "document": document}
            db.add(ListStep(case_id=OPEN, seq=seq, step=step, **values))


@pytest.mark.parametrize("role", OTHERS)
def test_other_roles_are_refused(signed_in, role):
    client = signed_in(role)
    code = served_by(USCC[0])[0]
    for path in ("/company", f"/company/estates/{code}", f"/company/notices/{OPEN}"):
        assert client.get(path).status_code == 403
    assert not [link for link in client.page("/work").select("nav a") if link["href"] == "/company"]


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get("/company").status_code in (302, 303)


def test_first_page_shows_own_estates_with_scores_and_losses(signed_in):
    mine, theirs = served_by(USCC[0]), served_by(USCC[1])
    assert mine
    assert theirs
    client = signed_in(Role.ENTERPRISE, uscc=USCC[0])
    page = client.page("/company")
    links = [link["href"].rsplit("/", 1)[1] for link in page.select("#estates tbody th a")]
    assert sorted(links) == mine
    with reading() as db:
        scores = ratings.quarter_rows(db, "2026Q3").set_index("estate_code")
        now = credit.score(db, "enterprise", USCC[0], TODAY)
    for row in page.select("#estates tbody tr"):
        score = scores.loc[row.th.a["href"].rsplit("/", 1)[1], "score_cp"]
        assert pd.isna(score) or print_cp(int(score)) in row.get_text()
    assert f"信用{now.grade}级，{print_cp(now.score_cp)}分" in page.get_text()
    assert page.select("#estates li"), "no item that lost points"
    assert not any(secret in str(page) for secret in PRIVATE)


def test_losses_are_those_of_the_explained_quarter(signed_in):
    client = signed_in(Role.ENTERPRISE, uscc=USCC[0])
    page = client.page("/company")
    for row in page.select("#estates tbody tr"):
        code = row.th.a["href"].rsplit("/", 1)[1]
        lost: dict[str, int] = {}
        with reading() as db:
            for month in ratings.quarter_explained(db, "2026Q3", code).months:
                for item in (item for category in month.categories for item in category.items):
                    lost[item.item.item_code] = lost.get(item.item.item_code, 0) + item.lost_cp
        dearest = sorted((cost for cost in lost.values() if cost), reverse=True)[:3]
        shown = [item.get_text().split()[0] for item in row.select("li")]
        assert [lost[one] for one in shown] == dearest


def test_other_estates_and_former_ones_are_not_there(signed_in):
    client = signed_in(Role.ENTERPRISE, uscc=USCC[0])
    mine, theirs = served_by(USCC[0]), served_by(USCC[1])
    for code in [*theirs, "NO-SUCH"]:
        assert client.get(f"/company/estates/{code}").status_code == 404
    assert client.get(f"/company/estates/{mine[0]}").status_code == 200
    end_contract(mine[0], TODAY - timedelta(days=1))
    assert client.get(f"/company/estates/{mine[0]}").status_code == 404


def test_estate_page_shows_confirmed_findings_without_places_and_notes(signed_in):
    client = signed_in(Role.ENTERPRISE, uscc=USCC[0])
    found = ""
    for code in served_by(USCC[0]):
        page = client.page(f"/company/estates/{code}")
        found += str(page)
        assert page.h1.get_text(strip=True)
        assert client.page(f"/en/company/estates/{code}")
    assert "2026年9月" in found
    assert "/inspections/photos/" not in found
    assert not any(secret in found for secret in PRIVATE)


def test_a_notice_can_be_read_and_says_how_to_respond(signed_in):
    due = TODAY + timedelta(days=3)
    black_case(USCC[0], due)
    client = signed_in(Role.ENTERPRISE, uscc=USCC[0])
    page = client.page("/company")
    assert "年内扣分较多" in page.select_one("#notices").get_text()
    assert "还有3天" in page.select_one("#notices").get_text()
    assert client.get(f"/company/notices/{OPEN}").headers["Location"] == f"/company/decisions/list/{OPEN}"
    notice = client.page(f"/company/decisions/list/{OPEN}")
    assert "2026年11月25日" in notice.get_text()
    assert notice.select_one("main form textarea") is not None, "the company answers in the portal"
    assert not [link for link in notice.select("main a") if "/lists/" in link["href"]]
    assert signed_in(Role.ENTERPRISE, uscc=USCC[1]).get(f"/company/notices/{OPEN}").status_code == 404
    assert "年内扣分较多" not in signed_in(Role.ENTERPRISE, uscc=USCC[1]).page("/company").get_text()


def test_a_window_that_has_passed_is_no_work(signed_in):
    black_case(USCC[0], TODAY - timedelta(days=1))
    client = signed_in(Role.ENTERPRISE, uscc=USCC[0])
    assert client.page("/work").h1.get_text(strip=True) == "没有待办事项"
    assert "陈述申辩期已于2026年11月21日结束" in client.page("/company").get_text()


def test_red_cases_are_no_notices(signed_in):
    black_case(USCC[0], TODAY + timedelta(days=3), kind="red")
    client = signed_in(Role.ENTERPRISE, uscc=USCC[0])
    assert client.get(f"/company/notices/{OPEN}").status_code == 404
    with reading() as db:
        assert OPEN not in [notice.case_id for notice in lists.notices(db, USCC[0])]
