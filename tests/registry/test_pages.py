"""The registry's pages: who may come, what they see, and that what they change stays."""

import csv
import io

import pytest
from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading
from portal.registry import api, queries
from portal.registry.imports import IMPORTS
from tests.registry.sheets import ALL, CONTRACTS, ON, USCC, bring, bring_all, counted, id_number

READERS = (Role.REVIEWER, Role.OFFICER, Role.LEAD, Role.REGISTRAR, Role.AUDITOR)
OTHERS = (Role.INSPECTOR, Role.ENTERPRISE, Role.MEDIATOR, Role.ADMIN)
PAGES = ["", "/estates", "/enterprises", "/managers", "/contracts", "/divisions"]
RECORDS = ["/estates/E-1", f"/enterprises/{USCC[0]}", "/managers/M-1"]
FORMS = [
    "/estates/add",
    "/estates/E-1/edit",
    "/estates/E-1/contracts/add",
    "/enterprises/add",
    f"/enterprises/{USCC[0]}/edit",
    "/managers/add",
    "/managers/M-1/edit",
]


@pytest.fixture(autouse=True)
def today():
    with clock.on(ON):
        yield


@pytest.fixture
def pages(app):
    """The application on the small district."""
    bring_all()
    return app


@pytest.mark.parametrize("role", READERS)
def test_readers_read(pages, signed_in, role):
    client = signed_in(role)
    for path in PAGES + RECORDS:
        client.page("/registry" + path)


@pytest.mark.parametrize("role", OTHERS)
def test_others_are_refused(pages, signed_in, role):
    client = signed_in(role, uscc=USCC[0] if role is Role.ENTERPRISE else None)
    for path in PAGES + RECORDS + FORMS:
        assert client.get("/registry" + path).status_code == 403


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.LEAD, Role.AUDITOR])
def test_readers_do_not_edit(pages, signed_in, role):
    client = signed_in(role)
    for path in FORMS:
        assert client.get("/registry" + path).status_code == 403
    assert "add" not in str(client.page("/registry/estates").main)


def test_nobody_reads_without_a_session(pages):
    assert pages.test_client().get("/registry/managers").status_code in (302, 303)


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("role", [Role.OFFICER, Role.REGISTRAR])
def test_editors_see_every_page_in_both_languages(pages, signed_in, role, language):
    client = signed_in(role)
    for path in PAGES + RECORDS + FORMS:
        client.page(f"{language}/registry{path}")


def test_the_street_sees_its_own_estates(pages, signed_in):
    """福永街道 ends in four zeros; 海乐社区 lies in 新安街道 and is unknown to it."""
    fuyong = signed_in(Role.REVIEWER, division="440306020000")
    listed = str(fuyong.page("/registry/estates").main)
    assert "怀德新村" in listed
    assert "海乐花园" not in listed
    fuyong.page("/registry/estates/E-2")
    fuyong.page("/registry/estates/E-1", status=404)
    assert "海乐花园" not in str(fuyong.page(f"/registry/enterprises/{USCC[0]}").main)
    assert "海乐花园" not in str(fuyong.page("/registry?q=hailehuayuan").main)
    assert b"E-1" not in fuyong.get("/registry/estates.csv").data
    assert b"E-1" not in fuyong.get("/registry/contracts.csv").data


def test_the_community_registrar_edits_its_own_estates_only(pages, signed_in):
    haile = signed_in(Role.REGISTRAR, division="440306017010")
    assert haile.get("/registry/estates/E-1/edit").status_code == 200
    for path in ("", "/edit", "/contracts/add"):
        assert haile.get("/registry/estates/E-2" + path).status_code == 404


def form_of(client, path: str) -> dict[str, str]:
    """The fields of the form on a page, as a browser would send them back."""
    form = client.page(path).main.find("form", attrs={"method": "post"})
    data = {}
    for field in form.find_all(["input", "select"]):
        if field.get("type") == "radio" and not field.has_attr("checked"):
            continue
        if field.name == "select":
            chosen = field.find("option", selected=True)
            data[field["name"]] = chosen["value"] if chosen else ""
        else:
            data[field["name"]] = field.get("value", "")
    return data


def test_an_estate_is_added_corrected_and_changed(pages, signed_in):
    client = signed_in(Role.REGISTRAR)
    data = form_of(client, "/registry/estates/add")
    data |= {"estate_code": "E-9", "name": "新湖花园", "kind": "commodity", "division_code": "440306017010"}
    data |= {"households": "88", "floor_area_m2": "1200.55", "latitude": "22.5", "longitude": "113.8"}
    assert client.post("/registry/estates/add", data=data).status_code == 303
    data = form_of(client, "/registry/estates/E-9/edit")
    assert (data["floor_area_m2"], data["kind"], data["mode"]) == ("1200.55", "commodity", "correct")
    change = data | {"households": "90", "mode": "change", "from_day": "2026-03-01"}
    assert client.post("/registry/estates/E-9/edit", data=change).status_code == 303
    with reading() as db:
        from datetime import date

        assert api.estate(db, "E-9", as_of=date(2026, 2, 28)).households == 88
        assert api.estate(db, "E-9", as_of=date(2026, 3, 1)).households == 90
    # the form of before carries an old version
    late = client.post("/registry/estates/E-9/edit", data=data | {"households": "91"})
    assert late.status_code == 422
    assert "已在" in late.text
    assert 'value="91"' in late.text


def test_a_form_comes_back_filled_with_its_errors(pages, signed_in):
    client = signed_in(Role.REGISTRAR)
    data = form_of(client, "/registry/estates/add")
    data |= {
        "estate_code": "e 9",
        "name": "",
        "households": "许多",
        "latitude": "22.5",
        "division_code": "440306020001",
    }
    answer = client.post("/registry/estates/add", data=data)
    assert answer.status_code == 422
    for part in ("请填写小区名称。", "编号“e 9”写法不对", "应填整数", "纬度和经度要么都填", 'value="许多"', "有错误："):
        assert part in answer.text
    told = client.post("/registry/estates/add", data=data | {"longitude": "190"}).text
    assert "应填73至136之间的数" in told
    assert "纬度和经度要么都填" not in told
    data = form_of(client, "/registry/enterprises/add") | {"uscc": "91350100M000100Y4Z", "name": "公司"}
    assert "校验位不对" in client.post("/registry/enterprises/add", data=data).text


def test_a_community_outside_the_jurisdiction_cannot_be_chosen(pages, signed_in):
    client = signed_in(Role.REGISTRAR, division="440306017000")
    data = form_of(client, "/registry/estates/E-1/edit") | {"division_code": "440306020001"}
    answer = client.post("/registry/estates/E-1/edit", data=data)
    assert answer.status_code == 422
    assert "不在您的辖区内" in answer.text


def test_a_company_is_added_and_changed_once(pages, signed_in):
    client = signed_in(Role.OFFICER)
    data = form_of(client, "/registry/enterprises/add") | {"uscc": "91110000 600037341 l", "name": "第三公司"}
    assert client.post("/registry/enterprises/add", data=data).status_code == 303
    path = f"/registry/enterprises/{USCC[2]}/edit"
    first = form_of(client, path)
    with clock.on(ON, 11):
        assert client.post(path, data=first | {"name": "第三物业公司"}).status_code == 303
    with clock.on(ON, 11):
        assert client.post(path, data=first | {"name": "别名公司"}).status_code == 422
    with reading() as db:
        assert api.enterprise(db, USCC[2]).name == "第三物业公司"


def test_the_id_number_is_shown_by_its_ending_only(pages, signed_in):
    client = signed_in(Role.REGISTRAR)
    page = str(client.page("/registry/managers/M-1"))
    assert f"尾号{id_number(1)[-4:]}" in page
    assert id_number(1) not in page
    number = id_number(5)
    data = form_of(client, "/registry/managers/add") | {"manager_code": "M-5", "name": "", "id_number": number}
    answer = client.post("/registry/managers/add", data=data)
    assert answer.status_code == 422
    assert number not in answer.text
    assert client.post("/registry/managers/add", data=data | {"name": "赵六"}).status_code == 303
    twice = client.post("/registry/managers/add", data=data | {"manager_code": "M-6", "name": "赵六"})
    assert "已用于M-5" in twice.text


def test_a_contract_is_added_ended_and_withdrawn(pages, signed_in):
    client = signed_in(Role.REGISTRAR)
    path = "/registry/estates/E-1/contracts/add"
    data = form_of(client, path) | {"uscc": USCC[0], "manager_code": "M-1", "starts_on": "2026-01-01"}
    refused = client.post(path, data=data)
    assert refused.status_code == 422
    assert "服务期重叠" in refused.text
    with reading() as db:
        open_one = queries.live_contracts(db, ["E-1"])[1].id
    edit = f"/registry/estates/E-1/contracts/{open_one}"
    assert client.post(edit, data=form_of(client, edit) | {"ends_on": "2025-12-31"}).status_code == 303
    assert client.post(edit, data=form_of(client, edit)).status_code == 422, "the version in the address is superseded"
    assert client.post(path, data=data).status_code == 303
    with reading() as db:
        newest = queries.live_contracts(db, ["E-1"])[-1].id
    take_back = f"/registry/estates/E-1/contracts/{newest}/withdraw"
    assert client.post(take_back, data=form_of(client, take_back)).status_code == 422
    assert client.post(take_back, data=form_of(client, take_back) | {"reason": "重复登记"}).status_code == 303
    assert "已被替代的合同登记" in str(client.page("/registry/estates/E-1"))
    assert client.get(f"/registry/estates/E-2/contracts/{newest}").status_code == 404


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("kind", [kind.name for kind in IMPORTS if kind.name != "managers"])
def test_an_exported_sheet_comes_back_unchanged(pages, signed_in, kind, language, ending):
    bring("enterprises", f"uscc,name,phone,address\n{USCC[2]},=危险公司,+86 755 1,-1号\n")
    answer = signed_in(Role.OFFICER).get(f"{language}/registry/{kind}.{ending}")
    assert answer.status_code == 200
    rows = len(ALL[kind].strip().splitlines()) - 1 + (kind == "enterprises")
    assert counted(bring(kind, answer.data, name=f"{kind}.{ending}")) == (0, 0, rows)


def test_an_export_holds_what_is_shown_and_runs_no_formula(pages, signed_in):
    bring("enterprises", f"uscc,name\n{USCC[2]},=1+1\n")
    client = signed_in(Role.OFFICER)
    text = client.get("/registry/enterprises.csv").data.decode("utf-8-sig")
    names = [row[1] for row in csv.reader(io.StringIO(text))][1:]
    assert "'=1+1" in names
    text = client.get("/registry/estates.csv?kind=village&q=怀德").data.decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(text))] == ["小区编号", "E-2"]


def test_reading_leaves_no_trace_in_the_audit_log(pages, signed_in):
    client = signed_in(Role.OFFICER)

    def rows() -> int:
        with reading() as db:
            return db.scalar(select(func.count()).select_from(AuditEntry)) or 0

    before = rows()
    for path in PAGES + RECORDS + FORMS:
        client.get("/registry" + path)
    client.post("/registry/estates/E-1/edit", data=form_of(client, "/registry/estates/E-1/edit"))
    assert rows() == before


def test_long_lists_have_pages(pages, signed_in):
    rows = "".join(f"P-{n:03d},第{n}花园,commodity,440306017010,5\n" for n in range(120))
    bring("estates", "estate_code,name,kind,division_code,households\n" + rows)
    client = signed_in(Role.OFFICER)
    second = client.page("/registry/estates?page=2&kind=commodity")
    assert second.find("a", attrs={"rel": "next"})["href"].endswith("kind=commodity&order=&page=3")
    assert len(second.main.table.tbody.find_all("tr")) == 50
    assert len(client.get("/registry/estates.csv?kind=commodity").data.splitlines()) == 122


def test_contracts_are_found_by_company_and_state(pages, signed_in):
    client = signed_in(Role.OFFICER)
    rows = client.page("/registry/contracts?q=hlwy&state=open").main.table.tbody.find_all("tr")
    assert len(rows) == 1
    assert "怀德新村" in str(rows[0])
    assert len(client.page("/registry/contracts").main.table.tbody.find_all("tr")) == CONTRACTS.count("\n") - 1
