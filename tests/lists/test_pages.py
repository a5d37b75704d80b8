"""The pages of the lists: the public page, and the office's way with a look before each deed."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Permission, Role, person_actor
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.periods import Year
from scoring.lists import api, queries
from tests.adverse.walking import document
from tests.lists.year import LEAD_2, OFFICER_2, audit_rows, rate, veto
from tests.ratings.district import USCC

PROPOSED, LAST_RESPONSE, DECIDED, SERVED = (date(2026, 2, 10), date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 5))
YEAR = Year(2025)


@pytest.fixture
def desk(district, app, signed_in):
    """``desk(role, day)``: a client of that role. E1 is fit for red, E2 was vetoed."""
    rate("E1", 5)
    rate("E2", None, status="vetoed")
    veto("E2")

    def opened(role, day=PROPOSED, **more):
        with clock.on(day):
            return signed_in(role, **more)

    return opened


def _do(verb: str, actor, on: date) -> None:
    with clock.on(on), transaction() as db:
        getattr(api, verb)(db, actor, YEAR, on=on)


def _published() -> None:
    _do("propose", OFFICER_2, PROPOSED)
    _do("decide", LEAD_2, DECIDED)
    _do("publish", LEAD_2, SERVED)


def _cases() -> dict[str, str]:
    with reading() as db:
        return {case.kind: case.id for case, _last in queries.cases(db)}


def _holds(role: Role, permission: Permission) -> bool:
    return person_actor("p", role, "440306000000").may(permission)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_come(desk, role):
    _do("propose", OFFICER_2, PROPOSED)
    client, black = desk(role, uscc=USCC[0] if role is Role.ENTERPRISE else None), _cases()["black"]
    base = "/lists/manage/2025"
    with clock.on(PROPOSED):
        for path, seen in (
            ("/lists/manage", 200),
            (f"/lists/cases/{black}", 200),
            (f"/lists/cases/{black}/notice", 302),
        ):
            assert client.get(path).status_code == (seen if _holds(role, Permission.LIST_READ) else 403), path
        for verb, permission in (("propose", Permission.LIST_PROPOSE), ("decide", Permission.LIST_DECIDE),
                                 ("publish", Permission.LIST_DECIDE)):  # fmt: skip
            assert client.get(f"{base}/{verb}").status_code == (200 if _holds(role, permission) else 403), verb
            if not _holds(role, permission):
                assert client.submit(f"{base}/{verb}", page="/work").status_code == 403, verb
        if not _holds(role, Permission.LIST_DECIDE):
            assert client.submit(f"/lists/cases/{black}/take-off", page="/work").status_code == 403


def _serve(desk, kind: str, day: date) -> None:
    """The officer records the paper service of the black case's document."""
    paper = document(f"list:{_cases()['black']}", kind)
    with clock.on(day):
        data = {"method": "in_person", "on": day.isoformat(), "note": "送达回证1号"}
        officer = desk("officer", day)
        assert officer.submit(f"/documents/{paper}/serve", data, page="/account").status_code == 303


def _review(desk) -> None:
    """Another officer gives the legal opinion."""
    with clock.on(DECIDED):
        lawyer, path = desk("officer", DECIDED, login="lawyer"), f"/adverse/list/{_cases()['black']}"
        data = {"verdict": "agree", "opinion": "程序合法。"}
        assert lawyer.submit(f"{path}/review", data, page=path).status_code == 303


def test_the_way_through_the_pages(desk, client):
    officer, base = desk("officer"), "/lists/manage/2025"
    with clock.on(PROPOSED):
        preview = officer.page(f"{base}/propose").get_text()
        for told in ("任何人都能看到", "2026年3月2日", "未采集", "E1花园", "E2花园", "五星"):
            assert told in preview
        assert officer.submit(f"{base}/propose").status_code == 303
        assert "没有新的小区或者企业" in officer.page(f"{base}/propose").get_text()
        public = client.page("/lists").get_text()
        assert "E1花园" in public
        assert "公示中" in public
        assert "E2花园" not in public, "nothing about a black candidate is public"
    _serve(desk, "list.notice", PROPOSED)
    with clock.on(LAST_RESPONSE):
        lead = desk("lead", LAST_RESPONSE)
        assert lead.page(f"{base}/decide").select("main form") == []
        before = audit_rows()
        refused = lead.submit(f"{base}/decide", page="/work", follow_redirects=True).get_data(as_text=True)
        assert "2026年3月2日（含当日）才结束" in refused
        assert audit_rows() == before
    _review(desk)
    lead = desk("lead", DECIDED)
    with clock.on(DECIDED):
        assert "决定列入" in lead.page(f"{base}/decide").get_text()
        lead.submit(f"{base}/decide")
        assert "E2花园" not in client.page("/lists").get_text()
    _serve(desk, "list.decision", DECIDED)
    lead = desk("lead", SERVED)
    with clock.on(SERVED):
        preview = lead.page(f"{base}/publish").get_text()
        for told in ("2026-03-05", "2027-03-04", "任何人都能看到", "下一年度榜单公布"):
            assert told in preview
        lead.submit(f"{base}/publish")
        page = client.page("/lists")
        assert [row.get_text(" ", strip=True).split()[0] for row in page.select("#red tbody tr, #black tbody tr")] == [
            "E1花园", "E2花园"]  # fmt: skip
        assert "不属于严重失信主体名单" in page.get_text()
        assert "张三" not in page.get_text()


def test_the_proposer_cannot_decide_through_the_pages(desk):
    _do("propose", person_actor("t-lead-440306000000", Role.OFFICER, "440306000000"), PROPOSED)
    lead = desk("lead", DECIDED)
    with clock.on(DECIDED):
        assert lead.page("/lists/manage/2025/decide").select("main form") == []
        assert lead.submit("/lists/manage/2025/decide", page="/work").status_code == 403


def test_the_public_page_shows_earlier_days(desk, client):
    _published()
    with clock.on(date(2027, 3, 5)):
        now, then = client.page("/lists").get_text(), client.page("/lists?as_of=2027-03-04").get_text()
        assert "E2花园" not in now
        assert "E2花园" in then
        assert "黑榜上没有" in now
        assert "以前的情况" in client.page("/lists?as_of=2027-03-06").get_text()
        assert "格式" in client.page("/lists?as_of=gestern").get_text()
        assert "E1花园" not in client.page("/lists?year=2024").get_text()


def test_the_files_hold_what_the_page_shows(desk, client):
    _published()
    with clock.on(SERVED):
        answer = client.get("/lists.json").json
        assert [(e["kind"], e["subject"], e["effective_to"]) for e in answer["items"]] == [
            ("black", "E2", "2027-03-04"), ("red", "E1", None)]  # fmt: skip
        assert client.get("/lists.json?as_of=2026-03-04").json["total"] == 0
        csv = client.get("/lists.csv").get_data(as_text=True)
        assert csv.startswith("\ufeffkind,subject_type,subject,uscc")
        assert "E2,91440300000000001A,PM-1,E2花园,veto" in csv
        assert client.get("/lists.xlsx").data.startswith(b"PK")
        assert client.get("/lists.csv").headers["Access-Control-Allow-Origin"] == "*"


def test_a_case_opens_down_to_its_facts_and_documents(desk):
    _published()
    cases, lead = _cases(), desk("lead", SERVED)
    with clock.on(SERVED):
        red = lead.page(f"/lists/cases/{cases['red']}").get_text(" ", strip=True)
        for told in ("2025年度五星", "总分95.00分", "未采集", "满足", "在榜（已生效）", "宝住建榜决〔2026〕"):
            assert told in red
        black = lead.page(f"/lists/cases/{cases['black']}").get_text(" ", strip=True)
        for told in ("V02", "宝住建否决〔2026〕1号", "告知书已送达", "陈述申辩期"):
            assert told in black
        notice = _paper(lead, f"/lists/cases/{cases['black']}/notice")
        for told in (
            "告知书",
            "10个工作日内",
            "5个工作日内可以要求当面听取意见",
            "12个月",
            "满6个月",
            "你单位",
            "证据目录",
        ):
            assert told in notice
        decision = _paper(lead, f"/lists/cases/{cases['black']}/decision")
        for told in ("自公布之日起生效", "六十日内", "六个月内", "【待法制审核确定", "信用修复"):
            assert told in decision
        assert "公示期自2026年2月10日起至2026年2月24日止" in _paper(lead, f"/lists/cases/{cases['red']}/notice")
        assert lead.get("/lists/cases/none").status_code == 404


def _paper(client, path: str) -> str:
    """The document to which an address of the case leads."""
    return client.page(client.get(path).headers["Location"]).get_text()


def test_an_undecided_case_has_no_decision(desk):
    _do("propose", OFFICER_2, PROPOSED)
    with clock.on(PROPOSED):
        assert desk("lead").get(f"/lists/cases/{_cases()['black']}/decision").status_code == 404


def test_taking_off_comes_back_with_what_was_typed(desk, client):
    _published()
    case, lead = _cases()["black"], desk("lead", date(2026, 8, 1))
    path = f"/lists/cases/{case}/take-off"
    with clock.on(date(2026, 8, 1)):
        refused = lead.submit(path, {"why": "决定有误"}, page=f"/lists/cases/{case}")
        assert refused.status_code == 422
        assert "决定有误" in refused.get_data(as_text=True)
        assert (
            lead.submit(path, {"reason": "revoked", "why": "决定有误"}, page=f"/lists/cases/{case}").status_code == 303
        )
        public = client.page("/lists")
        assert "E2花园" not in public.select_one("#black").get_text()
        assert "已撤销" in public.select_one("#withdrawn").get_text(), "the public is told why it is gone"
        assert "决定有误" in lead.page(f"/lists/cases/{case}").get_text()


def test_a_revoked_decision_sets_the_clock_of_the_withdrawal(desk):
    _published()
    case, day = _cases()["black"], date(2026, 8, 3)
    with clock.on(day):
        path = f"/lists/cases/{case}"
        assert (
            desk("officer", day).submit(f"{path}/withdrawal", {"document": "判〔2026〕1号"}, page=path).status_code
            == 303
        )
        with reading() as db:
            (found,) = [
                one for one in deadlines.of_subjects(db, [f"list:{case}"])[f"list:{case}"] if one.closed_at is None
            ]
        assert (found.rule, found.last_day) == ("list.withdraw", date(2026, 8, 6))
        desk("lead", day).submit(f"{path}/take-off", {"reason": "revoked", "why": "判决撤销"}, page=path)
        with reading() as db:
            assert all(one.closed_at for one in deadlines.of_subjects(db, [f"list:{case}"])[f"list:{case}"])


def test_a_stayed_entry_is_not_shown_and_comes_back(desk, client):
    _published()
    case, day = _cases()["black"], date(2026, 8, 3)
    with clock.on(day):
        lead, base = desk("lead", day), f"/adverse/list/{case}/marks/stayed"
        for step, shown in (("set", False), ("lifted", True)):
            assert lead.submit(f"{base}/{step}", {"reason": "法院裁定"}, page=f"{base}/{step}").status_code == 303
            assert ("E2花园" in client.page("/lists").select_one("#black").get_text()) is shown
        assert "E2花园" in client.page("/lists?as_of=2026-08-02").get_text()
        assert desk("officer", day).get(f"{base}/set").status_code == 403


def test_anybody_objects_to_a_red_entry_and_is_answered_before_the_decision(desk, client):
    _do("propose", OFFICER_2, PROPOSED)
    case = _cases()["red"]
    path = f"/lists/notices/{case}/object"
    with clock.on(PROPOSED):
        said = {"text": "消防通道长期被占用。", "contact": "13900001111"}
        assert "编号" in client.submit(path, said).get_data(as_text=True)
        for _try in range(4):
            client.submit(path, said)
        assert "提交次数过多" in client.submit(path, said).get_data(as_text=True)
        officer = desk("officer", PROPOSED)
        page = officer.page(f"/adverse/list/{case}")
        assert "13900001111" in page.get_text()
        with reading() as db:  # who looked stands in the log, the contact does not
            looked = db.scalars(select(AuditEntry).where(AuditEntry.action == "adverse.contact-read")).all()
            assert [entry.subject for entry in looked] == [f"list:{case}"]
            assert "13900001111" not in str(looked[0].detail)
        assert "13900001111" not in desk("auditor", PROPOSED).page(f"/adverse/list/{case}").get_text()
    with clock.on(DECIDED):
        with pytest.raises(DomainError, match="E1花园"), transaction() as db:
            api.decide(db, LEAD_2, YEAR, on=DECIDED)
        officer = desk("officer", DECIDED)
        links = [a["href"] for a in officer.page(f"/adverse/list/{case}").select("a") if a["href"].endswith("/answer")]
        for link in links:
            officer.submit(link, {"verdict": "partly", "text": "已要求清理。"})
        assert len(links) == 5
        _do("decide", LEAD_2, DECIDED)


def test_english_pages_speak_english(desk, client):
    _published()
    lead, cases = desk("lead", SERVED), _cases()
    with clock.on(SERVED):
        assert "black list (industry evaluation)" in client.page("/en/lists").get_text().lower()
        assert "Service, answers and legal check" in lead.page(f"/en/lists/cases/{cases['black']}").get_text()
        assert "Not collected" in lead.page(f"/en/lists/cases/{cases['red']}").get_text()


def test_a_year_without_ratings_says_so(district, app, signed_in):
    officer = signed_in("officer")
    page = officer.page("/lists/manage?year=2025")
    assert "还没有公布" in page.get_text()
    assert officer.get("/lists/manage/2025/propose").status_code == 409
    assert officer.get("/lists/manage/abc/propose").status_code == 404
