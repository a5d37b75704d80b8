"""The bidder check: what it answers, what it proves, and that it never tells a stranger whom somebody asked about."""

import io
import json
import logging
import re
from datetime import date, timedelta

import openpyxl
import pypdf
import pytest
from sqlalchemy import event, select, update

from portal.kernel import clock
from portal.kernel.db import engine, reading, transaction
from portal.receipts import api as receipts
from portal.receipts import journal
from portal.receipts.models import Query, Receipt
from portal.shell.public.bidder import files
from scoring.lists.models import ListEntry
from tests.registry.sheets import USCC, bring
from tests.shell.public_fixtures import app as app
from tests.shell.public_fixtures import instance as instance

RED, BLACK, NEW = USCC[0], USCC[1], USCC[2]
ITEM = {"query", "status", "provisional", "uscc", "name", "reason_code", "reason", "matches", "entries"}
BID_DAY = "2026-06-01"


def ask(client, *queries, **more):
    answer = client.post("/api/v1/lists/check", json={"as_of": BID_DAY, "queries": list(queries), **more})
    assert answer.status_code == 200, answer.text
    return answer.json


def statuses(answer):
    return [item["status"] for item in answer["items"]]


def held(page):
    """(id, holder's code) of the receipt on a page."""
    code = re.search(r"/verify/([0-9A-Z]{26})/receipt", page)[1]
    return code, re.search(r'name="holder_code" value="([0-9A-Z-]+)"', page)[1]


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ({"uscc": RED}, "red", "code"), ({"uscc": BLACK}, "black", "code"), ({"uscc": NEW}, "none", "code"),
        ({"uscc": f" {BLACK[:8].lower()}-{BLACK[8:]}　"}, "black", "code"),
        ({"uscc": BLACK, "name": "虚构海乐"}, "black", "code_name_differs"),
        ({"name": "深圳市虚构长安物业服务有限公司"}, "black", "same_name"),
        ({"name": "深圳市虛構長安物業服務有限公司"}, "black", "same_name"),
        ({"name": "\u202e深圳市虚构长安物业\u200b服务有限公司"}, "black", "same_name"),
        ({"name": "虚构长安物业服务（深圳）有限责任公司"}, "black", "same_core"),
        ({"name": "虚构长安物业"}, "black", "same_stem"), ({"name": "虚构新来"}, "none", "same_stem"),
        ({"name": "虚构"}, "ambiguous", "several"),
        ({"name": "深圳市虚构常安物业服务有限公司"}, "unknown", "name_unregistered"),
        ({"name": "不存在的物业有限公司"}, "unknown", "name_unregistered"),
        ({"uscc": "91440300708461136T"}, "unknown", "code_unregistered"),
        ({"uscc": "91440300708461136X"}, "unknown", "code_check"), ({"uscc": "9144"}, "unknown", "code_length"),
        ({"name": "长" * 100_000}, "unknown", "too_long"), ({"name": " \u200f "}, "unknown", "empty"),
        ({}, "unknown", "empty"), (None, "unknown", "malformed"), ({"name": ["x"]}, "unknown", "malformed"),
        ("虚构长安", "unknown", "malformed"), ({"uscc": True}, "unknown", "malformed"),
        ({"uscc": 914403}, "unknown", "code_length"), ({"name": "\ud800\x00"}, "unknown", "empty"),
    ],
)  # fmt: skip
def test_one_answer_for_each_query(client, query, status, reason):
    body = json.dumps({"as_of": BID_DAY, "queries": [{"uscc": RED}, query]})
    answer = client.post("/api/v1/lists/check", data=body)
    item = answer.json["items"][1]
    assert set(item) == ITEM
    assert (item["status"], item["reason_code"]) == (status, reason)
    assert item["reason"]
    assert all(type(fit["score"]) is int and 0 <= fit["score"] <= 1000 for fit in item["matches"])
    assert (item["uscc"] is None) == (status in ("unknown", "ambiguous"))
    assert len(json.dumps(item["query"])) < 3000
    verdict = client.post("/api/v1/receipts/verify", json=answer.json["receipt"]).json
    assert (verdict["verdict"], verdict["issued_here"]) == ("genuine", True)


def test_a_name_that_merely_sounds_alike_is_offered_and_stands_for_nobody(client):
    item = ask(client, {"name": "深圳市虚构常安物业服务有限公司"})["items"][0]
    assert (item["uscc"], item["entries"]) == (None, [])
    assert [fit["uscc"] for fit in item["matches"]][0] == BLACK
    assert item["matches"][0]["score"] < 850


def test_black_comes_before_red_and_a_managers_entry_does_not_count(client, instance):
    answer = ask(client, {"uscc": BLACK})["items"][0]
    assert {entry["kind"] for entry in answer["entries"]} == {"black", "red"}
    assert answer["entries"][0]["kind"] == "black"
    assert {"effective_from", "effective_to", "decision", "reason", "flags"} <= set(answer["entries"][0])

    with transaction() as db:  # a black entry about nobody but a manager of the company
        entry = db.scalars(select(ListEntry).where(ListEntry.kind == "black")).first()
        values = {column.name: getattr(entry, column.name) for column in ListEntry.__table__.columns}
        from scoring.lists.models import ListCase

        case = db.get(ListCase, entry.case_id)
        facts = {column.name: getattr(case, column.name) for column in ListCase.__table__.columns}
        db.add(ListCase(**{**facts, "id": "manager", "subject_type": "manager", "subject": "PM-001", "uscc": NEW}))
        db.flush()
        changed = {"id": "manager", "case_id": "manager", "subject_type": "manager", "subject": "PM-001", "uscc": NEW}
        db.add(ListEntry(**{**values, **changed}))
    assert statuses(ask(client, {"uscc": NEW})) == ["none"]


def test_in_force_is_computed_for_the_day_and_from_what_was_known(client):
    days = {"2026-03-24": "none", "2026-03-25": "black", "2027-02-20": "black", "0001-01-01": "none"}
    assert {day: statuses(ask(client, {"uscc": BLACK}, as_of=day))[0] for day in days} == days
    before = ask(client, {"uscc": BLACK}, known_at="2026-03-24T10:00:00Z")
    assert statuses(before) == ["none"]
    assert before["receipt"]["payload"]["known_at"] == "2026-03-24T10:00:00Z"
    assert statuses(ask(client, {"uscc": BLACK}, known_at="2026-03-25T02:00:00Z")) == ["black"]


def test_a_coming_day_is_provisional_up_to_ninety_days_ahead(client):
    ahead = [(clock.today() + timedelta(days=days)).isoformat() for days in (0, 1, 90, 91)]
    found = [ask(client, {"uscc": RED}, as_of=day) for day in ahead[:3]]
    assert [(answer["provisional"], answer["items"][0]["provisional"]) for answer in found] == [
        (False, False), (True, True), (True, True),
    ]  # fmt: skip
    assert client.post("/api/v1/lists/check", json={"as_of": ahead[3], "queries": []}).status_code == 422


@pytest.mark.parametrize(
    ("body", "status", "parameter"),
    [
        (b"", 400, "body"), (b"[]", 400, "body"), (b"{", 400, "body"), (b"[" * 90_000, 400, "body"),
        (b'{"queries": {}}', 422, "queries"),
        (b'{"queries": [], "day": 1}', 400, "day"), (b'{"queries": [], "as_of": 20260601}', 400, "as_of"),
        (b'{"queries": [], "as_of": "2026-6-1"}', 400, "as_of"), (b'{"queries": [], "as_of": "2026-02-30"}', 400, "as_of"),
        (b'{"queries": [], "as_of": "9999-12-31"}', 422, "as_of"), (b'{"queries": [], "known_at": "now"}', 400, "known_at"),
        (b'{"queries": [], "known_at": "9999-12-31T23:59:59-23:00"}', 400, "known_at"),
        (b'{"queries": [], "known_at": "2098-01-01T00:00:00Z"}', 422, "known_at"),
        (json.dumps({"queries": [{}] * 1001}).encode(), 422, "queries"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_whole_is_named_and_nothing_is_done(client, body, status, parameter):
    answer = client.post("/api/v1/lists/check", data=body)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["parameter"] == parameter
    with reading() as db:
        assert not db.scalars(select(Receipt)).all()
        assert not db.scalars(select(Query)).all()


@pytest.mark.parametrize("address", ["/api/v1/lists/check", "/api/v1/receipts/verify"])
def test_more_than_any_check_needs_is_refused_unread(client, address):
    answer = client.post(address, data=b"[" + b" " * 17_000_000 + b"]", content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


def test_a_thousand_rows_ask_the_database_as_often_as_ten(client):
    names = ["深圳市虚构长安物业服务有限公司", "虚构海乐", "深圳市虚构常安物业有限公司", "不存在的物业有限公司"]
    queries = [{"name": f"{names[number % 4]}"} if number % 5 else {"uscc": BLACK} for number in range(1000)]
    ask(client, *queries[:5])
    few, many = asked(client, queries[:10]), asked(client, queries)
    assert 0 < many == few


def asked(client, queries) -> int:
    """How many reading statements a check costs."""
    statements = []

    def note(_connection, _cursor, statement, *_more):
        statements.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    assert len(ask(client, *queries)["items"]) == len(queries)
    event.remove(engine(), "before_cursor_execute", note)
    return sum(statement.startswith("SELECT") for statement in statements)


def test_a_receipt_says_superseded_once_its_records_have_changed(client):
    answer = ask(client, {"uscc": RED}, {"uscc": BLACK}, {"uscc": "91440300708461136T"})
    code, receipt = answer["receipt"]["payload"]["id"], answer["receipt"]
    assert client.get(f"/api/v1/receipts/{code}").json["superseded"] is False

    with transaction() as db:  # an entry that was in force on the bid day is taken back
        db.execute(update(ListEntry).where(ListEntry.kind == "black").values(superseded_at=clock.now()))
    verdict = client.post("/api/v1/receipts/verify", json=receipt).json
    assert (verdict["verdict"], verdict["changed"]) == ("superseded", [2])
    assert client.get(f"/api/v1/receipts/{code}").json["superseded"] is True
    assert "已有更新" in client.get(f"/verify/{code}").text

    row = "uscc,name,legal_representative,phone,address\n91440300708461136T,后来登记的物业有限公司,,,\n"
    bring("enterprises", row, on=clock.today())
    assert client.post("/api/v1/receipts/verify", json=receipt).json["changed"] == [2, 3]


def test_a_stranger_learns_that_a_receipt_is_genuine_and_nothing_else(client):
    page = client.submit("/lists/check", {"q": BLACK, "as_of": BID_DAY})
    code, own = held(page.text)
    known = client.get(f"/verify/{code}")
    public = client.get(f"/api/v1/receipts/{code}")
    for answer in (known, public, client.get(f"/en/verify/{code}")):
        assert answer.headers["Cache-Control"] == "no-store"
        for secret in (BLACK, "长安", "在黑榜", "On the black list", own, own.replace("-", "")):
            assert secret not in answer.text
    for wrong in ("", "00000-00000", code):
        assert client.submit(f"/verify/{code}", {"holder_code": wrong}).status_code == 404
        assert client.submit(f"/verify/{code}/receipt.json", {"holder_code": wrong}, page="/verify").status_code == 404
    again = client.submit(f"/verify/{code}", {"holder_code": own.lower()})
    assert "深圳市虚构长安物业服务有限公司" in again.text
    assert held(again.text) == (code, own)


def test_nobody_finds_in_addresses_or_logs_whom_somebody_asked_about(client, caplog, instance):
    caplog.set_level(logging.DEBUG)
    page = client.submit("/lists/check", {"q": "虚构长安", "as_of": BID_DAY})
    ask(client, {"uscc": BLACK})
    assert page.status_code == 200  # the answer itself: no redirect to an address with the question in it
    form = client.page("/lists/check").find("form", attrs={"enctype": True})
    assert form["method"] == "post"
    logged = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert BLACK not in logged
    assert "长安" not in logged
    with reading() as db:
        kept = [
            (row.channel, row.rows, row.kind, row.authorisation) for row in db.scalars(select(Query).order_by(Query.at))
        ]
    assert kept == [("page", 1, "lists.check", "public"), ("api", 1, "lists.check", "public")]


def test_looks_and_queries_are_limited(client, monkeypatch):
    monkeypatch.setattr(journal, "LOOKS", 3)
    monkeypatch.setattr(journal, "QUERIES", 2)
    code = ask(client, {"uscc": RED})["receipt"]["payload"]["id"]
    met = [
        client.get(address, strict=False).status_code
        for address in (f"/verify/{code}", "/verify/x", f"/api/v1/receipts/{code}")
    ]
    assert met == [200, 404, 200]
    refused = client.get(f"/verify/{code}", strict=False)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 600
    ask(client, {"uscc": RED})
    flooded = client.post("/api/v1/lists/check", json={"queries": []})
    assert (flooded.status_code, flooded.mimetype) == (429, "application/problem+json")


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


SHEET = workbook(
    ["序号", "投标人名称", "统一社会信用代码", "联系人"], [1, "虚构海乐", None, "甲"], [2, None, BLACK, "=1+1"],
    [None, None, None, None], [3, "虚构", None, "丙"], [4, "某公司", "9144", "丁"],
)  # fmt: skip


def upload(client, data, name="list.xlsx", **more):
    return client.submit("/lists/check", {"file": (io.BytesIO(data), name), "as_of": BID_DAY, **more})


def test_a_spreadsheet_comes_back_with_status_reason_entry_validity_and_receipt(client):
    page = upload(client, SHEET)
    code, own = held(page.text)
    found = {
        ending: client.submit(f"/verify/{code}/receipt.{ending}", {"holder_code": own}, page="/verify")
        for ending in ("xlsx", "csv", "json", "pdf")
    }
    book = openpyxl.load_workbook(io.BytesIO(found["xlsx"].data))
    rows = list(book.active.iter_rows(values_only=True))
    assert [row[3] for row in rows[1:]] == ["red", "black", "ambiguous", "unknown"]
    assert rows[2][5:9] == (BLACK, "深圳市虚构长安物业服务有限公司", 1000, "统一社会信用代码一致")
    assert "2026-03-25至2027-03-24" in rows[2][10]
    assert {row[15] for row in rows[1:]} == {code}
    assert {row[12] for row in rows[1:]} == {BID_DAY}
    assert found["csv"].data.startswith(b"\xef\xbb\xbf")
    assert client.post("/api/v1/receipts/verify", data=found["json"].data).json["verdict"] == "genuine"
    for answer in found.values():
        assert answer.headers["Cache-Control"] == "no-store"
    with reading() as db:
        assert db.scalars(select(Query)).one().channel == "sheet"

    pdf = pypdf.PdfReader(io.BytesIO(found["pdf"].data))
    text = "".join(page.extract_text() for page in pdf.pages)
    assert "不等于企业资格审查合格" in text
    assert receipts.printed(code)[:11] in text
    assert list(pdf.attachments.values())[0][0] == found["json"].data


def test_a_long_list_on_paper_shows_what_needs_a_look_and_carries_the_rest(client, monkeypatch):
    monkeypatch.setattr(files, "ON_PAPER", 5)
    receipt = ask(client, *[{"uscc": NEW}] * 8, {"uscc": BLACK}, *[{"name": "不存在的物业"}] * 3)["receipt"]
    code, own = receipt["payload"]["id"], receipts.holder_code(receipt["signature"])
    answer = client.submit(f"/verify/{code}/receipt.pdf", {"holder_code": own}, page="/verify")
    pdf = pypdf.PdfReader(io.BytesIO(answer.data))
    text = "".join(page.extract_text() for page in pdf.pages).replace("\n", "")
    assert "一共12行，这里列出5行" in text
    assert (text.count("不存在的物业"), text.count(BLACK), text.count(NEW)) == (3, 2, 2)
    assert {name.rsplit(".", 1)[1] for name in pdf.attachments} == {"json", "csv"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "文件是空的"), (b"\x89PNG\r\n", "不是表格文件"), (b"PK\x03\x04rubbish", "已损坏"),
        (workbook(["企业名称"]), "只有表头"), (workbook(["企业名称", "联系人"], [None, "甲"]), "都是空的"),
        (workbook(["企业名称"], *[["甲"]] * 1001), "1000"), (b"\xff\xfe\x00", "编码"),
        ('企业名称\n"没有结束的引号'.encode(), "引号"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(client, data, said):
    page = upload(client, data)
    assert page.status_code == 422
    assert said in page.text
    with reading() as db:
        assert not db.scalars(select(Receipt)).all()


def test_a_formula_without_result_hides_no_company(client):
    book = workbook(["企业名称", "备注"], ["虚构海乐", "=1+1"], ["=A2", "x"])
    page = upload(client, book)
    assert page.status_code == 422
    assert "!A3" in page.text
    assert "!B2" not in page.text  # what stands beside the names does not matter


def test_a_list_without_headers_is_read_too(client):
    data = f"虚构海乐\n{BLACK}\n".encode("gb18030")
    page = upload(client, data, "list.csv")
    assert page.status_code == 200
    assert page.text.count("在黑榜") == 2


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_form_comes_back_filled(client, prefix):
    page = client.submit(f"{prefix}/lists/check", {"q": "虚构海乐", "as_of": "2098-01-01", "known_at": "soon"})
    assert page.status_code == 422
    assert 'value="虚构海乐"' in page.text
    assert 'value="2098-01-01"' in page.text
    assert 'value="soon"' in page.text


def test_both_days_stand_on_the_page(client):
    page = client.submit("/lists/check", {"q": "虚构长安", "as_of": BID_DAY, "known_at": "2026-03-24 18:00"})
    assert "按2026年6月1日的情况，截至2026年3月24日18:00已登记的内容" in page.text
    assert "未列入" in page.text
    assert "不等于企业资格审查合格" in page.text


def test_the_template_reads_back(client):
    from portal.shell.public.bidder.sheet import questions_of

    asked = questions_of(client.get("/lists/check/template.xlsx").data, "companies.xlsx")
    assert [question.uscc for question in asked] == ["91440300708461136T"]


def test_a_page_for_each_verdict(client):
    receipt = ask(client, {"uscc": RED})["receipt"]
    for text, said in (
        (json.dumps(receipt, indent=1), "真实未改动"),
        (json.dumps(receipt).replace("red", "black"), "已被改动"),
    ):
        assert said in client.submit("/verify", {"text": text}).text
    uploaded = client.submit("/verify", {"file": (io.BytesIO(receipts.canonical(receipt)), "r.json")})
    assert "真实未改动" in uploaded.text
    code = receipts.printed(receipt["payload"]["id"]).lower()
    assert client.submit("/verify", {"code": code}).location.endswith(receipt["payload"]["id"])
    assert client.submit("/verify", {}).status_code == 422
    assert client.get("/verify/no-such-code", strict=False).status_code == 404
    assert date.fromisoformat(receipt["payload"]["as_of"]) == date(2026, 6, 1)
