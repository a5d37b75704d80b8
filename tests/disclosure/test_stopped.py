"""A process that is killed while it imports loses nothing and doubles nothing; what it left staged is no record."""

import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from disclosure.funds import api, bringing
from disclosure.funds.models import BankLine, BankLineStaged, FundStatement
from disclosure.funds.service import staging
from portal.kernel import clock
from portal.kernel.db import engine, reading, transaction
from portal.kernel.errors import Conflict
from portal.kernel.periods import Month
from tests.disclosure import ledgers
from tests.disclosure.banks import Ledger, as_csv

LINES = 400
# A child that imports in small chunks and stops dead: after so many chunks, or within the transaction that takes over.
CHILD = """
import sys, time
from datetime import date
from disclosure.funds import api
from disclosure.funds.service import staging, statements
from portal.kernel.access import system_actor

code, path, where = sys.argv[1:]
staging.LARGE, staging.AT_ONCE = 10, 50
chunks = []


def halt():
    print("here", flush=True)
    time.sleep(600)


def written(db, table, names, rows, real=staging.insert_tuples):
    if where == "staging" and len(chunks) == 3:
        halt()
    chunks.append(real(db, table, names, rows))


def recorded(*given, real=statements.audit.record):
    real(*given)
    halt()


staging.insert_tuples = written
if where == "taking":
    statements.audit.record = recorded
api.import_file(system_actor("child"), code, open(path, "rb").read(), "a.csv", on=date(2026, 1, 15))
"""


@pytest.fixture
def fund(instance):
    ledgers.found()
    return ledgers.account()


def march(number: str) -> bytes:
    first = date(2025, 3, 1)
    rows = [(first + timedelta(days=n * 31 // LINES), 100 + n, f"第{n}笔", f"R{n}") for n in range(LINES)]
    return as_csv(Ledger(5_000, first, date(2025, 3, 31), rows, number))


def counts() -> tuple[int, int]:
    with reading() as db:
        lines = db.scalar(select(func.count()).select_from(BankLine)) or 0
        return lines, db.scalar(select(func.count()).select_from(FundStatement)) or 0


def staged() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(BankLineStaged)) or 0


def killed(code: str, file: Path, where: str) -> None:
    command = [sys.executable, "-c", CHILD, code, str(file), where]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"here\n"
        os.kill(child.pid, signal.SIGKILL)


@pytest.mark.both_databases
def test_a_killed_import_loses_and_doubles_nothing(fund, tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "LARGE", 10)
    monkeypatch.setattr(staging, "AT_ONCE", 50)
    code, number = fund
    file = tmp_path / "march.csv"
    file.write_bytes(march(number))
    left = 150 if engine().dialect.name == "sqlite" else 0
    if left:
        killed(code, file, "staging")
        assert counts() == (0, 0)
        assert staged() == left
    killed(code, file, "taking")
    assert counts() == (0, 0)
    taken = api.import_file(ledgers.CLI, code, file.read_bytes(), "a.csv", on=ledgers.ON)
    assert (taken.statements, taken.lines) == (1, LINES)
    assert counts() == (LINES, 1)
    again = api.import_file(ledgers.CLI, code, file.read_bytes() + b"\n", "a.csv", on=ledgers.ON)
    assert (again.statements, again.lines, again.known) == (0, 0, LINES)
    with reading() as db:
        assert api.proof(db, code, Month(2025, 3)).holds
    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        staging.stage(code, [])
        assert staged() == (left and left + LINES), "nothing large came, nothing is cleared"
        other = march(number).replace(b"R1,", b"Q1,")
        api.import_file(ledgers.CLI, code, other, "b.csv", on=ledgers.ON)
    assert staged() == 0


def test_staged_is_as_good_as_at_once(fund, monkeypatch):
    code, number = fund
    half = as_csv(Ledger(5_000, date(2025, 3, 1), date(2025, 3, 31), [(date(2025, 3, 1), 100, "第0笔", "R0")], number))
    api.import_file(ledgers.CLI, code, half, "a.csv", on=ledgers.ON)
    monkeypatch.setattr(staging, "LARGE", 10)
    monkeypatch.setattr(staging, "AT_ONCE", 50)
    taken = api.import_file(ledgers.CLI, code, march(number), "b.csv", on=ledgers.ON)
    assert (taken.lines, taken.known) == (LINES - 1, 1)
    with reading() as db:
        assert api.proof(db, code, Month(2025, 3)).closing_fen == 5_000 + sum(100 + n for n in range(LINES))


def test_lines_cleared_meanwhile_are_not_half_taken(fund, monkeypatch):
    code, number = fund
    monkeypatch.setattr(staging, "LARGE", 10)
    real = staging.stage

    def stage_and_lose(account_code, judged):
        made = real(account_code, judged)
        with transaction() as db:
            db.execute(BankLineStaged.__table__.delete().where(BankLineStaged.seq == 7))
        return made

    monkeypatch.setattr(bringing, "stage", stage_and_lose)
    with pytest.raises(Conflict, match="没有导入"):
        api.import_file(ledgers.CLI, code, march(number), "a.csv", on=ledgers.ON)
    assert counts() == (0, 0)
