"""The audit log: one chain whatever happens, and every way of tampering shows."""

import json
import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from portal.kernel import audit, audit_head, keys
from portal.kernel.access import Actor
from portal.kernel.audit import AuditEntry, AuditHead
from portal.kernel.clock import now
from portal.kernel.db import engine, reading, transaction
from portal.kernel.errors import DomainError

ACTOR = Actor("zhang", None, None)
pytestmark = pytest.mark.both_databases


def write(*subjects: str) -> None:
    for subject in subjects:
        with transaction() as db:
            audit.record(db, ACTOR, "test.done", subject, {"b": 1, "a": "一"})


def verdict():
    with reading() as db:
        return audit.verify(db)


def first_mine() -> int:
    with reading() as db:
        return db.scalar(select(func.min(AuditEntry.seq)).where(AuditEntry.action == "test.done"))


@pytest.fixture
def tampering(instance):
    """SQL of somebody who owns the database and has taken the triggers away first."""

    def run(*statements: str) -> None:
        with engine().begin() as connection:
            for name in ("audit_log_no_update", "audit_log_no_delete"):
                on = " ON audit_log" if connection.dialect.name == "postgresql" else ""
                connection.execute(text(f"DROP TRIGGER IF EXISTS {name}{on}"))
            for statement in statements:
                connection.execute(text(statement))

    return run


def _cut_with_the_head(tampering, row):
    """Take the rows from one on out of the log, and out of the head in the database."""
    with reading() as db:
        last = db.scalar(select(AuditEntry.hash).where(AuditEntry.seq == row - 1))
    tampering(
        f"DELETE FROM audit_log WHERE seq >= {row}",
        f"UPDATE audit_head SET count = {row - 1}, last_hash = '{last}'",
    )


def test_whole_log_verifies(instance):
    before, _found = verdict()
    write("a:1", "a:2", "a:3")
    assert verdict() == (before + 3, None)


def test_nothing_is_written_when_the_deed_fails(instance):
    before, _found = verdict()

    def fail() -> None:
        with transaction() as db:
            audit.record(db, ACTOR, "test.done", "a:1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert verdict() == (before, None)


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log"])
def test_database_refuses_change(instance, statement):
    write("a:1")
    with pytest.raises(DBAPIError), engine().begin() as connection:
        connection.execute(text(statement))
    assert verdict()[1] is None


@pytest.mark.parametrize(
    "change", ["actor = 'li'", "subject = 'a:9'", "detail = '{}'", "action = 'test.undone'", "prev_hash = hash"]
)
def test_changed_row_is_named(tampering, change):
    write("a:1", "a:2", "a:3")
    row = first_mine() + 1
    tampering(f"UPDATE audit_log SET {change} WHERE seq = {row}")
    found = verdict()[1]
    assert (found.seq, found.message) == (row, "changed")


def test_changed_time_is_named(tampering):
    write("a:1", "a:2")
    row = first_mine()
    tampering(f"UPDATE audit_log SET at = '2020-01-01 00:00:00.000000' WHERE seq = {row}")
    assert verdict()[1].seq == row


def test_forged_row_needs_the_key(tampering):
    """Somebody who recomputes plain hashes cannot: they are keyed."""
    import hashlib

    write("a:1", "a:2")
    row = first_mine() + 1
    forged = hashlib.sha256(b"anything").hexdigest()
    tampering(
        f"UPDATE audit_log SET actor = 'li', hash = '{forged}' WHERE seq = {row}",
        f"UPDATE audit_head SET last_hash = '{forged}'",
    )
    assert verdict()[1].seq == row


def test_dropped_row_is_named(tampering):
    write("a:1", "a:2", "a:3")
    row = first_mine() + 1
    tampering(f"DELETE FROM audit_log WHERE seq = {row}")
    found = verdict()[1]
    assert (found.seq, found.message) == (row, "missing")


def test_cut_off_tail_is_named(tampering):
    write("a:1", "a:2", "a:3")
    row = first_mine() + 1
    tampering(f"DELETE FROM audit_log WHERE seq >= {row}")
    found = verdict()[1]
    assert (found.seq, found.message) == (row, "cut off")


def test_tail_cut_off_with_the_head_is_told_by_the_outside_file(tampering):
    write("a:1", "a:2", "a:3")
    row = first_mine() + 1
    _cut_with_the_head(tampering, row)
    found = verdict()[1]
    assert (found.seq, found.message) == (row, "cut off")


def test_tail_replaced_by_the_portal_itself_is_told_by_the_outside_file(tampering):
    """After a roll-back of log and head, new deeds make the count right again, but not the hash."""
    write("a:1", "a:2")
    row = first_mine() + 1
    _cut_with_the_head(tampering, row)
    write("a:other")
    assert verdict()[1] is not None


def test_missing_outside_file_is_told(instance):
    write("a:1")
    audit_head.file().unlink()
    assert verdict()[1].message == "outside head missing"


def test_outside_file_taken_away_with_the_tail_stays_told_after_further_deeds(tampering):
    write("a:1", "a:2", "a:3")
    row = first_mine() + 2
    _cut_with_the_head(tampering, row)
    audit_head.file().unlink()
    write("a:4", "a:5")
    found = verdict()[1]
    assert (found.seq, found.message) == (row - 1, "outside head lost")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"count": "1", "hash": 2}', b"\xff\x00"])
def test_outside_file_that_cannot_be_read_stops_no_deed_and_is_told(instance, content):
    write("a:1")
    audit_head.file().write_bytes(content)
    before, found = verdict()
    assert found.message == "outside head unreadable"
    write("a:2")
    count, found = verdict()
    assert (count, found.seq, found.message) == (before + 1, before, "outside head lost")
    assert audit_head.file().with_suffix(".damaged").read_bytes() == content


def test_a_person_adopts_a_log_whose_outside_head_was_lost(instance):
    write("a:1")
    audit_head.file().unlink()
    write("a:2")
    for reason, adopted in ((" ", None), ("换机时没有带上", True), ("再来一次", False)):
        with transaction() as db:
            if adopted is None:
                with pytest.raises(DomainError):
                    audit.adopt(db, ACTOR, reason)
            else:
                assert audit.adopt(db, ACTOR, reason) is adopted
    assert verdict()[1] is None
    with reading() as db:
        told = json.loads(db.scalars(select(AuditEntry.detail).where(AuditEntry.action == "audit.adopted")).one())
    assert told["outside"]["doubt"] == told["rows"] - 1
    write("a:3")
    assert verdict()[1] is None


def test_what_a_recovery_left_behind_is_adopted_but_no_change_of_a_row(tampering):
    write("a:1", "a:2")
    row = first_mine()
    _cut_with_the_head(tampering, row + 1)
    assert verdict()[1].message == "cut off"
    with transaction() as db:
        assert audit.adopt(db, ACTOR, "按时间点恢复")
    assert verdict() == (row + 1, None)
    tampering(f"UPDATE audit_log SET actor = 'li' WHERE seq = {row}")
    with pytest.raises(DomainError, match=f"row {row}: changed"), transaction() as db:
        audit.adopt(db, ACTOR, "没关系")


def test_a_row_that_does_not_load_is_named(tampering):
    write("a:1", "a:2")
    row = first_mine()
    if engine().dialect.name == "postgresql":
        tampering(f"UPDATE audit_log SET at = at + interval '1 day' WHERE seq = {row}")
    else:
        tampering(f"UPDATE audit_log SET at = 'yesterday' WHERE seq = {row}")
    found = verdict()[1]
    assert (found.seq, found.message) == (row, "changed")


def test_destroyed_key_deletes_the_value_and_keeps_the_chain(instance):
    with transaction() as db:
        detail = {"name": audit.sealed(db, "person:wang", "王小明")}
        audit.record(db, ACTOR, "person.added", "person:wang", detail)
    with reading() as db:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.subject == "person:wang")).one()
        sealed = json.loads(entry.detail)["name"]["sealed"]
        assert "王小明" not in entry.detail
        assert keys.unseal(db, "person:wang", sealed) == "王小明"
    with transaction() as db:
        keys.destroy(db, "person:wang", now())
    with reading() as db:
        assert keys.unseal(db, "person:wang", sealed) is None
    assert verdict()[1] is None


def test_concurrent_writers_keep_one_chain(instance):
    before, _found = verdict()
    writers, each, failures = 6, 5, []
    ready = threading.Barrier(writers)

    def work(number: int) -> None:
        try:
            ready.wait(10)
            write(*(f"writer:{number}.{i}" for i in range(each)))
        except BaseException as error:  # a thread's failure must fail the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert verdict() == (before + writers * each, None)
    with reading() as db:
        assert db.get(AuditHead, 1).count == before + writers * each


def test_verifying_while_others_write_raises_no_alarm(instance):
    write("a:0")
    stop, failures = threading.Event(), []

    def work() -> None:
        try:
            while not stop.is_set():
                write("busy:1")
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        found = [verdict()[1] for _i in range(15)]
    finally:
        stop.set()
        thread.join(60)
    assert failures == []
    assert found == [None] * 15
