"""What banks deliver into the inbox: imported once, moved, told; nothing half written, no link, no foreign account."""

import os
from datetime import date

import pytest

from disclosure.funds import api, jobs
from disclosure.funds.inbox import Arrived, FolderSource, local_source, pick_up
from portal.kernel import clock
from portal.kernel.db import reading
from portal.kernel.errors import DomainError
from portal.kernel.periods import Month
from tests.disclosure import ledgers
from tests.disclosure.banks import Ledger, as_csv


@pytest.fixture
def fund(instance):
    ledgers.found()
    return ledgers.account()


def january(number: str, closing_off: int = 0) -> bytes:
    text = as_csv(Ledger(5_000, date(2025, 1, 1), date(2025, 1, 31), [(date(2025, 1, 5), 300, "租金", "R1")], number))
    return text.replace(b"53.00", f"{53 + closing_off}.00".encode())


def lay(account: str, name: str, data: bytes, age: int = 60):
    folder = local_source().root / "inbox" / account
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    changed = clock.now().timestamp() - age
    os.utime(path, (changed, changed))
    return path


def below(name: str) -> list[str]:
    return sorted(path.name.split("-", 3)[-1] for path in (local_source().root / name).glob("*/*"))


def test_a_file_is_imported_once_and_moved(fund):
    code, number = fund
    path = lay(code, "jan.csv", january(number))
    assert jobs.run() == {"imported": 1, "refused": 0, "lines": 1, "flawed": []}
    assert not path.exists()
    assert below("done") == ["jan.csv"]
    lay(code, "again.csv", january(number))
    assert jobs.run()["lines"] == 0
    with reading() as db:
        assert api.proof(db, code, Month(2025, 1)).holds


def test_what_is_wrong_is_told_and_holds_nothing_back(fund):
    code, number = fund
    lay(code, "foreign.csv", january("6222000011112222"), age=90)
    lay("NOBODY", "jan.csv", january(number), age=80)
    lay(code, "jan.csv", january(number, closing_off=1), age=70)
    found = jobs.run()
    assert (found["imported"], found["refused"], found["flawed"]) == (1, 2, [f"{code}/jan.csv"])
    assert below("refused") == ["foreign.csv", "foreign.csv.txt", "jan.csv", "jan.csv.txt"]
    told = next((local_source().root / "refused" / code).glob("*.txt")).read_text(encoding="utf-8")
    assert "账号" in told
    assert "银行减明细相差1.00元" in next((local_source().root / "done" / code).glob("*.txt")).read_text(
        encoding="utf-8"
    )


def test_what_is_on_its_way_or_a_link_is_left_alone(fund, tmp_path):
    code, number = fund
    lay(code, "jan.csv.part", january(number))
    lay(code, ".jan.csv", january(number))
    lay(code, "new.csv", january(number), age=0)
    secret = tmp_path / "secret.csv"
    secret.write_bytes(january(number))
    (local_source().root / "inbox" / code / "link.csv").symlink_to(secret)
    assert jobs.run() == {"imported": 0, "refused": 0, "lines": 0, "flawed": []}
    with pytest.raises(OSError, match="symbolic"):
        local_source().read(Arrived(code, "link.csv", str(local_source().root / "inbox" / code / "link.csv")))


def test_a_process_that_died_before_it_told_imports_nothing_twice(fund, monkeypatch):
    code, number = fund
    lay(code, "jan.csv", january(number))

    def dies(*_given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(FolderSource, "done", dies)
        with pytest.raises(KeyboardInterrupt):
            jobs.run()
    assert jobs.run() == {"imported": 1, "refused": 0, "lines": 0, "flawed": []}


class Remote:
    """Another way in, as somebody would write one."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.told = files, {}

    def waiting(self):
        return [Arrived(name.split("/")[0], name.split("/")[1], name) for name in self.files if name not in self.told]

    def read(self, arrived):
        if arrived.name == "broken.csv":
            raise DomainError("银行接口没有应答。")
        return self.files[arrived.token]

    def done(self, arrived, told):
        self.told[arrived.token] = told

    def refused(self, arrived, reason):
        self.told[arrived.token] = reason


def test_another_source_takes_the_same_way(fund):
    code, number = fund
    source = Remote({f"{code}/broken.csv": b"", f"{code}/jan.csv": january(number)})
    assert pick_up(source, ledgers.CLI).lines == 1
    assert source.told == {f"{code}/broken.csv": "银行接口没有应答。", f"{code}/jan.csv": ""}
