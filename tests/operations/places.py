"""Portals to save and empty ones to restore into; what stands in a folder and in a database, for comparison."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.pool import NullPool

from portal.kernel import audit, clock, keys
from portal.kernel.access import Actor
from portal.kernel.classes import Audience
from portal.kernel.db import Base, dispose, transaction
from portal.kernel.files import store
from portal.kernel.files_record import StoredFile
from portal.kernel.settings import settings
from tests import databases, postgres
from tests.conftest import point_at
from tests.databases import Place

ACTOR = Actor("zhang", None, None)
NAME, PHONE = "冼密密", "13987654321"


@pytest.fixture
def empty(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Place]]:
    """``empty("postgres")``: turn to a portal that was only made, to restore into."""
    made: list[str] = []

    def make(kind: str = "sqlite") -> Place:
        folder = tmp_path / f"elsewhere{len(list(tmp_path.iterdir()))}"
        if kind == "postgres":
            made.append(f"e_{abs(hash(str(folder))):x}")
            copy = databases.postgres_place(run_folder, folder, made[-1])
        else:
            copy = databases.sqlite_place(run_folder, folder)
        dispose()
        point_at(copy, monkeypatch)
        return copy

    yield make
    dispose()
    for name in made:
        postgres.drop_database(run_folder, name)


def evidence(data: bytes) -> str:
    """A file with its row and its line in the log, as a photo comes in."""
    with transaction() as db:
        kept = store().put(data)
        row = StoredFile(
            sha256=kept.sha256, media_type="image/jpeg", size=kept.size, audience=int(Audience.STAFF),
            recorded_at=clock.now(),
        )  # fmt: skip
        db.add(row)
        audit.record(db, ACTOR, "photo.added", f"file:{kept.sha256}")
    return kept.sha256


def fill() -> dict[str, str]:
    """Something of everything: evidence, a sealed value, a public file in the folder."""
    with transaction() as db:
        sealed = keys.seal(db, "person:li", NAME)
        audit.record(db, ACTOR, "test.sealed", "person:li", {"name": {"sealed": sealed, "subject": "person:li"}})
    release = settings().instance / "opendata" / "releases"
    release.mkdir(parents=True)
    (release / "20261101.zip").write_bytes(b"published")
    return {"sealed": sealed, "file": evidence(b"\x00a photo" * 5000)}


def rows(url: str) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a digest of them."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        found = {t.name: sorted(map(repr, connection.execute(select(t)))) for t in Base.metadata.sorted_tables}
    engine.dispose()
    return {name: (len(told), hashlib.sha256("".join(told).encode()).hexdigest()) for name, told in found.items()}


def listing(folder: Path) -> dict[str, str]:
    """Every file below a folder with its SHA-256; the session key, which each portal makes for itself, left out."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "secret_key"
    }
