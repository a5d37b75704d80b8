"""ID numbers: hashed under a key and forgotten. The number is in no database, log, message or export."""

import io
import zipfile

import pytest
from sqlalchemy import select

from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError, InputRefused
from portal.registry import queries, tables
from portal.registry.identity import read_identity
from portal.registry.models import Manager
from portal.registry.service import parties
from portal.registry.service.parties import ManagerInput
from portal.registry.views.common import sent
from tests.registry.sheets import CLI, MANAGERS, bring, id_number


def files_of(place) -> bytes:
    """Every byte that the portal wrote: the database with its journal, the heads, the keys."""
    from portal.kernel import db

    db.dispose()
    return b"".join(path.read_bytes() for path in sorted(place.instance.rglob("*")) if path.is_file())


def test_the_number_is_in_no_file(district):
    number = id_number(7)
    with pytest.raises(InputRefused):
        bring("managers", MANAGERS + f"M-3,王五,{number[:17]}{'0' if number[17] != '0' else '1'},\nM-4,,{number},\n")
    bring("managers", MANAGERS + f"M-3,王五,{number},13900000000\n")
    with transaction() as db:
        row = queries.manager_row(db, "M-3")
        facts = ManagerInput("王六", "13900000009", read_identity(id_number(8)))
        assert parties.edit_manager(db, CLI, "M-3", facts, version=parties.version_of(row))
    everything = files_of(district)
    assert b"M-3" in everything
    assert [word for word in ("王五", "王六", "13900000000", "13900000009") if word.encode() in everything] == []
    for known in (1, 2, 7, 8):
        assert id_number(known).encode() not in everything
        assert id_number(known)[:14].encode() not in everything


def test_the_number_is_in_no_message(district):
    for wrong in (id_number(3)[:17], id_number(3)[:17] + "Q"):
        with pytest.raises(DomainError) as caught:
            read_identity(wrong)
        assert wrong not in str(caught.value)
        assert wrong[:10] not in str(caught.value)
    for odd, word in (("110105194912310021", "校验位"), ("440306199013011234", "出生日期")):
        doubt = read_identity(odd).doubt
        assert word in doubt
        assert odd[:10] not in doubt
    assert read_identity("11010519491231002X").doubt == ""


def test_the_number_is_in_no_export(district):
    with reading() as db:
        rows, _total = queries.managers_found(db)
        csv = sent(tables.managers_table(rows), "csv").get_data()
        xlsx = sent(tables.managers_table(rows), "xlsx").get_data()
    inside = zipfile.ZipFile(io.BytesIO(xlsx))
    everything = csv + b"".join(inside.read(name) for name in inside.namelist())
    assert b"M-1" in everything
    for known in (1, 2):
        assert id_number(known).encode() not in everything
        assert id_number(known)[-6:].encode() not in everything


@pytest.mark.parametrize("written", ["11010519491231002x", " 110105 19491231 002X", "１１０１０５19491231００２Ｘ"])
def test_a_number_is_read_as_people_write_it(instance, written):
    assert read_identity(written) == read_identity("11010519491231002X")
    assert read_identity(written).last4 == "002X"


def test_equal_numbers_hash_alike_and_the_hash_is_keyed(instance):
    import hashlib

    one = read_identity(id_number(1))
    assert one == read_identity(id_number(1))
    assert one != read_identity(id_number(2))
    assert one.hash != hashlib.sha256(id_number(1).encode()).hexdigest()
    assert one.key_id


def test_a_wrong_number_is_corrected_on_the_persons_page_only(district):
    with transaction() as db:
        row = queries.manager(db, "M-1")
        facts = ManagerInput(row.name, row.phone, read_identity(id_number(9)))
        assert parties.edit_manager(db, CLI, "M-1", facts, version=parties.version_of(row))
    with reading() as db:
        row = db.get(Manager, "M-1")
        assert row.id_last4 == id_number(9)[-4:]
        details = db.scalars(select(AuditEntry.detail).where(AuditEntry.subject == "manager:M-1")).all()
    assert details == ["{}"]


def test_a_correction_cannot_take_another_persons_number(district):
    with reading() as db:
        version = parties.version_of(queries.manager_row(db, "M-1"))
    facts = ManagerInput("李四", None, read_identity(id_number(2)))
    with pytest.raises(DomainError, match="这个身份证号已用于M-2"), transaction() as db:
        parties.edit_manager(db, CLI, "M-1", facts, version=version)


def test_personal_values_are_sealed_in_the_audit_log(district):
    from portal.kernel import keys

    bring("managers", MANAGERS.replace("李四", "李肆改"))
    with reading() as db:
        detail = db.scalar(select(AuditEntry.detail).where(AuditEntry.action == "manager.changed"))
        assert "李" not in detail
        import json

        sealed = json.loads(detail)["new"]["name"]
        assert keys.unseal(db, sealed["subject"], sealed["sealed"]) == "李肆改"
        assert sealed["subject"] == "manager:M-1"


def test_an_odd_number_of_a_sheet_is_kept_and_told(instance):
    counts = bring("managers", "manager_code,name,id_number\nM-8,王五,110105194912310021\n")
    assert counts.added == 1
    assert counts.notes == ["managers.csv!C2: 身份证号的校验位不对。请对照身份证核对全部18位。"]
