"""Devices on which somebody has signed in: their wrong tries are counted apart from those of strangers.

The cookie of such a device holds up to four marks (colleagues share computers), each ``nonce.day.signature`` for one login. A
mark opens nothing; it only gives its device a counter of its own, so that strangers cannot lock a named person out of it. The
pattern is OWASP's device cookie.
"""

import hmac
import secrets
from datetime import date, timedelta

from portal.kernel import clock
from portal.kernel.keys import key_ring

COOKIE = "portal_device"
LIFE = timedelta(days=180)
_MANY = 4


def _signature(login: str, nonce: str, day: str) -> str:
    return key_ring().identity_hash(f"sign-in device:{login.casefold()}:{nonce}:{day}")[1]


def _marks(cookie: str) -> list[tuple[str, str, str]]:
    parts = [tuple(mark.split(".")) for mark in cookie[:1000].split("~")[:_MANY]]
    return [(part[0], part[1], part[2]) for part in parts if len(part) == 3]


def known(cookie: str, login: str) -> str:
    """The nonce of the device's mark for this login; empty when it has none, or an old one."""
    login = login.strip()
    for nonce, day, signature in _marks(cookie):
        if hmac.compare_digest(signature.encode(), _signature(login, nonce, day).encode()):
            return nonce if date.fromisoformat(day) + LIFE >= clock.today() else ""
    return ""


def marked(cookie: str, login: str) -> str:
    """The cookie with a new mark for who has just signed in; the oldest mark goes where there are more than four."""
    mine, nonce, day = known(cookie, login), secrets.token_urlsafe(12), clock.today().isoformat()
    kept = [".".join(mark) for mark in _marks(cookie) if mark[0] != mine]
    return "~".join([f"{nonce}.{day}.{_signature(login, nonce, day)}", *kept][:_MANY])
