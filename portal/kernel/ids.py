"""Random identifiers for staff records: nobody can guess or count them. The demo district seeds them to be repeatable."""

import random
import secrets
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_seeded: ContextVar[random.Random | None] = ContextVar("seeded_ids", default=None)


def new_id() -> str:
    """20 hexadecimal digits (80 random bits)."""
    source = _seeded.get()
    return f"{source.getrandbits(80):020x}" if source else secrets.token_hex(10)


def new_row_number() -> int:
    """A positive 62-bit random integer, for rows that come by the hundred thousand."""
    source = _seeded.get()
    return source.getrandbits(62) if source else secrets.randbits(62)


def new_row_numbers(count: int) -> list[int]:
    """So many row numbers at once."""
    if _seeded.get():
        return [new_row_number() for _nth in range(count)]
    return [number >> 2 for number in array("Q", secrets.token_bytes(8 * count))]


def random_bits(count: int) -> int:
    """So many random bits as a number."""
    source = _seeded.get()
    return source.getrandbits(count) if source else secrets.randbits(count)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Identifiers that repeat for a seed: the demo district only."""
    token = _seeded.set(random.Random(seed))
    try:
        yield
    finally:
        _seeded.reset(token)
