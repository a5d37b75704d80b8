"""What deploy/ names exists: commands, settings, paths, limits, and settings of PostgreSQL. (tools/try_deploy.py runs all of it.)"""

import configparser
import re
from pathlib import Path

import psycopg
import pytest

from portal.shell import server
from portal.shell.cli import cli
from tests import postgres

PROJECT = Path(__file__).resolve().parents[2]
DEPLOY = PROJECT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SITE = (DEPLOY / "nginx/portal.conf").read_text()


class _Unit(configparser.RawConfigParser):
    """A unit file: names keep their case and may come twice."""

    def __init__(self) -> None:
        super().__init__(strict=False, interpolation=None)

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def unit(path: Path) -> configparser.RawConfigParser:
    read = _Unit()
    read.read(path)
    return read


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_a_command_that_exists_as_its_own_user(path):
    service = unit(path)["Service"]
    program, command, *options = service["ExecStart"].split()
    assert program.startswith("/srv/portal/.venv/bin/")
    name = Path(program).name
    if name == "portal":
        given = {option for option in options if option.startswith("--")}
        assert given <= {option for param in cli.commands[command].params for option in param.opts}
    else:
        assert (name, command) in {("dask", "scheduler"), ("dask", "worker")}
        assert "distributed" in (PROJECT / "setup.cfg").read_text()
    assert service["User"] == "portal"
    assert service["NoNewPrivileges"] == "yes"
    assert service["EnvironmentFile"] == "/etc/portal/portal.env"


def test_the_environment_names_settings_that_are_read():
    code = "".join(path.read_text() for path in [*PROJECT.glob("portal/**/*.py"), *UNITS])
    named = re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "systemd/portal.env.example").read_text(), re.M)
    assert "DATABASE_URL" in named
    assert [name for name in named if f'"{name}"' not in code and f"${{{name}}}" not in code] == []


def test_the_site_takes_and_waits_as_long_as_the_portal(monkeypatch, app):
    made = server.Server("127.0.0.1", 1)
    assert re.search(r"client_max_body_size (\d+)m;", SITE)[1] == str(app.config["MAX_CONTENT_LENGTH"] // 1024 // 1024)
    assert re.search(r"proxy_read_timeout (\d+)s;", SITE)[1] == str(made.cfg.timeout)
    assert "server 127.0.0.1:8000;" in SITE
    folder = re.search(r"alias /srv/portal/(.*)/;", SITE)[1]
    assert Path(app.static_folder) == PROJECT / folder
    cached = re.search(r'add_header Cache-Control "(.*?)"', SITE)[1]
    assert app.test_client().get("/static/css/tokens.css").headers["Cache-Control"] in (cached, "no-store")
    assert {path for path in re.findall(r"location =? ?(/\w*/?)", SITE)} == {"/static/", "/api/", "/metrics", "/"}


@pytest.mark.postgres
def test_postgresql_knows_every_setting_of_its_file(run_folder):
    text = (DEPLOY / "postgresql/portal.conf").read_text()
    lines = re.findall(r"^(?:# )?([a-z_]+) = ('.*?'|\S+)$", text, re.M)
    assert len(lines) > 20
    with psycopg.connect(postgres.server(run_folder).replace("+psycopg", "") + "/postgres") as connection:
        known = {name.lower() for (name,) in connection.execute("SELECT name FROM pg_settings")}
    assert [name for name, _value in lines if name not in known] == []


def test_postgresql_settings_each_have_a_reason():
    blocks = (DEPLOY / "postgresql/portal.conf").read_text().strip().split("\n\n")
    assert all(block.startswith("# ") for block in blocks)


def test_the_guides_name_files_that_exist():
    for guide in ("docs/upgrade.md", "docs/scale.md"):
        text = (PROJECT / guide).read_text()
        missing = [
            path
            for path in re.findall(r"\b((?:deploy|tools|bench|docs)/[\w./-]+\w)", text)
            if not (PROJECT / path).exists()
        ]
        assert missing == []
