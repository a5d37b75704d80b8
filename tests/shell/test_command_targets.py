"""A path that a command cannot write to is a reason on stderr and exit 1; what is wrong with the portal's own files is not."""

import errno
import os
from pathlib import Path

import pytest

from portal.kernel.errors import DomainError
from portal.kernel.files_store import StoreAway
from portal.shell import cli
from portal.shell.cli_parts import writing


@pytest.fixture
def refused(instance, monkeypatch, capsys):
    """Run a command that must exit with 1, and give what it says on stderr."""

    def run(*words):
        monkeypatch.setattr("sys.argv", ["portal", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 1
        return capsys.readouterr().err

    return run


COMMANDS = [("template", "people"), ("export", "open-data")]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_file_stands_in_the_way(words, refused, tmp_path):
    (tmp_path / "file").write_text("kept")
    for target in (tmp_path / "file" / "below", Path("/proc/nothing/here")):
        assert refused(*words, target).startswith(f"写不进{target}：")
    assert (tmp_path / "file").read_text() == "kept"


def test_a_file_for_a_folder_and_a_folder_for_a_file(refused, tmp_path):
    (tmp_path / "file").write_text("kept")
    assert refused("export", "open-data", tmp_path / "file").startswith(f"写不进{tmp_path / 'file'}：")
    assert refused("template", "people", tmp_path).startswith(f"写不进{tmp_path}：")
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk(refused):
    assert refused("template", "people", "/dev/full") == f"写不进/dev/full：{os.strerror(errno.ENOSPC)}\n"


def test_permission_of_a_folder_on_the_way(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DomainError, match="写不进out/a：no"), writing(Path("out/a")):
        raise PermissionError(errno.EACCES, "no", str(tmp_path / "out"))


@pytest.mark.parametrize("error", [StoreAway("gone"), PermissionError(errno.EACCES, "no", "/keys/signing-1.key")])
def test_errors_of_the_portals_own_files_pass(error, tmp_path):
    with pytest.raises(type(error)), writing(tmp_path / "out"):
        raise error
