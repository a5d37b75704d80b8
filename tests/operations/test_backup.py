"""Everything comes back as it was, into either database; what is not as it was written leaves nothing."""

import os
import shutil
import threading

import pytest
from sqlalchemy import text

from portal.kernel import audit, keys, schema
from portal.kernel.db import engine, reading
from portal.kernel.errors import DomainError
from portal.kernel.files import store
from portal.kernel.files_record import StoredFile
from portal.kernel.settings import settings
from portal.operations import api, checking, container, restoring, saving
from portal.operations.checking import check
from portal.shell import wiring
from tests.operations.places import NAME, evidence, fill, listing, rows

SECRET = "a long secret"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    wiring.features()
    monkeypatch.setattr(container, "COST", 16)
    monkeypatch.setattr(os, "sync", lambda: None)  # of the whole machine, once for each restore


@pytest.mark.both_databases
@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_all_of_it_comes_back(instance, empty, tmp_path, target):
    made = fill()
    before, files = rows(instance.url), listing(instance.instance)
    saved = api.backup(tmp_path / "saved", SECRET)
    assert (saved.encrypted, saved.damaged, saved.files, saved.rows) == (
        True,
        [],
        2,
        sum(count for count, _digest in before.values()),
    )
    for secret in (NAME.encode(), b"a photo", b"published"):
        assert secret not in (tmp_path / "saved").read_bytes()

    elsewhere = empty(target)
    done = api.restore(tmp_path / "saved", SECRET)
    assert (done.unreadable, done.new_key) == ([], "")
    assert {name for name, found in rows(elsewhere.url).items() if found != before[name]} == set()
    apart = ("portal.db", "keys/before-restore/")  # the ring that its ``portal init`` made has stepped aside
    kept = {name: digest for name, digest in listing(elsewhere.instance).items() if not name.startswith(apart)}
    kept = {name: digest for name, digest in kept.items() if not name.endswith(".first")}
    assert kept == {name: digest for name, digest in files.items() if name in kept}
    assert before["audit_log"][0] == 3, "there is something to compare"
    assert {"audit-head.json", "opendata/releases/20261101.zip"} <= set(kept)
    with reading() as db:
        assert audit.verify(db)[1] is None
        assert keys.unseal(db, "person:li", made["sealed"]) == NAME
    evidence(b"the next one")  # the chain goes on
    with reading() as db:
        assert audit.verify(db)[1] is None
    for statement in ("UPDATE audit_log SET actor = 'li'", "DELETE FROM audit_log"):  # and the guards stand again
        with pytest.raises(Exception, match="append only"), engine().begin() as connection:
            connection.execute(text(statement))


def test_without_a_key_it_holds_none_and_names_what_is_lost(instance, empty, tmp_path):
    made, ring = fill(), settings().keys
    saved = api.backup(tmp_path / "saved", "")
    assert (saved.encrypted, saved.keys) == (False, 0)
    for path in ring.glob("*.key"):
        assert path.read_bytes() not in (tmp_path / "saved").read_bytes()
    shutil.rmtree(empty().instance / "keys")
    done = api.restore(tmp_path / "saved", "")
    assert [purpose for purpose, _n in done.unreadable] == ["audit", "data"]
    assert done.new_key.startswith("signing-")
    shutil.copytree(ring, settings().keys, dirs_exist_ok=True)
    with schema.migrating() as connection:
        assert restoring.unreadable(connection, settings().keys) == []
    with reading() as db:  # with the ring at hand nothing is lost
        assert keys.unseal(db, "person:li", made["sealed"]) == NAME


@pytest.mark.both_databases
def test_only_an_empty_portal_takes_a_backup(instance, tmp_path):
    api.backup(tmp_path / "saved", SECRET)
    made = fill()
    before, files = rows(instance.url), listing(instance.instance)
    with pytest.raises(DomainError, match="只能恢复到空的系统"):
        api.restore(tmp_path / "saved", SECRET)
    assert rows(instance.url) == before
    assert {n: d for n, d in listing(instance.instance).items() if "portal.db" not in n} == {
        n: d for n, d in files.items() if "portal.db" not in n
    }
    assert store().verify(made["file"])


def _refused(path, where, secret=SECRET):
    before = listing(where.instance)
    with pytest.raises(DomainError):
        api.restore(path, secret)
    assert listing(where.instance) == before, "a refused restore leaves nothing"


def test_refused_files_leave_nothing(instance, empty, tmp_path):
    fill()
    path, other = tmp_path / "saved", tmp_path / "changed"
    api.backup(path, SECRET)
    whole, where = path.read_bytes(), empty()
    _refused(path, where, "another")
    _refused(path, where, "")
    _refused(tmp_path / "nowhere", where)
    for data in (
        whole[:-1],
        whole[: len(whole) // 2],
        whole + b"x",
        whole[:-40] + bytes([whole[-40] ^ 1]) + whole[-39:],
    ):
        other.write_bytes(data)
        _refused(other, where)


def test_backup_of_a_newer_schema_is_refused(instance, empty, tmp_path, monkeypatch):
    monkeypatch.setattr(saving.schema, "head", lambda: "9999")
    api.backup(tmp_path / "saved", SECRET)
    monkeypatch.undo()
    where = empty()
    _refused(tmp_path / "saved", where)


@pytest.mark.parametrize(("target", "at"), [("sqlite", "run"), ("sqlite", "place_files"), ("postgres", "place_files")])
def test_failure_on_the_way_takes_everything_back(instance, empty, tmp_path, monkeypatch, target, at):
    fill()
    api.backup(tmp_path / "saved", SECRET)
    where = empty(target)
    deed = getattr(restoring._Work, at)

    def full(self, *arguments):
        deed(self, *arguments)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(restoring._Work, at, full)
        _refused(tmp_path / "saved", where)
    api.restore(tmp_path / "saved", SECRET)


def test_a_path_that_leads_elsewhere_is_refused(instance, empty, tmp_path, monkeypatch):
    monkeypatch.setattr(saving.places, "others", lambda place, target: [])
    deed = saving._write_files

    def more(writer, place, target, saved):
        deed(writer, place, target, saved)
        saving._put_file(writer, instance.instance / "audit-head.json", {"path": "../../evil"}, saved)

    monkeypatch.setattr(saving, "_write_files", more)
    api.backup(tmp_path / "saved", "")
    _refused(tmp_path / "saved", empty(), "")


def test_damaged_evidence_is_told_and_does_not_stop_the_rest(instance, tmp_path):
    made = fill()
    store().path(made["file"]).write_bytes(b"rotten")
    other = evidence(b"sound")
    saved = api.backup(tmp_path / "saved", "")
    assert saved.damaged == [made["file"]]
    found = check(tmp_path / "saved", "")
    assert (found.damaged, found.files, store().verify(other)) == ([made["file"]], 2, True)


def test_a_backup_that_cannot_be_written_leaves_the_old_one(instance, tmp_path, monkeypatch):
    api.backup(tmp_path / "saved", "")
    before = (tmp_path / "saved").read_bytes()

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DomainError, match="No space left"):
        api.backup(tmp_path / "saved", "")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["saved"]
    assert (tmp_path / "saved").read_bytes() == before


@pytest.mark.both_databases
def test_consistent_while_others_write(instance, empty, tmp_path, monkeypatch):
    """Writers go on all the time; between the rows of two tables some are sure to come."""
    stop, made, deed = threading.Event(), [], saving.put_table

    def write() -> None:
        while not stop.is_set() and len(made) < 400:
            made.append(evidence(b"photo %d" % len(made)))

    def slowly(*arguments):
        if arguments[1] in ("audit_log", "stored_file"):
            had = len(made)
            while len(made) < had + 3 and len(made) < 400:
                stop.wait(0.005)
        return deed(*arguments)

    monkeypatch.setattr(saving, "put_table", slowly)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        api.backup(tmp_path / "saved", SECRET)
    finally:
        stop.set()
        writer.join(20)
    empty()
    api.restore(tmp_path / "saved", SECRET)
    with reading() as db:
        assert audit.verify(db)[1] is None
        found = list(db.query(StoredFile.sha256))
        assert len(found) < len(made), "rows came while it was made"
    assert all(store().verify(sha256) for (sha256,) in found)


def test_every_column_can_be_saved():
    from portal.kernel.db import Base
    from portal.operations.contents import kind_of

    assert {kind_of(c) for t in Base.metadata.sorted_tables for c in t.columns} == {
        "text", "whole", "truth", "date", "instant",
    }  # fmt: skip


def test_rows_that_do_not_add_up_are_refused(instance, tmp_path, monkeypatch):
    monkeypatch.setattr(saving, "put_table", lambda *arguments: 7)
    api.backup(tmp_path / "saved", "")
    with pytest.raises(DomainError):
        checking.check(tmp_path / "saved", "")
