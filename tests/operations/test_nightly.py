"""The nightly backup is proven by restoring it, the oldest go, evidence is held against its rows, and the page tells of it."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.kernel import clock, jobs
from portal.kernel.access import Role
from portal.kernel.db import dispose, engine, reading
from portal.kernel.files import store
from portal.kernel.jobs import JobFailed
from portal.kernel.settings import reload_settings
from portal.operations import container, evidence, nightly, outcomes, partitions, proving, scratch
from portal.shell import wiring
from tests import postgres
from tests.browser.conftest import demo_place as demo_place
from tests.conftest import point_at
from tests.databases import Place
from tests.operations.places import evidence as photo
from tests.operations.places import fill


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    wiring.features()
    monkeypatch.setattr(container, "COST", 16)


@pytest.fixture
def proven(monkeypatch) -> list[str]:
    """No proof by restoring: what it would find."""
    found = [""]
    monkeypatch.setattr(nightly, "prove", lambda path, encrypted: nightly.Proof(found[0], "sqlite"))
    return found


def told(kind: str) -> outcomes.Outcome | None:
    with reading() as db:
        return outcomes.newest(db, kind)


def test_backup_is_restored_and_verified_in_a_process_of_its_own(instance, monkeypatch):
    monkeypatch.setenv("PORTAL_BACKUP_KEY", "a long secret")
    reload_settings()
    fill()
    assert nightly.run_backup()["rows"] > 0
    made, proof = told("backup"), told("proof")
    assert made is not None
    assert proof is not None
    assert (made.ok, made.facts["encrypted"], proof.ok, proof.facts["wrong"]) == (True, True, True, "")
    assert proof.facts["database"] == "sqlite"
    assert [path.name for path in nightly.folder().iterdir()] == [made.facts["file"]], "nothing of the proof is left"
    path = nightly.backups()[0]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert "备份文件不完整或者被改动过" in nightly.prove(path, True).wrong


@pytest.mark.postgres
def test_on_postgres_it_is_proven_in_a_database_of_its_own(instance, run_folder, monkeypatch):
    monkeypatch.setenv("PORTAL_BACKUP_KEY", "a long secret")
    reload_settings()
    fill()
    name = instance.url.rpartition("/")[2][:49] + "_nightly_proof"
    postgres.create_database(run_folder, name)  # as a proof that was killed leaves it
    seen: list[str] = []

    def restored(path: Path, folder: Path, url: str, encrypted: bool) -> str:
        """In this process; that it has one of its own is shown above."""
        seen.append(url)
        with monkeypatch.context() as elsewhere:
            dispose()
            point_at(Place(url, folder), elsewhere)
            wrong = proving.prove(path)
            dispose()
        reload_settings()
        return wrong

    monkeypatch.setattr(nightly, "_restored", restored)
    nightly.run_backup()
    proof = told("proof")
    assert proof is not None
    assert (proof.ok, proof.facts["wrong"], proof.facts["database"]) == (True, "", "postgresql")
    assert [url.rpartition("/")[2] for url in seen] == [name]
    with engine().connect() as connection:
        there = text("SELECT count(*) FROM pg_database WHERE datname = :name")
        assert connection.scalar(there, {"name": name}) == 0, "nothing of the proof is left"


@pytest.mark.postgres
def test_a_role_that_may_make_no_database_proves_in_sqlite(instance, run_folder, tmp_path, monkeypatch):
    server, role = postgres.server(run_folder), f"humble_{os.getpid()}"
    postgres.administer(server, f"CREATE ROLE {role} LOGIN")
    monkeypatch.setenv("DATABASE_URL", instance.url.replace("//test@", f"//{role}@"))
    reload_settings()
    with scratch.database(tmp_path) as made:
        assert (made.kind, made.url) == ("sqlite", f"sqlite:///{tmp_path / 'portal.db'}")
    postgres.administer(server, f"DROP ROLE {role}")
    monkeypatch.setenv("DATABASE_URL", instance.url)
    reload_settings()


def test_so_many_are_kept_and_all_when_the_proof_fails(instance, monkeypatch, proven):
    monkeypatch.setenv("PORTAL_BACKUPS_KEPT", "2")
    reload_settings()
    for hour in (1, 2, 3):
        with clock.on(clock.today(), hour):
            nightly.run_backup()
    assert len(nightly.backups()) == 2
    proven[0] = "row 3: changed"
    with clock.on(clock.today(), 4), pytest.raises(JobFailed):
        nightly.run_backup()
    assert len(nightly.backups()) == 3
    last = told("proof")
    assert last is not None
    assert (last.ok, last.facts["wrong"]) == (False, "row 3: changed")


def test_evidence_is_held_against_its_rows(instance):
    made = [photo(b"one"), photo(b"two"), photo(b"three")]
    orphan = store().put(b"nobody's").sha256
    assert nightly.run_integrity() == {"rows": 4}
    store().path(made[0]).unlink()
    store().path(made[1]).write_bytes(b"altered")
    with pytest.raises(JobFailed):
        nightly.run_integrity()
    found = told("integrity")
    assert found is not None
    assert found.facts["first_missing"] == [f"{made[0]} (stored_file)"]
    assert (found.facts["first_altered"], found.facts["first_orphans"]) == ([made[1]], [orphan])


def test_a_large_store_is_read_in_sixteen_nights(instance, monkeypatch):
    monkeypatch.setattr(evidence, "ALL_AT_ONCE", 0)
    names = {photo(b"photo %d" % n) for n in range(40)}
    read = 0
    for day in range(16):
        with clock.on(clock.today().replace(day=1 + day)), reading() as db:
            read += evidence.check_files(db).checked
    assert read == len(names)


def test_evidence_of_the_demo_is_whole(demo_place, monkeypatch):
    """A new column of hashes that are no files of the store belongs into NOT_STORED: here it shows."""
    point_at(demo_place, monkeypatch)
    dispose()
    with reading() as db:
        found = evidence.check_files(db)
    dispose()
    assert (found.missing, found.altered, found.orphans) == ([], [], [])
    assert found.checked > 100


def test_what_killed_processes_left_goes_after_a_day(instance):
    kept = photo(b"kept")
    (nightly.folder() / ".proof-killed").mkdir()
    (nightly.folder() / ".proof-killed" / "portal.db").write_bytes(b"rows")
    left = [
        store().folder / ".draft-killed",
        nightly.folder() / ".portal-20260101-010000.backup.x1.draft",
        nightly.folder() / ".proof-killed",
    ]
    for path in left[:2]:
        path.write_bytes(b"half of it")
    now = clock.now()
    for path in left:
        os.utime(path, (now.timestamp(), now.timestamp()))
    with clock.at(now + timedelta(hours=23)):
        nightly.run_retention()
    assert [path.exists() for path in left] == [True] * 3, "an upload may still be under way"
    with clock.at(now + timedelta(hours=25)):
        nightly.run_retention()
    assert [path.exists() for path in left] == [False] * 3
    assert store().verify(kept)


@pytest.mark.postgres
def test_partitions_are_made_ahead(instance):
    with clock.on(clock.today().replace(year=2034)):
        assert nightly.run_partitions() == {"rows": 2 * len(partitions.tables())}
        assert nightly.run_partitions() == {"rows": 0}
    with engine().connect() as connection:
        there = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relispartition")))
    assert {f"{table}_{year}" for table in partitions.tables() for year in (2036, 2037)} <= there


def test_page_tells_all_of_it(instance, signed_in, proven):
    admin, officer = signed_in(Role.ADMIN), signed_in(Role.OFFICER)
    assert "还没有运行过" in admin.page("/office/operations").get_text()
    fill()
    for job in nightly.jobs():
        jobs.fire(job, clock.now())
    page = admin.page("/office/operations").get_text()
    for sentence in ("已恢复到临时位置", "缺失0个，改动0个，无记录引用0个", "数据库大小", "备份并恢复验证"):
        assert sentence in page
    proven[0] = "row 3: changed"
    with pytest.raises(JobFailed):
        nightly.run_backup()
    assert "不能恢复：row 3: changed" in admin.page("/office/operations").get_text()
    assert "could not be restored" in admin.page("/en/office/operations").get_text()
    assert officer.get("/office/operations").status_code == 403


def test_my_tasks_are_listed_and_cancelled(instance, signed_in):
    from portal.kernel import tasks
    from portal.kernel.access import Actor
    from portal.kernel.db import transaction

    admin, officer, other = (
        signed_in(Role.ADMIN),
        signed_in(Role.OFFICER, login="wang"),
        signed_in(Role.OFFICER, login="li"),
    )
    with transaction() as db:
        wish = {"kind": "checks", "filename": "checks.csv", "dry_run": True}
        task = tasks.start(db, Actor("wang", None, None), "import", wish)
    assert "checks.csv" in officer.page("/tasks").get_text()
    assert "checks.csv" not in other.page("/tasks").get_text()
    assert "checks.csv" in admin.page("/office/operations").get_text()
    assert other.submit(f"/tasks/{task.id}/cancel", page="/account").status_code == 404
    assert officer.submit(f"/tasks/{task.id}/cancel", page="/tasks").status_code == 303
    assert "已取消" in officer.page("/tasks").get_text()
    assert officer.submit(f"/tasks/{task.id}/again", page="/tasks").status_code == 303
    back = admin.submit(f"/tasks/{task.id}/cancel", {"back": "operations"}, page="/office/operations")
    assert (back.status_code, back.location) == (303, "/office/operations#tasks")


def test_folder_of_backups_is_its_owners_alone(instance):
    assert Path(nightly.folder()).stat().st_mode & 0o077 == 0
