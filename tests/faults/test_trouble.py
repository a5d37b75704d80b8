"""Full disk, read-only disk, slow or missing database, dead mail server, clocks that step: clear words, nothing half done, and all goes
on by itself afterwards."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError

from portal.kernel import audit, clock, db, files
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.settings import reload_settings
from portal.kernel.web import close_request_session, request_session
from scoring.checks.models import Photo
from tests.checks import pages_district as d

AGAIN = "数据库或磁盘暂时不能使用"


def _rows() -> tuple[int, int]:
    with reading() as session:
        return tuple(session.scalar(select(func.count()).select_from(table)) for table in (AuditEntry, Photo))


def _kept() -> list[str]:
    folder = files.store().folder
    return sorted(path.name for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


@pytest.fixture
def drafting(signed_in):
    """An inspector at the fire category of a check: ``send()`` posts the step with a photo."""
    d.found_district()
    with clock.at(d.NOW):
        client = signed_in("inspector")
        check = d.start(client)
        page = client.page(f"/inspections/{check}/XF")
        yield lambda: d.keep_step(client, check, "XF", {"XF01-photo": d.photo_file()}, page=page)


def _is_told(answer) -> None:
    assert answer.status_code == 503
    assert AGAIN in answer.get_data(as_text=True)
    assert answer.headers["Retry-After"] == "30"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
@pytest.mark.parametrize("place", ["fsync", "replace"])
def test_a_disk_that_takes_no_file_keeps_no_photo(drafting, monkeypatch, code, place):
    before, kept = _rows(), _kept()

    def refuse(*_anything):
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as full:
        full.setattr(files.os, place, refuse)
        _is_told(drafting())
    assert _rows() == before, "no row without its file"
    assert _kept() == kept, "no draft of a file is left"
    assert drafting().status_code == 303
    assert _rows()[1] == before[1] + 1


@contextmanager
def _each_connection(pragma: str, afterwards: str) -> Iterator[None]:
    """Every connection that is taken meanwhile has a setting of SQLite; afterwards another."""

    def narrow(connection, *_more):
        connection.execute(f"PRAGMA {pragma}")

    def as_ever(connection, *_more):
        connection.execute(f"PRAGMA {afterwards}")

    event.listen(db.engine(), "checkout", narrow)
    event.listen(db.engine(), "checkin", as_ever)
    try:
        yield
    finally:
        event.remove(db.engine(), "checkout", narrow)
        event.remove(db.engine(), "checkin", as_ever)


def test_a_database_without_room_keeps_nothing_and_goes_on(drafting):
    with transaction() as session:
        session.execute(text("CREATE TABLE ballast (filling BLOB)"))
        pages = session.scalar(text("PRAGMA page_count"))
    before = _rows()

    def deed(size: int) -> None:
        with transaction() as session:
            audit.record(session, d.CLI, "trial.done", "trial:1")
            session.execute(text(f"INSERT INTO ballast VALUES (zeroblob({size}))"))

    with _each_connection(f"max_page_count={pages}", "max_page_count=1073741823"):
        with pytest.raises(OperationalError, match="full"):
            deed(5_000_000)
        assert _rows() == before, "no row of the log without its deed"
    deed(5_000_000)
    assert drafting().status_code == 303
    with reading() as session:
        assert audit.verify(session)[1] is None


def test_a_read_only_database_serves_readers_and_tells_writers(drafting, client):
    before = _rows()
    with _each_connection("query_only=ON", "query_only=OFF"):
        assert client.get("/").status_code == 200
        _is_told(drafting())
    assert _rows() == before
    assert drafting().status_code == 303


@pytest.mark.postgres
def test_a_database_that_takes_too_long_is_told_and_nothing_is_half_done(drafting, instance, monkeypatch):
    before = _rows()
    db.dispose()
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=300")  # milliseconds; `portal serve` sets 90 s
    with psycopg.connect(instance.url.replace("+psycopg", "")) as other:
        other.execute("LOCK TABLE audit_head IN ACCESS EXCLUSIVE MODE")
        _is_told(drafting())
    monkeypatch.delenv("PGOPTIONS")
    db.dispose()
    assert _rows() == before
    assert drafting().status_code == 303


def test_without_a_database_pages_and_programs_are_told(client, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:////proc/nowhere/portal.db")
    reload_settings()
    _is_told(client.get("/"))
    assert "not available" in client.get("/en/").get_data(as_text=True)
    answer = client.get("/api/v1/estates")
    assert (answer.status_code, answer.json["status"], answer.content_type) == (503, 503, "application/problem+json")
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


@pytest.mark.postgres
def test_an_answer_stands_though_the_connection_it_read_through_is_gone(app, instance):
    with app.test_request_context("/"):
        pid = request_session().scalar(text("SELECT pg_backend_pid()"))
        with psycopg.connect(instance.url.replace("+psycopg", "")) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        close_request_session()
        assert request_session().scalar(text("SELECT 1")) == 1, "the next one gets another"
        close_request_session()
