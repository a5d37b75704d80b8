#!/usr/bin/env python3
"""Prints docs/privacy-record.md from tools/privacy_record.csv: tools/privacy_record.py --write (or without, to look).

The words are written by people; that no sealed or hashed column is missing, and that every column named here exists, is held by
tests/security/test_privacy_record.py.
"""

import csv
import re
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DOCUMENT = PROJECT / "docs" / "privacy-record.md"
LIST = PROJECT / "tools" / "privacy_record.csv"
# names that say that a value is sealed or hashed; digests of files and of the audit chain are nobody's
TELLING = re.compile(r"(^|_)(sealed|hash)(_|$)")
NOBODYS = {"audit_log", "audit_head"}
KEPT_OPEN = "no term is set; see *Open* below"


@dataclass(frozen=True)
class Entry:
    """A line of the record. ``columns`` of one table; ``guard``: how and under which key; ``seen``: by whom; ``kept``: how long;
    ``gone``: how it is deleted."""

    activity: str
    table: str
    columns: tuple[str, ...]
    whose: str
    guard: str
    seen: str
    kept: str
    gone: str


def _entries() -> list[Entry]:
    with LIST.open(encoding="utf-8", newline="") as file:
        return [
            Entry(
                row["activity"], row["table"], tuple(row["columns"].split()), row["whose"], row["guard"], row["seen"], row["kept"],
                KEPT_OPEN if row["gone"] == "OPEN" else row["gone"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


ENTRIES = tuple(_entries())
HEAD = """# 个人信息处理记录 Record of processing

This page is printed by `tools/privacy_record.py --write`; `tests/security/test_privacy_record.py` says when it is out of date or when a
sealed or hashed column is missing. 本页由程序打印，不手工修改。

Controller is the operator named in `SITE_OPERATOR`; the purposes and their legal bases are those of the district's assessment rules and of
the rules for mediation and common funds that the decisions in [decisions](decisions) name. Nothing is passed on to others except what a
person asks for (a document, a receipt, a subscription) and what the law publishes: the open data hold no person. Who may see a column is
declared at the column (`portal/kernel/classes.py`: public, owner, party, staff); the role behind a page is in [access.md](access.md).

**Sealed** is AES-256-GCM under a key of the person or case, wrapped by a key of the ring (`PORTAL_KEYS`): destroying that key deletes the
value everywhere in the database at once. **Keyed hash** is HMAC-SHA256 under the `identity` key: it can be compared, not read back.
"""
TAIL = """
## Besides the tables

| what | where | guard | kept |
|---|---|---|---|
| photos and papers handed in | `instance/files`, by content | mode 0600; originals for staff alone, the public a masked copy without metadata; mediation files sealed under the case's key | with the record that names them |
| the audit log | `audit_log` | personal values sealed under the person's key | for good; a destroyed key empties the values and leaves the chain whole |
| operations log | standard error, kept by the system's journal | no names, numbers, addresses or tokens | as the machine's journal is set |
| text messages not yet carried | `instance/outbox/sms` | mode 0600 | until the operator's gateway takes them; nothing deletes them where none is connected |
| uploads that wait for a task | `instance/tasks` | mode 0600 | a day |
| backups | `PORTAL_BACKUPS` | encrypted with `PORTAL_BACKUP_KEY`; without it they hold no keys, so that sealed values cannot be read from them | the newest `PORTAL_BACKUPS_KEPT`; a key destroyed today can be read from an encrypted backup of yesterday until that goes |
| browsers of staff | photos of checks (`Cache-Control: private, max-age=3600`) | the person's own browser | an hour, or until signing out |

## Open

- For the lines that say so no term of retention is set: neither a rule nor a job ends them. The means exist (a subject's key can be
  destroyed, which empties every sealed value), the terms are the operator's to decide: people who left, owners who moved out, managers
  without a record, receipts by month, tasks of conferences.
- Names and phones of project managers, names of staff and phones of companies stand in clear, readable to whoever reads the database.
"""  # noqa: E501  lines of tables


def document() -> str:
    """The whole page: one table for each activity."""
    lines = [HEAD]
    for activity in dict.fromkeys(entry.activity for entry in ENTRIES):
        lines.append(f"## {activity}\n\n| data | whose | guard | seen by | kept | deleted |\n|---|---|---|---|---|---|")
        for one in (entry for entry in ENTRIES if entry.activity == activity):
            data = ", ".join(f"`{one.table}.{column}`" for column in one.columns)
            lines.append(f"| {data} | {one.whose} | {one.guard} | {one.seen} | {one.kept} | {one.gone} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n" + TAIL


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        DOCUMENT.write_text(document(), encoding="utf-8")
    else:
        print(document(), end="")
