"""``bank_lines_vs_copy``: lines of monthly csv files imported into an empty portal, beside COPY of the same bytes.

On a PostgreSQL that is started for it where there is a server on the machine, else on SQLite beside a bare insert of the
parsed cells. ``python -m bench.bank 1000000 [sqlite]`` measures the full size: it prints seconds, peak memory, the longest
that another writer would wait, the speed of camt.053 and the pages of an estate with five years of lines.
"""

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench.memory import peak_mb

MONTHS, NUMBER, CODE = 24, "4000123412341234", "BENCH-1"
HEADER = ("交易日期", "摘要", "流水号", "借方发生额", "贷方发生额", "余额", "对方户名")
Cells = tuple[str, ...]


def rows(lines: int, months: int = MONTHS) -> Iterator[tuple[date, date, list[Cells]]]:
    """(first day, last day, cells) of each month, up to September 2026; balances run through all of them."""
    running, number = 10_000_000, 0
    for back in range(months, 0, -1):
        place = 2026 * 12 + 9 - back
        first, after = date(place // 12, place % 12 + 1, 1), date((place + 1) // 12, (place + 1) % 12 + 1, 1)
        days, count = (after - first).days, lines // months
        found: list[Cells] = []
        for nth in range(count):
            number += 1
            fen = number * 7919 % 90_000 + 1
            running += fen if number % 3 else -fen
            amount, day = f"{fen // 100}.{fen % 100:02d}", first + timedelta(days=nth * days // count)
            outgo, income = ("", amount) if number % 3 else (amount, "")
            balance = f"{running // 100}.{running % 100:02d}"
            found.append(
                (day.isoformat(), f"停车费{number % 50}", f"R{number:09d}", outgo, income, balance, "示例单位")
            )
        yield first, after - timedelta(days=1), found


def as_csv(first: date, last: date, cells: list[Cells]) -> bytes:
    """A month as a bank's csv file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([f"账号：{NUMBER}"])
    writer.writerow([f"起止日期：{first} 至 {last}"])
    writer.writerow(HEADER)
    writer.writerows(cells)
    return out.getvalue().encode()


def as_camt(first: date, last: date, cells: list[Cells]) -> bytes:
    """A month as camt.053.001.08."""
    entries = "".join(
        f'<Ntry><Amt Ccy="CNY">{income or outgo}</Amt><CdtDbtInd>{"CRDT" if income else "DBIT"}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls><RmtInf><Ustrd>{words}"
        "</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        for day, words, reference, outgo, income, _balance, _party in cells
    )
    balance = (
        f'<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{cells[-1][5]}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        f"<Dt><Dt>{last}</Dt></Dt></Bal>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        f"<BkToCstmrStmt><Stmt><Id>1</Id><FrToDt><FrDtTm>{first}T00:00:00</FrDtTm><ToDtTm>{last}T23:59:59</ToDtTm></FrToDt>"
        f"<Acct><Id><Othr><Id>{NUMBER}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>{balance}{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _account(code: str = CODE, number: str = NUMBER) -> Any:
    """An account in a fresh portal, and who brings its files."""
    from disclosure.funds.service.accounts import AccountInput, store
    from portal.kernel import clock, schema
    from portal.kernel.access import system_actor
    from portal.kernel.db import transaction
    from portal.registry.models import Division, Estate, EstateFacts
    from portal.shell import wiring

    schema.upgrade()
    wiring.wire()
    actor = system_actor("bench")
    with transaction() as db:
        if db.get(Estate, "E-1") is None:
            db.add(Division(code="440306017010", name="示例社区", level="community", parent_code=""))
            db.add(Estate(code="E-1", recorded_at=clock.now()))
            db.flush()
            facts = EstateFacts(id="bench", estate_code="E-1", name="示例花园", search_key="示例花园", kind="commodity", households=1000,
                                division_code="440306017010", valid_from=date(2020, 1, 1), recorded_at=clock.now())  # fmt: skip
            db.add(facts)
        store(db, actor, [AccountInput(code, "E-1", "joint", "示例银行", number, date(2020, 1, 1))])
    return actor


def write_beside() -> None:
    """Another writer, in a process of its own as web workers are: prints the longest of its small transactions, in
    seconds, once its input ends."""
    from sqlalchemy import update

    from portal.kernel.audit import AuditHead
    from portal.kernel.db import transaction

    longest, ended = 0.0, threading.Event()

    def until_told() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=until_told, daemon=True).start()
    print("ready", flush=True)
    while not ended.wait(0.05):
        began = time.perf_counter()
        with transaction() as db:
            db.execute(update(AuditHead).where(AuditHead.id == 1).values(count=AuditHead.count))
        longest = max(longest, time.perf_counter() - began)
    print(longest)


@contextmanager
def _beside(found: dict[str, float]) -> Iterator[None]:
    """Runs ``write_beside`` while files come in, and notes the longest wait."""
    command = [sys.executable, "-c", "from bench.bank import write_beside; write_beside()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        other.stdout.readline()
        yield
        found["longest_wait"] = float(other.communicate()[0])


def import_all(lines: int) -> dict[str, float]:
    """Import the months one by one: lines per second, seconds by the clock and of our processor time, peak memory (MB),
    longest wait of another writer (s)."""
    from disclosure.funds import api
    from portal.kernel.db import reading
    from portal.kernel.periods import Quarter

    actor, spent, busy, taken, found = _account(), 0.0, 0.0, 0, dict[str, float]()
    with _beside(found):
        for first, last, cells in rows(lines):
            data = as_csv(first, last, cells)
            began, worked = time.perf_counter(), time.process_time()
            taken += api.import_file(actor, CODE, data, "bank.csv", on=date(2026, 10, 1)).lines
            spent, busy = spent + time.perf_counter() - began, busy + time.process_time() - worked
    with reading() as db:
        if not api.proof(db, CODE, Quarter(2026, 2)).holds:
            raise SystemExit("the books do not equal the bank")
    return {"per_second": taken / spent, "seconds": spent, "cpu_seconds": busy, "peak_mb": peak_mb(), **found}


def bare(lines: int) -> float:
    """Lines per second of COPY of the same files into a table of texts (PostgreSQL), or of their insert (SQLite)."""
    import psycopg

    url, names = os.environ.get("DATABASE_URL", ""), ", ".join(f"c{n}" for n in range(len(HEADER)))
    spent, count = 0.0, 0
    columns = ", ".join(f"c{n} text" for n in range(len(HEADER)))
    for first, last, cells in rows(lines):
        body = as_csv(first, last, cells).split(b"\n", 2)[2]
        began = time.perf_counter()
        if url:
            with psycopg.connect(url.replace("+psycopg", "")) as connection, connection.cursor() as cursor:
                cursor.execute(f"CREATE TABLE IF NOT EXISTS bench_lines ({columns})".encode())
                with cursor.copy(f"COPY bench_lines ({names}) FROM STDIN (FORMAT csv, HEADER)".encode()) as copy:
                    copy.write(body)
        else:
            with sqlite3.connect(Path(os.environ["PORTAL_INSTANCE"]) / "bench.db") as plain:
                plain.execute(f"CREATE TABLE IF NOT EXISTS bench_lines ({columns})")
                listed = list(csv.reader(io.StringIO(body.decode())))[1:]
                plain.executemany(f"INSERT INTO bench_lines VALUES ({', '.join('?' * len(HEADER))})", listed)
        spent += time.perf_counter() - began
        count += len(cells)
    return count / spent


def camt_per_second(lines: int = 40_000) -> float:
    """Lines per second that the reader of camt.053 gives."""
    from disclosure.funds.statements import camt053

    first, last, cells = next(rows(lines, 1))
    data = as_camt(first, last, cells)
    began = time.perf_counter()
    found = camt053.read(data)
    return len(found[0].lines) / (time.perf_counter() - began)


PAGES = {
    "account_page": "/disclosure/accounts/BENCH-2",
    "public_estate": "/disclosure/E-1",
    "office_estate": "/reports/estate/E-1",
    "ledger_month": "/disclosure/ledger/accounts/BENCH-2",
}


def pages(lines: int = 120_000, months: int = 60) -> dict[str, float]:
    """Seconds of our processor for the pages of an estate whose account has five years of lines, made anew each time: the
    middle of five. (By the clock it is as much on a machine that does nothing else.)"""
    from disclosure.funds import api
    from disclosure.ledger import api as ledger
    from portal.kernel import clock, kept
    from portal.kernel.access import Role
    from portal.kernel.db import transaction
    from portal.shell.app import create_app
    from tests.people import session_cookie

    actor = _account("BENCH-2", "4000999988887777")
    for first, last, cells in rows(lines, months):
        data = as_csv(first, last, cells).replace(NUMBER.encode(), b"4000999988887777")
        api.import_file(actor, "BENCH-2", data, "bank.csv", on=date(2026, 10, 1))
    with transaction() as db:
        ledger.apply_many(db, actor, ["BENCH-2"], on=clock.today())  # two thirds of the lines are parking fees
    client = create_app(testing=True).test_client()
    client.set_cookie(*session_cookie(Role.OFFICER, None, None, None))
    found = {}
    for name, address in PAGES.items():
        taken = []
        for _again in range(6):
            kept._answers.clear()
            began = time.process_time()
            answer = client.get(address)
            taken.append(time.process_time() - began)
            if answer.status_code != 200:
                raise SystemExit(f"{address} answers {answer.status_code}")
        found[name] = median(taken[1:])
    return found


def measure(lines: int) -> tuple[float, float, str]:
    """(our lines per second, the peer's, what the peer is), each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder)
        os.chmod(run, 0o755)  # the server's own user must come through
        url = _server(run)
        try:
            env = {
                **os.environ,
                "PORTAL_INSTANCE": str(run / "instance"),
                "PORTAL_KEYS": str(run / "keys"),
                "DATABASE_URL": url,
            }
            (run / "instance").mkdir()
            told = subprocess.run(
                [sys.executable, "-m", "bench.bank", str(lines), "--json"],
                env=env,
                capture_output=True,
                text=True,
                check=True,
            )
        finally:
            if url:
                from tests import postgres

                postgres.stop(run)
    found = json.loads(told.stdout.splitlines()[-1])
    return found["per_second"], found["bare"], "COPY of the csv" if url else "bare insert, SQLite"


def _server(run: Path) -> str:
    """A PostgreSQL database for the measurement; "" where no server is installed."""
    from tests import postgres

    try:
        return postgres.create_database(run, "bench")
    except RuntimeError:
        return ""


def main() -> None:
    """Measure in the instance that the environment names; a temporary one when it names none."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if "--json" in sys.argv:
        figures = import_all(lines)
        print(json.dumps({**figures, "bare": bare(lines)}))
        return
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder)
        os.chmod(run, 0o755)
        os.environ.update(PORTAL_INSTANCE=str(run / "instance"), PORTAL_KEYS=str(run / "keys"))
        (run / "instance").mkdir()
        os.environ["DATABASE_URL"] = "" if "sqlite" in sys.argv else _server(run)
        try:
            _tell(import_all(lines))
            _tell({"camt053_per_second": camt_per_second(), "bare": bare(lines), **pages()})
        finally:
            if os.environ["DATABASE_URL"]:
                from tests import postgres

                postgres.stop(run)


def _tell(figures: dict[str, float]) -> None:
    for name, value in figures.items():
        print(f"{name:20}{value:>12,.2f}", flush=True)


if __name__ == "__main__":
    main()
