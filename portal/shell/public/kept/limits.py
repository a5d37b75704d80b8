"""How often one address may let the API work, counted for all workers of a server, and told truly in every answer.

An answer that is at hand already costs nothing and is not counted; the open data files need no limit. Counts live in memory
that the workers share: they begin anew with the server, and nobody's address is written down.
"""

import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass
from hashlib import blake2b
from multiprocessing import get_context
from typing import Any

from portal.kernel import clock
from portal.kernel.sources import source
from portal.receipts import api as receipts

WINDOW = 60
PER_WINDOW = 3000
_SLOTS = 1 << 15


@dataclass(frozen=True)
class Standing:
    """What an address has left in this window, and when the next one begins (seconds)."""

    limit: int
    remaining: int
    reset: int
    refused: bool
    policy: str = "api"
    window: int = WINDOW

    def headers(self) -> list[tuple[str, str]]:
        """As programs read them (draft-ietf-httpapi-ratelimit-headers, and the three older names)."""
        told = [
            ("RateLimit-Policy", f'"{self.policy}";q={self.limit};w={self.window}'),
            ("RateLimit", f'"{self.policy}";r={self.remaining};t={self.reset}'),
            ("RateLimit-Limit", str(self.limit)),
            ("RateLimit-Remaining", str(self.remaining)),
            ("RateLimit-Reset", str(self.reset)),
        ]
        return [*told, ("Retry-After", str(self.reset))] if self.refused else told


def rate_headers(quota: receipts.Quota, is_refused: bool = False) -> list[tuple[str, str]]:
    """The narrower limit of receipts and reports, told in the same names."""
    window = int(receipts.QUOTA_WINDOW.total_seconds())
    return Standing(quota.most, quota.left, quota.wait, is_refused, "receipts", window).headers()


class Limits:
    """Fixed windows of a minute. Two addresses that share a slot share its count: what is told stays what is done."""

    def __init__(self, per_window: int = PER_WINDOW):
        self.per_window = per_window
        self._key = secrets.token_bytes(16)
        self._slots: Any = get_context("fork").Array("Q", _SLOTS)  # window number << 32 | count

    def look(self, environ: MutableMapping[str, Any], cost: int) -> Standing:
        """Count a request (``cost`` 1) or only look (0)."""
        now = int(clock.now().timestamp())
        window, left = now // WINDOW, WINDOW - now % WINDOW
        slot = self._slot(source(str(environ.get("REMOTE_ADDR", ""))))
        with self._slots.get_lock():
            held = self._slots[slot]
            count = held & 0xFFFFFFFF if held >> 32 == window else 0
            refused = cost > 0 and count + cost > self.per_window
            if cost and not refused:
                count += cost
                self._slots[slot] = window << 32 | count
        return Standing(self.per_window, max(0, self.per_window - count), left, refused)

    def _slot(self, address: str) -> int:
        return int.from_bytes(blake2b(address.encode(), key=self._key, digest_size=4).digest()) % _SLOTS
