#!/usr/bin/env python3
"""Prints docs/privacy-record.md from tools/privacy_record.csv: tools/privacy_record.py --write (or without, to look).

The words are written by people; that no sealed or hashed column is missing, and that every column named here exists, is held by
tests/security/test_privacy_record.py.
"""

import csv
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DOCUMENT = PROJECT / "docs" / "privacy-record.md"
LIST = PROJECT / "tools" / "privacy_record.csv"
RULES = json.loads((PROJECT / "portal" / "operations" / "data" / "retention.json").read_text(encoding="utf-8"))
DEEDS = {
    "key": "the key is destroyed: nothing it sealed is readable",
    "delete": "deleted",
    "detach": "set aside, never deleted",
    "none": "stays",
}
# names that say that a value is sealed or hashed; digests of files and of the audit chain are nobody's
TELLING = re.compile(r"(^|_)(sealed|hash)(_|$)")
NOBODYS = {"audit_log", "audit_head"}
RULE = "RULE:"


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


def rule_of(gone: str) -> str:
    """The code of the rule that a line of the record names, or an empty text."""
    return gone.removeprefix(RULE) if gone.startswith(RULE) else ""


def _term(rule: dict[str, object]) -> str:
    length = rule["length"]
    return "for good" if length is None else f"{length} {rule['unit']}"


def _gone(gone: str) -> str:
    """In words: the rule with its term, or as it is written."""
    code = rule_of(gone)
    if not code:
        return gone
    rule = next(rule for rule in RULES["rules"] if rule["code"] == code)
    return f"rule `{code}`: {_term(rule)} after {rule['from_en']}"


def _entries() -> list[Entry]:
    with LIST.open(encoding="utf-8", newline="") as file:
        return [
            Entry(
                row["activity"], row["table"], tuple(row["columns"].split()), row["whose"], row["guard"], row["seen"], row["kept"],
                _gone(row["gone"]),
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
| photos and papers handed in | `instance/files`, or the bucket `FILES_S3_BUCKET`, by content | mode 0600, or the rights of the bucket; originals for staff alone, the public a masked copy without metadata; mediation files sealed under the case's key | with the record that names them |
| the audit log | `audit_log` | personal values sealed under the person's key | for good; a destroyed key empties the values and leaves the chain whole |
| operations log | standard error, kept by the system's journal | no names, numbers, addresses or tokens | as the machine's journal is set |
| text messages not yet carried | `instance/outbox/sms` | mode 0600, enciphered under the `data` key and bound to their name; read by `portal outbox show`, which is audited (`look.sms`) | until somebody takes them, then by rule `sms-waiting` |
| bank files dealt with | `instance/funds/done`, `refused` | mode 0700 of the folders | by rule `bank-papers` |
| years of item results set aside | schema `archive` (PostgreSQL), `instance/archive` | no change, no deletion; the file in each backup | for good; no person in them but the login of who inspected |
| uploads that wait for a task | `instance/tasks` | mode 0600 | a day |
| backups | `PORTAL_BACKUPS` | encrypted with `PORTAL_BACKUP_KEY`; without it they hold no keys, so that sealed values cannot be read from them | the newest `PORTAL_BACKUPS_KEPT`; a key destroyed today can be read from an encrypted backup of yesterday until that goes |
| browsers of staff | photos of checks (`Cache-Control: private, max-age=3600`) | the person's own browser | an hour, or until signing out |

## Open

- Names of staff and of users of companies stand in clear (`person.name`): every page says who acted. They go by rule `people-left`.
- Of an owner who left the keyed hash of the name and the last four digits of the phone stay, in rows that are never changed.
- A company's former phones stay in the audit log, sealed under the company's key, which is not destroyed: companies come back.
- Whoever has the database and the key ring reads everything: keep them on different media, and never both in one plain backup.
- That an owner or a party of a dispute is in court is not known to the portal by itself: order a hold (`/office/retention`).
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
    return "\n".join([*lines, *_terms()]).rstrip() + "\n" + TAIL


def _terms() -> list[str]:
    """The terms of the release, as a table; a district may set its own (operations.md)."""
    head = f"## Terms of retention (version {RULES['version']})\n\n| rule | what | term | from | then | by | basis |\n|---|---|---|---|---|---|---|"
    rows = [
        f"| `{one['code']}` | {one['en']} | {_term(one)} | {one['from_en']} | {DEEDS[one['deed']]} | {one['by']} | {one['basis_en']} |"
        for one in RULES["rules"]
    ]
    return [head, *rows, ""]


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        DOCUMENT.write_text(document(), encoding="utf-8")
    else:
        print(document(), end="")
