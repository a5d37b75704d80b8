"""A backup that an older release wrote comes into this one: its rows through the migrations since, its keys, its evidence.

``release_0025/portal.backup`` was written by ``portal backup`` of the release with schema 0025, encrypted: the register of one
estate by ``portal import``, a file, a log of 12 rows. Since then names and phones of managers and phones of companies are sealed.
"""

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.kernel import audit, schema
from portal.kernel.db import reading
from portal.kernel.errors import DomainError
from portal.kernel.files import store
from portal.kernel.settings import settings
from portal.operations import api, restoring
from portal.registry import api as registry
from portal.shell import wiring
from tests.operations.places import empty as empty
from tests.operations.places import evidence, listing

BACKUP = Path(__file__).with_name("release_0025") / "portal.backup"
SECRET = "an older release"
PHOTO = b"a photo of an older release"


@pytest.fixture(autouse=True)
def _whole():
    wiring.features()


@pytest.mark.both_databases
def test_into_a_fresh_portal_of_this_release(database_kind, empty):
    empty(database_kind)
    assert schema.is_current()
    _restored()


def _restored() -> None:
    done = api.restore(BACKUP, SECRET)
    assert (done.backup.revision, done.backup.rows, done.unreadable) == ("0025", 198, [])
    assert schema.is_current()
    sha256 = hashlib.sha256(PHOTO).hexdigest()
    assert store().read(sha256) == PHOTO
    with reading() as db:
        assert audit.verify(db) == (12, None)
        assert db.scalar(text("SELECT name_sealed FROM manager")) != "欧阳示例", "what stood in clear is sealed"
        manager = registry.manager_staff_view(db, "PM-001")
        assert (manager.name, manager.phone) == ("欧阳示例", "13900001234"), "with keys that are in the ring"
        assert api.check_files(db).missing == []
    evidence(b"the next one")
    with reading() as db:
        assert audit.verify(db) == (13, None)


def test_a_failure_after_the_migrations_takes_their_keys_back(empty, monkeypatch):
    where = empty()
    before = listing(where.instance)

    def full(*_arguments):
        assert list(settings().keys.glob("data-*.key")), "the migration sealed"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring._Work, "place_files", full)
    with pytest.raises(DomainError, match="No space left"):
        api.restore(BACKUP, SECRET)
    after = listing(where.instance)
    assert {n: d for n, d in after.items() if "portal.db" not in n} == {
        n: d for n, d in before.items() if "portal.db" not in n
    }
    assert schema.is_current()
