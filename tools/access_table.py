#!/usr/bin/env python3
"""Prints docs/access.md from ``portal.kernel.access.GRANTS``: tools/access_table.py --write (or without, to look)."""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from portal.kernel.access import GRANTS, Permission, Role  # noqa: E402  the project must be on the path first

DOCUMENT = PROJECT / "docs" / "access.md"
HEAD = """# 权限表 Access table

This page is printed from `portal/kernel/access.py` (`GRANTS`) by `tools/access_table.py --write`; a test says when it is
out of date. 本页由程序打印，不手工修改。

A permission opens a door: every route declares `@public`, `@signed_in` or `@needs(Permission.X)`, and the portal does not
start with a route that declares nothing. Behind the door the slice's `policy.py` looks at the record itself: its
jurisdiction (by division code), whose work it is, and who acted before. A person holds one role. The command line without
`--as` acts as the system user with every permission; each of its deeds is audited under the name of the operating
system's user.

权限管“能不能进这扇门”，各业务包的`policy.py`再管“能不能动这条记录”：看辖区、看是谁办的、看前一步是谁办的。
"""


def document() -> str:
    """The whole page: one row a permission, one column a role."""
    roles = list(Role)
    lines = [
        "| permission | " + " | ".join(roles) + " |",
        "|---|" + ":-:|" * len(roles),
        *(
            f"| `{permission}` | " + " | ".join("●" if permission in GRANTS[role] else " " for role in roles) + " |"
            for permission in Permission
        ),
    ]
    return HEAD + "\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        DOCUMENT.write_text(document(), encoding="utf-8")
    else:
        print(document(), end="")
