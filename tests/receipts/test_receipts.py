"""Receipts are signed, kept sealed, numbered without gaps, and verifiable after the key has changed."""

import json
import re
import stat
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from portal.kernel import clock, key_ring, keys
from portal.kernel.access import system_actor
from portal.kernel.db import reading, transaction
from portal.kernel.settings import settings
from portal.receipts import api, codes, journal
from portal.receipts.models import Look, PublicKey, Query, Receipt

CLI = system_actor("cli:test")
ITEMS = [{"uscc": "91440300708461136T", "name": "深圳市虚构乙物业服务有限公司", "status": "black"}]
DAY = date(2026, 3, 1)


def issue(kind="lists.check", **more):
    with transaction() as db:
        return api.issue(db, kind, as_of=DAY, known_at=clock.now(), snapshot="s", items=ITEMS, **more)


def judged(receipt):
    with reading() as db:
        return api.verify(db, json.dumps(receipt).encode())


@pytest.mark.both_databases
def test_a_receipt_is_what_the_contract_says(instance):
    receipt = issue()
    payload = receipt["payload"]
    assert list(payload) == ["type", "id", "issued_at", "as_of", "known_at", "snapshot", "items"]
    assert payload["as_of"] == "2026-03-01"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", payload["issued_at"])
    assert re.fullmatch(r"[A-Za-z0-9_-]{86}", receipt["signature"])
    with reading() as db:
        assert receipt["key_id"] in {key["kid"] for key in api.jwk_set(db)["keys"]}
        assert api.contents(db, payload["id"]) == receipt
        assert api.holds(db, payload["id"], api.holder_code(receipt["signature"]).lower())
        assert not api.holds(db, payload["id"], payload["id"])
        assert not api.holds(db, payload["id"], "")
    assert (judged(receipt).verdict, judged(receipt).is_filed) == ("genuine", True)


@pytest.mark.both_databases
def test_old_receipts_stay_verifiable_when_the_key_changes(instance):
    """Also several times a day, and while the clock stands back."""
    old = issue()
    made = []
    for day in (date(2026, 5, 1), date(2026, 5, 1), date(2026, 4, 1)):
        with clock.on(day), transaction() as db:
            made.append(api.rotate_signing_key(db, CLI))
        assert issue()["key_id"] == made[-1]
    assert judged(old).verdict == "genuine"
    with reading() as db:
        known = [key["kid"] for key in api.jwk_set(db)["keys"]]
    assert set(known) == {old["key_id"], *made}

    for path in settings().keys.glob("signing*"):  # a restored instance without its keys makes new ones
        path.unlink()
    key_ring._ring.cache_clear()
    new = issue()
    assert new["key_id"] not in known
    assert judged(old).verdict == judged(new).verdict == "genuine"


def test_private_keys_are_for_their_owner_only_and_never_in_the_database(instance):
    issue()
    files = list(settings().keys.glob("*.key"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(settings().keys.stat().st_mode) == 0o700
    stored = b"".join(path.read_bytes() for path in Path(instance.instance).glob("portal.db*"))
    for path in files:
        assert path.read_bytes() not in stored
    with pytest.raises(ValueError, match="not rotated"):
        keys.key_ring().rotate("identity")


def test_the_database_never_tells_whom_a_receipt_is_about(instance):
    receipt = issue()
    stored = b"".join(path.read_bytes() for path in Path(instance.instance).glob("portal.db*"))
    assert receipt["payload"]["id"].encode() in stored
    assert ITEMS[0]["uscc"].encode() not in stored
    assert ITEMS[0]["name"].encode() not in stored
    with transaction() as db:
        keys.destroy(db, f"receipts:{clock.today():%Y-%m}", clock.now())
    with reading() as db:
        assert api.contents(db, receipt["payload"]["id"]) is None
        assert api.look_up(db, receipt["payload"]["id"]).rows == 1
    assert judged(receipt).verdict == "genuine"


@pytest.mark.both_databases
@pytest.mark.parametrize("table", [Receipt, PublicKey, Query])
def test_receipts_keys_and_queries_are_never_changed(instance, table):
    receipt = issue()
    with transaction() as db:
        api.note_query(db, api.Asker("api", "192.0.2.1"), "lists.check", 1, receipt["payload"]["id"])
    column = next(iter(table.__table__.primary_key)).name
    for deed in (delete(table), update(table).values({column: "x"})):
        with pytest.raises(DatabaseError), transaction() as db:
            db.execute(deed)


@pytest.mark.both_databases
def test_certificates_are_numbered_without_gaps(instance):
    numbers = [issue("rating.plaque", number=api.Number("plaque:2025", f"r{n}")) for n in range(3)]
    other = issue("rating.plaque", number=api.Number("plaque:2026", "r0#2"))
    shown = [receipt["payload"]["items"][0]["number"] for receipt in (*numbers, other)]
    assert shown == ["2025-000001", "2025-000002", "2025-000003", "2026-000001"]
    with pytest.raises(DatabaseError):
        issue("rating.plaque", number=api.Number("plaque:2025", "r1"))
    with reading() as db:
        assert api.certificate(db, "rating.plaque", "r1").number == ("plaque:2025", 2)
    assert issue("rating.plaque", number=api.Number("plaque:2025"))["payload"]["items"][0]["number"] == "2025-000004"


def test_a_forged_receipt_with_a_known_number_is_altered(instance):
    receipt = issue()
    receipt["payload"]["items"][0]["status"] = "none"
    assert judged(receipt).verdict == "altered"
    assert judged(receipt).receipt is None


def test_codes_are_read_as_people_write_them():
    code = api.new_code()
    assert len(code) == 26
    assert set(code) <= set(codes.ALPHABET)
    assert api.read_code(api.printed(code).lower()) == code
    assert api.read_code(" 0oiL1" + code[5:]) == "00111" + code[5:]
    assert [api.read_code(text) for text in ("", "x", code + "0", code[:-1] + "u", code[:-1] + "\u0661")] == [None] * 5
    assert len({api.new_code() for _number in range(500)}) == 500


def test_the_journal_of_queries_says_who_when_and_on_what_authority(instance):
    with transaction() as db:
        api.note_query(db, api.Asker("sheet", "192.0.2.7", login="officer"), "lists.check", 12, "x")
    with reading() as db:
        row = db.scalars(select(Query)).one()
        assert (row.channel, row.login, row.authorisation, row.rows) == ("sheet", "officer", "public", 12)
        assert abs(row.at - clock.now()) < timedelta(minutes=1)
        assert "192.0.2.7" not in row.address_hash
        columns = set(db.execute(text("SELECT * FROM query_log")).keys())
    assert columns == {"id", "at", "kind", "channel", "login", "address_hash", "authorisation", "rows", "receipt_id"}


@pytest.mark.both_databases
def test_looks_are_counted_by_address_and_forgotten_after_ten_minutes(instance):
    began = datetime.fromisoformat("2026-03-01T08:00:00+00:00")
    with clock.at(began), transaction() as db:
        for _number in range(journal.LOOKS):
            api.count_look(db, "192.0.2.1")
    with clock.at(began + timedelta(minutes=4)):
        with pytest.raises(api.TooMany) as refused, transaction() as db:
            api.count_look(db, "192.0.2.1")
        assert refused.value.quota.wait == 6 * 60
        with transaction() as db:
            api.count_look(db, "192.0.2.2")
    with clock.at(began + timedelta(minutes=10)), transaction() as db:
        api.count_look(db, "192.0.2.1")
        db.flush()
        assert len(db.scalars(select(Look)).all()) == 2


def test_queries_from_one_address_are_limited(instance, monkeypatch):
    monkeypatch.setattr(journal, "QUERIES", 2)
    for _number in range(2):
        with transaction() as db:
            api.refuse_flood(db, "192.0.2.1")
            api.note_query(db, api.Asker("api", "192.0.2.1"), "lists.check", 1)
    with reading() as db:
        api.refuse_flood(db, "192.0.2.9")
        with pytest.raises(api.TooMany):
            api.refuse_flood(db, "192.0.2.1")
