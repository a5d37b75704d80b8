"""The key ring: files of their own, newest for new values, older ones for reading."""

import base64
import multiprocessing
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from portal.kernel import clock, keys
from portal.kernel.db import reading, transaction
from portal.kernel.keys import KeyRing


def test_keys_are_readable_by_their_owner_only(tmp_path):
    ring = KeyRing(tmp_path / "keys")
    ring.current("data")
    assert stat.S_IMODE(ring.folder.stat().st_mode) == 0o700
    files = list(ring.folder.glob("*.key"))
    assert files
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)


def test_same_key_is_found_again(tmp_path):
    first = KeyRing(tmp_path).current("audit")
    assert KeyRing(tmp_path).current("audit") == first
    assert len(first.secret) == 32


def _key_id(folder: str) -> str:
    return KeyRing(Path(folder)).current("data").key_id


def test_processes_that_start_together_share_one_key(tmp_path):
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        found = pool.map(_key_id, [str(tmp_path)] * 6)
    assert len(set(found)) == 1


def test_newest_key_seals_and_the_older_one_still_opens(instance):
    ring = keys.key_ring()
    with transaction() as db:
        old = keys.seal(db, "person:a", "旧")
    newer = ring.folder / "data-29990101-ffffff.key"
    newer.write_bytes(base64.b64encode(b"n" * 32))
    with transaction() as db:
        new = keys.seal(db, "person:b", "新")
    with reading() as db:
        assert db.get(keys.SubjectKey, "person:b").key_id == newer.stem
        assert (keys.unseal(db, "person:a", old), keys.unseal(db, "person:b", new)) == ("旧", "新")


def test_identity_hash_keeps_its_key_for_ever(tmp_path):
    ring = KeyRing(tmp_path)
    before = ring.identity_hash("110101199003070038")
    (tmp_path / "identity-29990101-ffffff.key").write_bytes(base64.b64encode(b"n" * 32))
    assert ring.identity_hash("110101199003070038") == before
    assert ring.identity_hash("110101199003070046") != before
    assert "110101199003070038" not in before[1]


def test_ciphertext_is_bound_to_its_subject(instance):
    with transaction() as db:
        sealed = keys.seal(db, "person:a", "秘密")
        keys.seal(db, "person:b", "别的")
    with reading() as db, pytest.raises(InvalidTag):
        keys.unseal(db, "person:b", sealed)


def test_destroyed_subject_cannot_be_sealed_again(instance):
    with transaction() as db:
        keys.seal(db, "person:a", "秘密")
        keys.destroy(db, "person:a", clock.now())
    with transaction() as db, pytest.raises(KeyError):
        keys.seal(db, "person:a", "秘密")


def test_signature_of_the_ring_is_verified_by_its_public_half(tmp_path):
    ring = KeyRing(tmp_path)
    key_id, private = ring.signing_key()
    private.public_key().verify(private.sign(b"words"), b"words")
    assert ring.public_pem(key_id).startswith(b"-----BEGIN PUBLIC KEY-----")
