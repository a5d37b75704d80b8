"""Names and phones of managers, phones of companies: sealed in the database, found by keyed hashes, shown whole on request only."""

import pytest
from sqlalchemy import select, text

from portal.kernel import clock, keys
from portal.kernel.access import Role
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.registry import api, queries, tables
from portal.registry.models import Enterprise
from portal.registry.service.refusals import FieldRefused
from portal.registry.views.common import sent
from tests.registry.sheets import ENTERPRISES, bring, counted, id_number
from tests.registry.test_pages import form_of, pages, today

__all__ = ["pages", "today"]  # fixtures

NAMED = f"manager_code,name,id_number,phone\nM-7,张三丰,{id_number(7)},13812345678\nM-8,张三,{id_number(8)},\n"


def _codes(db, q):
    return [one.code for one in queries.managers_found(db, q)[0]]


@pytest.mark.both_databases
def test_managers_are_found_by_name_though_no_name_is_stored(district):
    bring("managers", NAMED)
    with reading() as db:
        for typed, codes in (
            ("张三丰", ["M-7"]), ("张三", ["M-8", "M-7"]), ("三丰", ["M-7"]), ("zhangsanfeng", ["M-7"]), ("ZSF", ["M-7"]),
            ("M-7", ["M-7"]), ("张三 丰", ["M-7"]), ("张", []), ("三张", []),
        ):  # fmt: skip
            assert sorted(_codes(db, typed)) == sorted(codes), typed
        stored = "|".join(str(row) for row in db.execute(text("SELECT * FROM manager")))
        assert api.manager_staff_view(db, "M-7").phone == "13812345678"
        assert api.manager_staff_view(db, "M-8").name == "张三"
    assert [word for word in ("张", "丰", "zhang", "zsf", "13812345678") if word in stored] == []


@pytest.mark.both_databases
def test_the_phone_of_a_company_is_sealed_and_compared_all_the_same(district):
    changed = ENTERPRISES.replace(",,,", ",,0755-27654321,", 1)
    assert counted(bring("enterprises", changed)) == (0, 1, 1)
    with reading() as db:
        assert set(api.enterprise_details(db)["phone"]) == {"0755-27654321", "0755-11112222"}
        stored = "|".join(db.scalars(select(Enterprise.phone_sealed)))
    assert not [number for number in ("27654321", "11112222") if number in stored]
    assert counted(bring("enterprises", changed)) == (0, 0, 2)


def test_a_look_at_the_whole_phone_is_audited(pages, signed_in):
    bring("managers", NAMED)
    client = signed_in(Role.REGISTRAR)
    for path in ("/registry/managers", "/registry/managers/M-7", "/registry/managers/M-7/edit"):
        shown = str(client.page(path))
        assert "13812345678" not in shown, path
        assert "138****5678" in shown, path
    answer = client.submit("/registry/managers/M-7/phone", page="/registry/managers/M-7")
    assert "13812345678" in answer.text
    with reading() as db:
        looks = db.execute(
            select(AuditEntry.subject, AuditEntry.detail).where(AuditEntry.action == "look.manager-phone")
        ).all()
        rows = queries.managers_found(db)[0]
        assert b"138****5678" in sent(tables.managers_table(rows), "csv").get_data()
    assert looks == [("manager:M-7", "{}")]


def test_an_empty_phone_on_the_form_keeps_the_one_that_is_recorded(pages, signed_in):
    bring("managers", NAMED)
    client, address = signed_in(Role.REGISTRAR), "/registry/managers/M-7/edit"
    data = form_of(client, address) | {"name": "张三峰", "phone": ""}
    del data["forget_phone"]  # a box that nobody ticked
    assert client.post(address, data=data).status_code == 303
    with reading() as db:
        assert (queries.manager(db, "M-7").name, queries.manager(db, "M-7").phone) == ("张三峰", "13812345678")
    client.post(address, data=form_of(client, address) | {"phone": "", "forget_phone": "y"})
    with reading() as db:
        assert queries.manager(db, "M-7").phone is None


def test_who_was_cleared_is_shown_by_code_and_not_named_again(district):
    bring("managers", NAMED)
    with transaction() as db:
        keys.destroy(db, "manager:M-7", clock.now())
    with reading() as db:
        found = queries.manager(db, "M-7")
        assert (found.cleared, found.phone, found.name) == (True, None, "（不能读取）")
        assert queries.manager_names(db, ["M-7", "M-8"])["M-8"] == "张三"
    with pytest.raises(FieldRefused, match="请用新的编号"):
        bring("managers", NAMED)


def test_a_list_shows_what_can_be_read_when_the_ring_lacks_a_key(district):
    bring("managers", NAMED)
    with transaction() as db:
        lost = db.get_one(keys.SubjectKey, "manager:M-7")
        lost.key_id = "data-20200101-ffffff"
    with reading() as db:
        names = {one.code: one.name for one in queries.managers_found(db)[0]}
    assert (names["M-7"], names["M-8"]) == ("（不能读取）", "张三")
