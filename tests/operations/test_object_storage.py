"""Where evidence lies in an object storage: photos by their pages, the nightly check, a backup from it into a folder and back."""

import sys

import pytest
from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.db import reading
from portal.kernel.errors import DomainError
from portal.kernel.files import local_store, store
from portal.kernel.jobs import JobFailed
from portal.kernel.settings import reload_settings
from portal.operations import api, container, nightly, outcomes
from portal.shell import cli, wiring
from scoring.checks.models import Photo
from tests.checks import pages_district as d
from tests.object_storage import bucket as bucket
from tests.operations.places import evidence, fill


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    wiring.features()
    monkeypatch.setattr(container, "COST", 16)


@pytest.fixture
def portal(instance, bucket):
    """A portal whose files lie in a bucket."""
    reload_settings()
    return instance


def _photos() -> list[tuple[str, str]]:
    """(id, SHA-256) of every photo that a row names."""
    with reading() as db:
        return [(row.id, row.sha256) for row in db.execute(select(Photo.id, Photo.sha256))]


def test_a_photo_goes_into_the_bucket_and_comes_back_by_its_pages(portal, bucket, signed_in):
    d.found_district()
    picture = d.picture()
    with clock.at(d.NOW):
        client = signed_in("inspector")
        check = d.start(client)

        def send():
            page = client.page(f"/inspections/{check}/XF")
            return d.keep_step(client, check, "XF", {"XF01-photo": d.photo_file(data=picture)}, page=page)

        bucket.trouble(503)
        told = send()
        assert (told.status_code, told.headers["Retry-After"]) == (503, "30")
        assert "数据库或磁盘暂时不能使用" in told.get_data(as_text=True)
        assert (_photos(), bucket.objects()) == ([], {}), "no row without its file"

        bucket.trouble(None)
        assert send().status_code == 303
        ((photo, sha256),) = _photos()
        assert bucket.path(sha256).read_bytes() == picture
        assert not local_store().folder.exists()
        address = f"/inspections/photos/{photo}/original"
        assert client.get(address).data == picture
        assert client.get(f"/inspections/photos/{photo}/thumbnail").mimetype == "image/jpeg"

        bucket.path(sha256).write_bytes(picture[:-1] + b"x")
        altered = client.get(address)
        assert (altered.status_code, "这个文件已损坏" in altered.get_data(as_text=True)) == (500, True)
        bucket.trouble(403)
        assert client.get(address).status_code == 503


def test_the_nightly_check_finds_what_is_missing_altered_or_nobodys(portal, bucket):
    made = [evidence(b"one"), evidence(b"two"), evidence(b"three")]
    orphan = store().put(b"nobody's").sha256
    assert nightly.run_integrity() == {"rows": 4}
    bucket.path(made[0]).unlink()
    bucket.path(made[1]).write_bytes(b"altered")
    with pytest.raises(JobFailed):
        nightly.run_integrity()
    found = _told("integrity")
    assert found.facts["first_missing"] == [f"{made[0]} (stored_file)"]
    assert (found.facts["first_altered"], found.facts["first_orphans"]) == ([made[1]], [orphan])
    bucket.trouble(503)
    with pytest.raises(JobFailed):
        nightly.run_integrity()
    assert "对象存储不能使用（503 Service Unavailable）" in _told("integrity").facts["error"]
    with pytest.raises(JobFailed):
        nightly.run_backup()
    assert "没有备份" in _told("backup").facts["error"]
    assert nightly.backups() == []


def _told(kind: str) -> outcomes.Outcome:
    with reading() as db:
        found = outcomes.newest(db, kind)
    assert found is not None
    return found


def test_from_the_bucket_into_a_folder_and_back(portal, bucket, empty, tmp_path, monkeypatch):
    made, lost = fill(), evidence(b"lost")
    bucket.path(lost).write_bytes(b"rotten")
    saved = api.backup(tmp_path / "saved", "a long secret")
    assert (saved.files, saved.damaged) == (2, [lost])

    before = bucket.objects()
    monkeypatch.delenv("FILES_S3_BUCKET")
    elsewhere = empty()
    api.restore(tmp_path / "saved", "a long secret")
    assert [file.sha256 for file in local_store().stored()] == [made["file"]]
    assert store().verify(made["file"])
    assert (elsewhere.instance / "opendata" / "releases" / "20261101.zip").read_bytes() == b"published"
    assert bucket.objects() == before, "nothing of the bucket is touched"

    api.backup(tmp_path / "again", "a long secret")
    for path in bucket.objects():
        (bucket.folder / path).unlink()
    monkeypatch.setenv("FILES_S3_BUCKET", bucket.name)
    third = empty()
    bucket.trouble(503)
    with pytest.raises(DomainError, match="没有恢复任何数据"):
        api.restore(tmp_path / "again", "a long secret")
    bucket.trouble(None)
    api.restore(tmp_path / "again", "a long secret")
    assert [file.sha256 for file in store().stored()] == [made["file"]]
    assert store().verify(made["file"])
    assert not (third.instance / "files").exists()
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(Photo)) == 0
        assert api.check_files(db).missing == [f"{lost} (stored_file)"]


def test_the_report_names_every_file(portal, bucket, monkeypatch, capsys):
    made, altered, orphan = evidence(b"one"), evidence(b"two"), store().put(b"nobody's").sha256
    monkeypatch.setattr(sys, "argv", ["portal", "evidence", "check"])
    cli.main()
    assert capsys.readouterr().out.splitlines()[0] == f"orphan {orphan}"
    bucket.path(made).unlink()
    bucket.path(altered).write_bytes(b"2")
    with pytest.raises(SystemExit, match="1"):
        cli.main()
    told = capsys.readouterr()
    assert told.out.splitlines() == [f"missing {made} (stored_file)", f"altered {altered}", f"orphan {orphan}"]
    assert "缺失1个，改动1个" in told.err
    bucket.trouble(403)
    with pytest.raises(SystemExit, match="1"):
        cli.main()
    assert "对象存储不能使用：403 Forbidden" in capsys.readouterr().err
