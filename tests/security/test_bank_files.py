"""A bank file made to hurt is refused in the time of any other: no pattern that looks back, no depth without an end."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest

from disclosure.funds.statements.detect import read_statements
from disclosure.funds.statements.layouts import shipped
from portal.kernel.errors import InputRefused

SIZE = 400_000
HEAD = "OFXHEADER:100\n<OFX>"
TABLE = "\n交易日期,收入,支出,余额,摘要\n20250101,1,2,1,x\n"
FILES = {
    "statements that never end": HEAD + "<STMTRS>" * (SIZE // 8) + "</OFX>",
    "entries that never end": HEAD + "<STMTRS>" + "<STMTTRN>" * (SIZE // 9) + "</STMTRS></OFX>",
    "fields without number": ":20:1\n:25:1\n" + ":86:\n" * (SIZE // 5),
    "slashes": f":20:1\n:25:1\n:60F:C250101CNY1,\n:61:250101C1,NTRF{'a/' * SIZE}/\x01\nx\n:61:x\n:62F:C250101CNY1,\n",
    "depth": "<?xml version='1.0'?><BkToCstmrStmt><Stmt><Ntry>"
    + "<a>" * 50_000
    + "</a>" * 50_000
    + "</Ntry></Stmt></BkToCstmrStmt>",
    "opening balances": "期初余额" * 30_000 + TABLE,
    "closing balances": "期末余额" * 30_000 + TABLE,
    "gaps": "20250101" + " " * 100_000 + TABLE,
    "digits": f"交易日期,收入,支出\n20250101,{'9' * 100_000},\n",
}


@contextmanager
def ends_within(seconds: int) -> Iterator[None]:
    """No measure of speed, but the end of a reader that would read for hours."""

    def end(*_signal):
        raise AssertionError(f"still reading after {seconds} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("name", FILES)
def test_a_file_made_to_hurt_is_refused_soon(name):
    with ends_within(60), pytest.raises(InputRefused):
        read_statements(FILES[name].encode(), "bank.txt", "", shipped(), date(2025, 6, 1))
