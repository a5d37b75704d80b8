"""Files in an object storage: named by content, never overwritten, held against their name, and honest when it is away."""

import hashlib
import io
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from portal.kernel import files_s3
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.files import FileDamaged, StoreAway, StoredFile, store
from portal.kernel.settings import reload_settings, settings
from tests.object_storage import HEADERS, KEY, SECRET
from tests.object_storage import bucket as bucket

NOBODY = "0" * 64


@pytest.fixture
def kept(bucket, instance):
    reload_settings()
    return store()


def test_the_name_is_the_sha256_of_the_bytes(kept, bucket, instance):
    content = os.urandom(300_000)
    stored, again = kept.put(content), kept.put(io.BytesIO(content))
    sha256 = hashlib.sha256(content).hexdigest()
    assert stored == again == StoredFile(sha256, len(content))
    assert bucket.objects() == {f"files/{sha256[:2]}/{sha256[2:4]}/{sha256}": content}
    assert not (instance.instance / "files").exists()
    assert kept.read(sha256) == content
    with kept.open(sha256) as file:
        assert file.read() == content
    assert (kept.exists(sha256), kept.verify(sha256), kept.exists(NOBODY), kept.verify(NOBODY)) == (
        True,
        True,
        False,
        False,
    )
    with pytest.raises(NotFound):
        kept.open(NOBODY)
    with pytest.raises(NotFound):
        kept.read("../../etc/passwd")


def test_files_are_listed_in_order_and_nothing_else(kept, bucket):
    made = [kept.put(b"photo %d" % number) for number in range(5)]
    (bucket.folder / "files" / "notes.txt").write_bytes(b"somebody's")
    assert list(kept.stored()) == sorted(made, key=lambda file: file.sha256)


def test_too_much_is_refused_and_leaves_nothing(kept, bucket):
    with pytest.raises(DomainError, match="MB"):
        kept.put(io.BytesIO(b"x" * 11), limit=10)
    assert bucket.objects() == {}
    assert kept.put(b"x" * 10, limit=10).size == 10


@pytest.mark.parametrize("conditions", [True, False])
def test_what_is_there_is_never_overwritten_and_never_believed(kept, bucket, caplog, conditions):
    bucket.trouble(None if conditions else "no-conditions")
    stored = kept.put(b"evidence")
    assert kept.put(b"evidence") == stored
    bucket.path(stored.sha256).write_bytes(b"evidencf")
    for deed in (kept.read, kept.open, lambda _name: kept.put(b"evidence")):
        caplog.clear()
        with pytest.raises(FileDamaged, match="已损坏"):
            deed(stored.sha256)
        assert f"evidence_damaged file={stored.sha256}" in caplog.text
    assert not kept.verify(stored.sha256)
    assert bucket.path(stored.sha256).read_bytes() == b"evidencf"


def test_many_at_once_make_one(kept, bucket):
    with ThreadPoolExecutor(6) as several:
        made = set(several.map(lambda _turn: kept.put(b"the same photo"), range(12)))
    assert (len(made), len(bucket.objects())) == (1, 1)


def test_an_answer_that_is_lost_is_asked_for_again(kept, bucket):
    bucket.trouble("lost")
    stored = kept.put(b"evidence")
    assert list(bucket.objects().values()) == [b"evidence"]
    bucket.trouble("lost")
    assert kept.read(stored.sha256) == b"evidence"


def test_requests_are_signed_with_what_they_carry_and_with_nothing_of_the_machine(kept, monkeypatch):
    for name, value in (
        ("SKIP_SIGNATURE", "true"),
        ("SESSION_TOKEN", "another"),
        ("ENDPOINT_URL", "http://127.0.0.1:1"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    stored = kept.put(b"evidence")
    assert HEADERS["authorization"].startswith(f"AWS4-HMAC-SHA256 Credential={KEY}/")
    assert HEADERS["x-amz-content-sha256"] == stored.sha256
    assert (HEADERS["if-none-match"], "x-amz-security-token" in HEADERS) == ("*", False)


@pytest.mark.parametrize("trouble", [403, 500, 503, "silent", "nowhere", "no bucket"])
def test_a_store_that_is_away_says_so_and_no_key_is_told(kept, bucket, caplog, monkeypatch, trouble):
    stored = kept.put(b"evidence")
    monkeypatch.setattr(files_s3, "_ANSWER", timedelta(milliseconds=30 if trouble == "silent" else 5000))
    if trouble == "nowhere":
        monkeypatch.setenv("FILES_S3_ENDPOINT", "http://127.0.0.1:1")
    elif trouble == "no bucket":
        monkeypatch.setenv("FILES_S3_BUCKET", "forgotten")
    else:
        monkeypatch.setenv("FILES_S3_REGION", "elsewhere")  # another store than the one whose patience is longer
        bucket.trouble(trouble)
    reload_settings()
    for deed in (lambda: store().put(b"more"), lambda: store().read(stored.sha256), lambda: list(store().stored())):
        with caplog.at_level(logging.DEBUG), pytest.raises(StoreAway) as found:
            deed()
        error: BaseException | None = found.value
        while error is not None:
            assert KEY not in str(error)
            assert SECRET not in str(error)
            error = error.__cause__
    assert "evidence_store_away deed=put reason=" in caplog.text
    assert [secret for secret in (KEY, SECRET) if secret in caplog.text + repr(settings())] == []
    assert len(bucket.objects()) == 1


def test_a_large_file_waits_on_the_disk(kept, monkeypatch):
    monkeypatch.setattr(files_s3, "_IN_MEMORY", 1000)
    stored = kept.put(b"x" * 5000)
    with kept.open(stored.sha256) as file:
        assert file._rolled
        assert file.read() == b"x" * 5000


def test_keys_come_from_the_environment_or_a_file(kept, tmp_path, monkeypatch):
    (tmp_path / "keys").write_text(f"{KEY}\n{SECRET}\n")
    monkeypatch.delenv("FILES_S3_SECRET")
    with pytest.raises(ValueError, match="FILES_S3_SECRET"):
        reload_settings()
    monkeypatch.setenv("FILES_S3_KEYS_FILE", str(tmp_path / "keys"))
    assert (reload_settings().files_s3_key, settings().files_s3_secret) == (KEY, SECRET)
