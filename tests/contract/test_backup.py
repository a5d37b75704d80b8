"""``portal backup`` and ``portal restore`` on the command line: the figures are the same, byte by byte, and nothing but an empty
portal takes them."""

import shutil
from pathlib import Path

import pytest

from tests.browser.conftest import demo_place as demo_place
from tests.contract.command import Portal, recompute
from tests.databases import Place

KEY = "a long secret of the district"


def _figures(folder: Path) -> dict[str, bytes]:
    """The open data; what names the moment and the key of this export left out."""
    return {
        p.name: p.read_bytes() for p in sorted(folder.iterdir()) if not p.name.startswith(("manifest", "public-key"))
    }


@pytest.fixture(scope="module")
def source(demo_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Portal:
    portal = Portal(tmp_path_factory.mktemp("source"))
    shutil.copytree(demo_place.instance, portal.instance)
    return portal


def test_round_trip_with_keys(source: Portal, tmp_path: Path) -> None:
    source.environment["PORTAL_BACKUP_KEY"] = KEY
    assert "备份已加密" in source.run("backup", str(tmp_path / "saved")).stdout
    before = source.audit_rows()
    source.run("backup", str(tmp_path / "saved"))
    assert source.audit_rows() == before

    target = Portal(tmp_path / "target")
    assert "PORTAL_BACKUP_KEY" in target.run("restore", str(tmp_path / "saved"), expect=1).stderr
    assert not (target.instance / "portal.db").exists()
    target.environment["PORTAL_BACKUP_KEY"] = KEY
    assert "操作日志校验通过" in target.run("restore", str(tmp_path / "saved")).stdout
    target.run("audit", "verify")
    assert target.audit_rows() == before + 1, "the log says that it was restored"
    for portal in (source, target):
        portal.run("export", "open-data", str(portal.folder / "data"))
    assert _figures(source.folder / "data") == _figures(target.folder / "data")
    assert ", 0 differ" in recompute(target.folder / "data").stdout
    again = target.run("restore", str(tmp_path / "saved"), expect=1)
    assert "只能恢复到空的系统" in again.stderr


def test_without_a_key_it_says_so(source: Portal, tmp_path: Path) -> None:
    source.environment.pop("PORTAL_BACKUP_KEY", None)
    assert "不含任何密钥" in source.run("backup", str(tmp_path / "saved")).stdout
    target = Portal(tmp_path / "target")
    target.run("init")
    shutil.rmtree(target.instance / "keys")
    said = target.run("restore", str(tmp_path / "saved")).stdout
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
