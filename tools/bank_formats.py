#!/usr/bin/env python3
"""Prints docs/bank-formats.md with what comes of every sample: tools/bank_formats.py --write (or without, to look)."""

import sys
from datetime import date
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from disclosure.funds.statements.layouts import shipped  # noqa: E402  the project must be on the path first
from disclosure.funds.trying import Tried, try_folder  # noqa: E402

DOCUMENT = PROJECT / "docs" / "bank-formats.md"
SAMPLES = PROJECT / "tests" / "disclosure" / "samples"
DAY = date(2026, 1, 15)
HEAD = """# 银行对账单格式 Bank formats

This page is printed by `tools/bank_formats.py --write`; a test says when it is out of date. 本页由程序打印，不手工修改。

## Files that are read

| format | told by | source |
|---|---|---|
| camt.053, versions 02 to 13 | the root `BkToCstmrStmt`, any namespace | ISO 20022, Bank-to-Customer Cash Management |
| MT940 | `:20:` with `:25:`, `:28C:` or `:60F:`; with or without SWIFT blocks | SWIFT Standards MT, Category 9 |
| OFX 1 (SGML) and 2 (XML), also as `.qfx` | `OFXHEADER` or `<OFX>` | OFX 2.3, section 11 |
| xlsx, xls, csv (UTF-8, UTF-16, GB18030; comma, semicolon, tab) | the header row, through a layout | what the bank's online service exports |

Layouts that ship: {layouts}. A bank with other columns: upload the file at the account's page, say what each column is, and
the layout is kept for that bank (a company's own layouts are used for its own files alone). `portal funds import ACCOUNT
FILE --format CODE` names one.

## Try your own files

`portal funds try FOLDER` reads every file below a folder as an import would and prints what comes of each: format, days,
lines, opening, in, out and closing balance, and what does not add up; or the place and reason of a refusal. Nothing is
stored and no database is needed. It exits with 1 when a file is refused.

## Files that arrive by themselves

The worker looks into `instance/funds/inbox/ACCOUNT/` every minute. A file that nobody has written to for five seconds is
imported, each in a transaction of its own, and moved to `instance/funds/done/ACCOUNT/`, or to `refused/ACCOUNT/` with a text
file of the same name that says why. A file that does not add up is imported, flagged, and has such a text beside it in
`done`. Names that begin with a point or end in `.part`, `.tmp`, `.filepart` or `.crdownload` are on their way and are left
alone; links are not followed. Deliver by SFTP into that folder, or write another source: `disclosure/funds/inbox.py`
declares `BankSource` (waiting, read, done, refused), and `pick_up(source, actor)` does the rest.

## How a file is read

- One line per booking of the bank: a batch is one line, charges count as the bank booked them, a reversal goes in the
  direction that it states, pending and informational entries are no bookings.
- Statements in yuan only. Amounts are integer fen; an amount with a third decimal is refused.
- A format without an opening balance derives it from the closing one. A statement without entries is a statement.
- A file is stored whole or not at all. What does not add up is stored and flagged, and the proof is red.
- Lines count on the day of booking; the value date stands in where a bank gives no other. A line outside the days that
  the statement states (its period, or the days of its balances) is flagged, and the proofs of its months are red until it
  is withdrawn.
- A difference is what the bank states less what its lines come to, at the import and in the proof.
- Document type definitions, external entities, truncated files and statements of another account are refused.

## What was tried

The samples are in `tests/disclosure/samples`, written for the portal; they cover the variants that published readers of these
formats test. `flawed` is stored and flagged; `refused` stores nothing.

| file | result | what was read |
|---|---|---|
"""


def row(one: Tried) -> str:
    """A line of the table; of a refusal only its place: the sentence is in the language of the reader."""
    words = [text.split(": ")[0] if one.state == "refused" and ": " in text else text for text in one.words]
    told = "<br>".join(words) if one.state != "refused" or ": " in one.words[0] else "currency"
    return f"| {one.name} | {one.state} | {told} |"


def document() -> str:
    """The whole page."""
    layouts = ", ".join(f"`{code}`" for code in shipped())
    return HEAD.format(layouts=layouts) + "\n".join(row(one) for one in try_folder(SAMPLES, "", DAY)) + "\n"


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        DOCUMENT.write_text(document(), encoding="utf-8")
    else:
        print(document(), end="")
