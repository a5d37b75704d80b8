"""No line of the log names a person, a phone, a code or a token; each request has its id, each slow statement its line."""

import io
import json
import logging

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from portal.kernel import counters, logs, slow
from portal.kernel.access import Role
from portal.kernel.db import engine
from portal.kernel.logs import clean
from portal.kernel.settings import reload_settings
from tests.people import session_cookie

NAME, PHONE, NUMBER, PLATE = "冼密密", "13987654321", "440306199003070017", "粤B9Z8Y7"
TOKEN = "q3Zt9-xYw_0aBcDeFgHiJkLm0123-_yZ"
SECRETS = (NAME, PHONE, NUMBER, PLATE, TOKEN)


@pytest.fixture
def lines(instance, monkeypatch):
    """What this process logs from here on, as it is written."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = list(root.handlers), root.level
    logs.configure(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)


def test_requests_have_ids_and_no_addresses(lines, app: Flask):
    client = app.test_client()
    answer = client.get(f"/estates?q={NAME}+{PHONE}", headers={"X-Request-Id": "1" * 32})
    assert answer.headers["X-Request-Id"] != "1" * 32, "only a trusted proxy names requests"
    client.post("/sign-in", data={"login": PHONE, "password": TOKEN})
    client.get(f"/verify/{TOKEN}")
    found = [line for line in lines() if line["event"] == "request"]
    assert found[0]["endpoint"] != "none"
    assert found[0]["request"] == answer.headers["X-Request-Id"]
    told = json.dumps(lines(), ensure_ascii=False)
    assert [secret for secret in SECRETS if secret in told] == []


def test_trusted_proxy_names_the_request(lines, app: Flask, monkeypatch):
    monkeypatch.setenv("TRUSTED_PROXIES", "1")
    reload_settings()
    given, client = "0f8fad5b-d9cb-469f-a165-70867728950e", app.test_client()
    assert client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"] == given
    odd = client.get("/healthz", headers={"X-Request-Id": PHONE})
    assert odd.headers["X-Request-Id"] != PHONE


def test_failures_tell_where_and_never_what(lines):
    """An error's text may quote what was to be written, and PostgreSQL's does."""
    log = logging.getLogger("portal.test")
    try:
        try:
            raise KeyError(NAME)
        except KeyError as error:
            raise ValueError(f"Key (phone)=({PHONE}) {TOKEN}") from error
    except ValueError:
        log.exception("task_failed id=%s", "abc", extra={"reference": "12ab", "owner": f"{NUMBER} {PLATE}"})
    line = lines()[0]
    assert (line["level"], line["event"], line["reference"]) == ("error", "task_failed id=abc", "12ab")
    assert (line["error"]["type"], line["error"]["cause"]) == ("ValueError", "KeyError")
    assert "test_logs.py" in line["error"]["at"][-1]
    assert [secret for secret in SECRETS if secret in json.dumps(line, ensure_ascii=False)] == []


@given(st.sampled_from(SECRETS[1:]), st.text(" ,;(){}=\n中", max_size=5), st.text(" ,;(){}=\n中", max_size=5))
def test_what_has_a_shape_is_struck_out(secret, before, after):
    assert secret not in clean(f"见{before} {secret} {after}完")


@pytest.mark.parametrize("said", ["password=hunter2x", "token: s3cr", "code='482913'", "Cookie=a; x", "api_key=zz9"])
def test_named_secrets_are_struck_out(said):
    assert said.split("=")[-1].split(":")[-1].strip(" '").split(";")[0] not in clean(f"got {said} there")


def test_plain_words_stay(lines):
    logging.getLogger("portal.test").info("worker_leads pid=%s file=portal-20261122-010000.backup", 4711)
    assert lines()[0]["event"] == "worker_leads pid=4711 file=portal-20261122-010000.backup"


def test_a_slow_statement_is_no_line_of_a_command(monkeypatch):
    """A command sets up no log; what Python prints then of a warning is not for its standard error."""
    printed = []
    monkeypatch.setattr(logging.root, "handlers", [])
    monkeypatch.setattr(logging.lastResort, "emit", printed.append)
    slow.note("SELECT 1", 9.0)
    logging.getLogger("portal.test").warning("seen")
    assert [record.getMessage() for record in printed] == ["seen"]


@pytest.mark.both_databases
def test_slow_statements_are_noted_without_their_values(lines, monkeypatch):
    monkeypatch.setattr(slow.time, "monotonic", iter(range(0, 1000, 2)).__next__)
    with engine().connect() as connection:
        connection.execute(text("SELECT :name, 'quoted text'"), {"name": PHONE})
    told = [line for line in lines() if line["event"] == "slow_query"]
    mine = [line for line in told if line["statement"].endswith("'?'")]
    assert [line["ms"] for line in mine] == [2000], told
    assert [word for word in (PHONE, "quoted") if word in json.dumps(lines())] == []
    assert counters.sums()["portal_slow_queries_total"] >= 1


def test_metrics_are_for_loopback_or_the_token(app: Flask, monkeypatch, instance):
    client = app.test_client()
    client.set_cookie(*session_cookie(Role.ADMIN, None, None, None))
    client.get("/healthz")
    answer = client.get("/metrics")
    assert answer.mimetype == "text/plain"
    told = answer.get_data(as_text=True)
    for series in ("# TYPE portal_requests_total counter", "# TYPE portal_request_seconds histogram",
                   'portal_request_seconds_bucket{le="+Inf"}', "portal_database_bytes", "portal_audit_rows "):  # fmt: skip
        assert series in told
    away = {"REMOTE_ADDR": "10.1.2.3"}
    assert client.get("/metrics", environ_base=away).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.1.2.3"}).status_code == 404, "a proxy on loopback"
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    reload_settings()
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer no"}, environ_base=away).status_code == 404
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, environ_base=away).status_code == 200


def test_counts_of_all_processes_are_added_up(instance):
    other = counters._folder() / "1.json"
    other.write_text(json.dumps({"portal_test_total": 3}))
    gone = counters._folder() / "999999999.json"
    gone.write_text(json.dumps({"portal_test_total": 100}))
    counters.forget_dead()
    counters.add("portal_test_total", 2)
    assert counters.sums()["portal_test_total"] == 5
