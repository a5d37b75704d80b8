"""The pages of the credit records: who may come, what a person sees before a button works, and what comes back."""

import io
from datetime import date

import pytest
from sqlalchemy import update

from portal.kernel import clock
from portal.kernel.access import Permission, Role, person_actor
from portal.kernel.db import reading, transaction
from portal.registry.models import Enterprise, Manager
from portal.registry.search.key import search_key
from portal.registry.search.people import people_key
from scoring.credit import api, queries
from tests.lists.year import LEAD, record_event
from tests.ratings.district import MANAGERS, USCC

DAY = date(2026, 3, 2)
STAFF_PAGES = ("/credit", "/credit/waiting", f"/credit/enterprises/{USCC[0]}", f"/credit/managers/{MANAGERS[0]}")
GIVEN = {"subject_type": "enterprise", "subject": USCC[0], "event": "B11", "document": "文1号", "document_on": "2026-03-01",
         "issued_by": "某机关"}  # fmt: skip


@pytest.fixture(autouse=True)
def _day():
    with clock.on(DAY):
        yield


@pytest.fixture
def desk(district, app, signed_in):
    """``desk(role)``: a client of that role on the district."""
    return signed_in


def _holds(role: Role, permission: Permission) -> bool:
    return person_actor("p", role, "440306000000").may(permission)


def _paper():
    return io.BytesIO(b"%PDF-1.7 decision"), "x.pdf"


def _propose(client, **changes) -> str:
    given = {**GIVEN, "file": _paper(), **changes}
    answer = client.submit("/credit/new", given, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


@pytest.mark.parametrize("role", list(Role))
def test_who_may_come(desk, role):
    client = desk(role, uscc=USCC[0] if role is Role.ENTERPRISE else None)
    case = record_event("B34", on=DAY)
    for path in (*STAFF_PAGES, f"/credit/events/{case}"):
        assert client.get(path).status_code == (200 if _holds(role, Permission.CREDIT_READ) else 403), path
    assert client.get("/credit/new").status_code == (200 if _holds(role, Permission.CREDIT_PROPOSE) else 403)
    deeds = {"/credit/new": Permission.CREDIT_PROPOSE}
    deeds |= {f"/credit/events/{case}/{verb}": Permission.CREDIT_READ for verb in ("notice", "serve")}
    deeds |= {f"/credit/events/{case}/{verb}": Permission.CREDIT_CONFIRM for verb in ("confirm", "refuse", "withdraw")}
    for path, permission in deeds.items():
        if not _holds(role, permission):
            assert client.submit(path, {"reason": "x"}, page="/work").status_code == 403, path
    with reading() as db:
        assert queries.steps_of(db, case)[-1].step == "confirmed"


def test_the_catalogue_is_public(district, client):
    page = client.page("/credit/catalogue")
    assert "挪用、侵占维修资金或者共有资金" in page.get_text()
    assert "较重" in page.get_text()
    assert "Misuse of the maintenance fund" in client.page("/en/credit/catalogue").get_text()
    rows = client.get("/credit/catalogue.json").json["items"]
    assert next(row for row in rows if row["code"] == "B34")["points"] == "-3.00"
    assert client.get("/credit/catalogue.csv").get_data(as_text=True).startswith("\ufeffcode,")
    assert client.get("/credit/catalogue.xlsx").data.startswith(b"PK")


def test_a_commendation_from_proposal_to_record(desk):
    officer, lead = desk("officer"), desk("lead")
    place = _propose(officer, event="G03")
    mine, shown = officer.page(place), lead.page(place).get_text()
    assert "由另一名人员核准" in mine.get_text()
    assert mine.select("form[action$=confirm]") == []
    assert "83.00 A" in shown, "what a confirmation changes is shown before"
    waiting = lead.page("/work").select_one(".staff-row a[href='/credit'] .count").get_text()
    assert waiting == "1件待办"
    answer = lead.submit(f"{place}/confirm", page=place)
    assert answer.status_code == 303
    with reading() as db:
        assert api.score(db, "enterprise", USCC[0], DAY).score_cp == 8300
    assert lead.submit(f"{place}/confirm", page=place).status_code == 409
    file = officer.get(f"{place}/document")
    assert (file.data, file.mimetype) == (b"%PDF-1.7 decision", "application/pdf")
    assert "attachment" in file.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"document": ""}, "请填写来源文书的文号"),
        ({"file": (io.BytesIO(b""), "")}, "请上传来源文书"),
        ({"event": "B31"}, ""),
        ({"document_on": "2026-03-03"}, "不能晚于登记日期"),
        ({"subject_type": "manager", "subject": MANAGERS[0]}, "请填写项目负责人当时所在的企业"),
        ({"file": (io.BytesIO(b"MZ program"), "x.pdf")}, "PDF、JPEG或者PNG"),
        ({"subject": "91440300MA5EXWHW6F"}, ""),
    ],
)
def test_a_refused_form_comes_back_filled(desk, changes, told):
    answer = desk("officer").submit(
        "/credit/new", {**GIVEN, "file": _paper(), "note": "留着", **changes}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert told in text
    assert "留着" in text
    assert "error-summary" in text
    with reading() as db:
        assert queries.waiting_number(db) == 0


def test_an_act_on_both_is_one_act(desk):
    _propose(desk("officer"), subject_type="manager", subject=MANAGERS[0], uscc=USCC[0].lower(), on_both="y")
    with reading() as db:
        rows = queries.waiting(db)
        assert sorted(rows["subject"]) == sorted([MANAGERS[0], USCC[0]])
        assert len(set(rows["act"])) == 1


def test_refusing_needs_a_reason_and_keeps_it(desk):
    officer, lead = desk("officer"), desk("lead")
    place = _propose(officer)
    assert lead.submit(f"{place}/refuse", {"reason": " "}, page=place).status_code == 422
    assert lead.submit(f"{place}/refuse", {"reason": "文书不清楚"}, page=place).status_code == 303
    assert "文书不清楚" in officer.page(place).get_text()
    assert "不予登记" in officer.page(f"/credit/enterprises/{USCC[0]}").get_text()


def test_a_managers_name_stays_on_staff_pages(desk, client):
    record_event("B34", MANAGERS[0], kind="manager", uscc=USCC[0], on=DAY)
    page = desk("officer").page(f"/credit/managers/{MANAGERS[0]}").get_text()
    assert "张三" in page
    assert "尾号0000" in page
    assert "张三" not in client.page(f"/enterprises/{USCC[0]}").get_text()
    assert client.get(f"/credit/managers/{MANAGERS[0]}").status_code == 302


def test_the_record_is_shown_as_of_a_day(desk):
    record_event("B11", on=DAY)
    officer = desk("officer")
    path = f"/credit/enterprises/{USCC[0]}"
    assert "74.00" in officer.page(path).get_text()
    assert "80.00分" in officer.page(f"{path}?as_of=2026-03-01").get_text()
    assert "格式" in officer.page(f"{path}?as_of=gestern").get_text()
    assert officer.get("/credit/enterprises/91440300MA5EXWHW6F").status_code == 404
    assert officer.get("/credit/events/none").status_code == 404


def test_search_finds_companies_and_managers(desk):
    with transaction() as db:
        db.execute(update(Enterprise).where(Enterprise.uscc == USCC[0]).values(search_key=search_key("物业A", USCC[0])))
        db.execute(
            update(Manager).where(Manager.code == MANAGERS[0]).values(search_key=people_key("张三", MANAGERS[0]))
        )
    officer = desk("officer")
    assert f"/credit/enterprises/{USCC[0]}" in str(officer.page(f"/credit?q={USCC[0]}"))
    assert f"/credit/managers/{MANAGERS[0]}" in str(officer.page(f"/credit?q={MANAGERS[0]}"))
    assert f"/credit/managers/{MANAGERS[0]}" in str(officer.page("/credit?q=张三"))
    assert "没有找到" in officer.page("/credit?q=没有这样的企业").get_text()


def test_the_lead_cannot_confirm_what_waits_for_nobody(desk):
    with reading() as db:
        assert api.waiting_count(db, LEAD) == 0
    assert "没有待核准" in desk("lead").page("/credit/waiting").get_text()


def test_the_record_is_read_as_known_at_an_instant(desk, client):
    """A late event changes the day, and never what was known before it."""
    with clock.on(date(2026, 3, 5), 15):
        record_event("B11", on=DAY)
    with clock.on(date(2026, 3, 9)):
        officer, path = desk("officer"), f"/credit/enterprises/{USCC[0]}"
        assert "74.00分" in officer.page(f"{path}?as_of=2026-03-05").get_text()
        assert "80.00分" in officer.page(f"{path}?as_of=2026-03-05&known_at=2026-03-05T14:59").get_text()
        assert "74.00分" in officer.page(f"{path}?as_of=2026-03-05&known_at=2026-03-05T15:00").get_text()
        assert "晚于现在" in officer.page(f"{path}?known_at=2030-01-01T00:00").get_text()
        public = f"/enterprises/{USCC[0]}"
        assert "80.00分" in client.page(f"{public}?as_of=2026-03-05&known_at=2026-03-05T14:59").get_text()
        assert client.get(f"{public}.json?as_of=2026-03-05").json["credit"]["score"] == "74.00"
        known = client.get(f"/api/v1{public}?as_of=2026-03-05&known_at=2026-03-05T06:59:00Z").json["credit"]
        assert (known["score"], known["events"]) == ("80.00", [])
        assert client.get(f"/api/v1{public}?known_at=yesterday").status_code == 400
        assert client.page("/lists?known_at=2026-03-05T14:59").get_text().count("2026-03-05 14:59") == 1
