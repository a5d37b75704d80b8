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

## Ways in 登录方式

- A password, or a one-time code for the first or a forgotten one; then the second factor, where the person has set one up.
- A passkey (WebAuthn, user verification required): the device, and finger, face or PIN. Nothing more is asked.
- The government's unified sign-in (OpenID Connect); then the second factor, where the person has set one up.

The unified sign-in makes no account: its claim must equal the login of somebody who is registered.

Second factors are the code of an authenticator app (TOTP), a passkey, or one of ten recovery codes. They are advised to leads,
administrators and auditors, and compulsory from the day `SECOND_FACTOR_FROM` for the roles `SECOND_FACTOR_ROLES`. An administrator
of the jurisdiction can take a person's factors away (audited, told to the person), never the own ones.

A session lasts 12 hours, 2 without use; its person sees all of them in `/account` and ends one or all others there.

## Fresh proof 再次确认

A route that declares `@fresh` as well asks for the password, a code or a passkey when the last proof is older than 15 minutes; a
sign-in is a proof. The answer to the deed is the question, with everything that was typed kept in it; once the proof holds the deed
goes on. Reading is never asked, nor is the command line. Declared so: publication of a quarter and of a year, decision and
publication of lists, a decision on one case, taking an entry off, everything that changes people, and the own second factors. Keys
are administered on the command line alone.

## Wrong tries 输错

Within 15 minutes: 5 for a login at an address, 30 for an address, 50 for a login from everywhere; for codes of a second factor 5 and
10. A device on which a person has signed in (cookie `portal_device`, 180 days, signed, for one login) counts its own 5 and is not
touched by the tries of others: nobody can be locked out of the own device by a stranger.

## Permissions 权限
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
