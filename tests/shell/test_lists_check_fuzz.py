"""Whatever comes as name, code, day, body or spreadsheet: a clear answer or a clear refusal, and nothing half done."""

import io
import json
import string
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from portal.kernel.db import reading
from portal.kernel.errors import InputRefused
from portal.receipts import journal, verifier
from portal.receipts.models import Query, Receipt
from portal.registry import matching
from portal.shell.public.bidder import questions, sheet
from portal.shell.public.bidder.answer import STATUSES
from tests.registry.sheets import USCC
from tests.shell.public_fixtures import app as app
from tests.shell.public_fixtures import instance as instance

MARKS = "\u202e\u200f\u200b\ufeff\x00\x07\ud800\U0001f600（）()　 ﹙ﾠ"
NAMES = st.text(st.characters() | st.sampled_from("深圳市虚构海乐物业管理服务有限公司長樂" + MARKS), max_size=60)
CODES = st.text(st.sampled_from(string.digits + "ABCDEFGHJKLMNPQRTUWXYioszv- " + MARKS), max_size=24)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
QUERIES = st.fixed_dictionaries({}, optional={"uscc": CODES | JSON, "name": NAMES | JSON}) | JSON
DAYS = (
    st.sampled_from(["0001-01-01", "9999-12-31", "2026-02-29", "2026-06-01", "", "٢٠٢٦-٠٦-٠١", "2026-06-01\x00"])
    | NAMES
)
INDEX = matching.NameIndex(
    dict(zip(USCC, ("深圳市虚构海乐物业管理有限公司", "深圳市虚构长安物业服务有限公司", "有限公司"), strict=False))
)
FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def kept():
    """(receipts, queries in the journal)."""
    with reading() as db:
        return db.scalar(select(func.count(Receipt.id))), db.scalar(select(func.count(Query.id)))


@FAST
@given(st.lists(QUERIES, max_size=4), DAYS | JSON, DAYS | JSON)
def test_any_body_is_answered_or_refused_whole(client, queries, as_of, known_at):
    journal_before = journal.QUERIES
    journal.QUERIES = 10**9
    try:
        before = kept()
        body = json.dumps({"queries": queries, "as_of": as_of, "known_at": known_at})
        answer = client.post("/api/v1/lists/check", data=body)
        after = kept()
    finally:
        journal.QUERIES = journal_before
    if answer.status_code == 200:
        items = answer.json["items"]
        assert len(items) == len(queries)
        assert {item["status"] for item in items} <= set(STATUSES)
        assert after == (before[0] + 1, before[1] + 1)
        keys = verifier.public_keys(client.get("/.well-known/keys.json").json)
        assert verifier.check(answer.json["receipt"], keys)[0] == "genuine"
    else:
        assert answer.status_code in (400, 422)
        assert answer.json["detail"]
        assert after == before


@given(NAMES)
def test_matching_a_name_never_fails_and_scores_are_whole(text):
    match = INDEX.match(text)
    assert match.outcome in ("one", "many", "none")
    assert all(type(fit.score) is int and 0 < fit.score <= 1000 for fit in match.fits)
    assert len(match.fits) <= min(matching.SHOWN, match.total)
    if match.outcome == "one":
        assert match.fits[0].score >= matching.COUNTS


@given(st.sampled_from(list(INDEX.names.values())[:2]), st.lists(st.integers(0, 14), max_size=4))
def test_marks_that_nobody_sees_change_no_match(name, places):
    written = name
    for place in places:
        written = written[:place] + "\u200b\u202e"[place % 2] + written[place:]
    assert INDEX.match(written).fits == INDEX.match(name).fits


@given(NAMES | CODES)
def test_a_question_repeats_nothing_that_nobody_sees(text):
    asked = questions.of_text(text)
    assert "".join(asked.echo.values()).isprintable()
    verifier.canonical(asked.echo)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.none() | NAMES | st.integers() | st.floats() | st.dates() | st.booleans(), max_size=4), max_size=6
    )
)
def test_any_csv_is_read_or_refused(rows):
    text = "\n".join(",".join(str(cell) for cell in row) for row in rows)
    read(text.encode("utf-8", "replace"), "list.csv")


def read(data, name):
    """The questions of a file, or None when it was refused with a sentence."""
    try:
        found = sheet.questions_of(data, name)
    except InputRefused as error:
        found, said = None, str(error)
    if found is None:
        assert said
    else:
        assert 0 < len(found) <= questions.MOST
    return found


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_any_damage_to_a_workbook_is_read_or_refused(data):
    whole = bytearray(WORKBOOK)
    for _number in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(whole), "list.xlsx")


def _workbook():
    book = openpyxl.Workbook()
    for row in (["企业名称", "统一社会信用代码"], ["虚构海乐", "\u200f" + USCC[1]], ['=HYPERLINK("x")', 9.144e17]):
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


WORKBOOK = _workbook()


def _bomb(rows):
    """A small file that grows: one sheet of a million cells, or of one endless text."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for member in old.infolist():
            content = old.read(member)
            new.writestr(member.filename, rows if member.filename.endswith("sheet1.xml") else content)
    return target.getvalue()


HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
BOMBS = {
    "far cell": HEAD + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>',
    "long text": HEAD
    + b'<row r="1"><c r="A1" t="inlineStr"><is><t>'
    + b"a" * 30_000_000
    + b"</t></is></c></row></sheetData></worksheet>",
    "many rows": HEAD
    + b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 5000))
    + b"</sheetData></worksheet>",
    "entities": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    + HEAD
    + b'<row r="1"><c r="A1" t="str"><v>&b;</v></c></row></sheetData></worksheet>',
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_does_no_harm(name):
    found = read(_bomb(BOMBS[name]), "list.xlsx")
    assert found is None or (name in ("long text", "entities") and len(found) == 1)


def test_a_hundred_thousand_characters_are_one_unknown_company(client):
    answer = client.post("/api/v1/lists/check", json={"queries": [{"name": "虚构海乐" * 25_000}, {"name": "虚构海乐"}]})
    assert [item["reason_code"] for item in answer.json["items"]] == ["too_long", "same_stem"]
    assert len(answer.data) < 20_000


@pytest.mark.parametrize(
    "day",
    ["0001-01-01", "0000-00-00", "9999-12-31", "2026-02-30", "10000-01-01", "-0001-01-01", "٢٠٢٦-٠٦-٠١", "x" * 9000],
)
def test_odd_days_on_the_page(client, day):
    page = client.submit("/lists/check", {"q": "虚构海乐", "as_of": day, "known_at": ""})
    assert page.status_code == (200 if day == "0001-01-01" else 422)
    assert client.submit("/lists/check", {"q": "x", "known_at": f"{day} 10:00"}).status_code in (200, 422)
