"""The file store: named by content, whole or absent, closed to others."""

import hashlib
import io
import os

import pytest

from portal.kernel import files
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.files import FileDamaged, LocalFileStore


@pytest.fixture
def kept(tmp_path):
    return LocalFileStore(tmp_path / "files")


def stored_paths(kept):
    return [path for path in kept.folder.rglob("*") if path.is_file()]


def test_the_name_is_the_sha256_of_the_bytes(kept):
    stored = kept.put(b"evidence")
    assert stored.sha256 == hashlib.sha256(b"evidence").hexdigest()
    assert stored.size == 8
    assert kept.path(stored.sha256).relative_to(kept.folder).parts == (
        stored.sha256[:2], stored.sha256[2:4], stored.sha256,
    )  # fmt: skip
    with kept.open(stored.sha256) as file:
        assert file.read() == b"evidence"


def test_streams_are_kept_and_the_same_bytes_only_once(kept):
    content = os.urandom(3 * 1024 * 1024 + 7)
    first, second = kept.put(io.BytesIO(content)), kept.put(content)
    assert first == second
    assert kept.read(first.sha256) == content
    assert len(stored_paths(kept)) == 1


def test_nobody_else_can_read(kept):
    stored = kept.put(b"secret")
    path = kept.path(stored.sha256)
    assert path.stat().st_mode & 0o777 == 0o600
    for folder in (kept.folder, path.parent, path.parent.parent):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_too_much_is_refused_and_leaves_nothing(kept):
    with pytest.raises(DomainError, match="MB"):
        kept.put(io.BytesIO(b"x" * 11), limit=10)
    assert kept.put(b"x" * 10, limit=10).size == 10
    assert len(stored_paths(kept)) == 1


def test_a_stream_that_breaks_leaves_nothing(kept):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        kept.put(Broken())
    assert stored_paths(kept) == []


def test_verify_sees_change_and_loss_and_putting_again_mends(kept):
    stored = kept.put(b"evidence")
    assert kept.verify(stored.sha256)
    kept.path(stored.sha256).write_bytes(b"evidencf")
    assert not kept.verify(stored.sha256)
    for deed in (kept.read, kept.open):
        with pytest.raises(FileDamaged, match="已损坏"):
            deed(stored.sha256)
    kept.put(b"evidence")
    assert kept.verify(stored.sha256)
    kept.path(stored.sha256).unlink()
    assert not kept.verify(stored.sha256)
    assert not kept.exists(stored.sha256)
    with pytest.raises(NotFound):
        kept.open(stored.sha256)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_hashes_are_names(kept, name):
    with pytest.raises(NotFound):
        kept.open(name)


def test_the_store_of_the_instance_is_in_its_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "settings", lambda: type("S", (), {"instance": tmp_path, "files_s3_bucket": ""}))
    assert files.store().folder == tmp_path / "files"
