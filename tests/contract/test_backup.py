"""``portal backup`` and ``portal restore`` on the command line: every row and file of a whole district comes back as it was, and
nothing but an empty portal takes them."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.browser.conftest import demo_place as demo_place
from tests.contract.command import Portal
from tests.databases import Place

KEY = "a long secret of the district"


def _differing(first: Portal, second: Portal) -> list[str]:
    """Tables whose rows are not the same in both."""
    with closing(sqlite3.connect(first.instance / "portal.db")) as database:
        database.execute("ATTACH ? AS other", [str(second.instance / "portal.db")])
        kept = "type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        names = [row[0] for row in database.execute(f"SELECT name FROM main.sqlite_master WHERE {kept}")]
        assert len(names) > 150
        once = "SELECT * FROM {a}.[{n}] EXCEPT SELECT * FROM {b}.[{n}]"
        sides = (("main", "other"), ("other", "main"))
        return [n for n in names if any(database.execute(once.format(a=a, b=b, n=n)).fetchone() for a, b in sides)]


def _evidence(portal: Portal) -> dict[str, bytes]:
    folder = portal.instance / "files"
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def source(demo_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Portal:
    portal = Portal(tmp_path_factory.mktemp("source"))
    shutil.copytree(demo_place.instance, portal.instance)
    return portal


def test_round_trip_with_keys(source: Portal, tmp_path: Path) -> None:
    before, saved = source.audit_rows(), str(tmp_path / "saved")
    source.environment["PORTAL_BACKUP_KEY"] = KEY
    assert "备份已加密" in source.run("backup", saved).stdout
    assert source.audit_rows() == before

    target = Portal(tmp_path / "target")
    assert "PORTAL_BACKUP_KEY" in target.run("restore", saved, expect=1).stderr
    assert not (target.instance / "portal.db").exists()
    target.environment["PORTAL_BACKUP_KEY"] = KEY
    assert "操作日志校验通过" in target.run("restore", saved).stdout
    assert target.audit_rows() == before + 1, "the log says that it was restored"
    assert {name for name in _differing(source, target) if "search" not in name} == {"audit_log", "audit_head"}
    assert _evidence(source) == _evidence(target) != {}
    again = target.run("restore", saved, expect=1)
    assert "只能恢复到空的系统" in again.stderr


def test_without_a_key_it_says_so(source: Portal, tmp_path: Path) -> None:
    source.environment.pop("PORTAL_BACKUP_KEY", None)
    assert "不含任何密钥" in source.run("backup", str(tmp_path / "saved")).stdout
    said = Portal(tmp_path / "target").run("restore", str(tmp_path / "saved")).stdout
    assert "新的签名密钥signing-" in said
    for lost in ("缺少数据密钥", "缺少调解密钥", "缺少身份证号散列密钥", "缺少日志密钥"):
        assert lost in said


def test_wrong_usage_and_missing_files(source: Portal, tmp_path: Path) -> None:
    target = Portal(tmp_path / "target")
    target.run("restore", expect=2)
    target.run("backup", expect=2)
    target.run("backup", str(tmp_path / "saved"), expect=1)  # nothing was made yet
    source.run("backup", str(tmp_path / "nowhere" / "saved"), expect=1)
    (tmp_path / "other").write_bytes(b"no backup at all")
    target.run("restore", str(tmp_path / "other"), expect=1)
