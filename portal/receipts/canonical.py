"""Canonical JSON (RFC 8785), for the values that receipts hold: objects, arrays, texts, integers, true, false, null.

Floats are refused: the one part of the RFC that programs disagree on is how they print them (contract, section 4).
"""

import json
from typing import Any

LARGEST = 2**53 - 1  # beyond it, programs that read numbers as doubles see another number


def canonical(value: Any) -> bytes:
    """The one byte sequence of a value: no spaces, members in the order of their UTF-16 code units, UTF-8.

    Raises TypeError for a value that has no place in a receipt, ValueError for a number too large or a lone surrogate.
    """
    return _text(value).encode()


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise ValueError(f"{value} is too large for canonical JSON")
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{','.join(_text(entry) for entry in value)}]"
    if isinstance(value, dict):
        return f"{{{','.join(_member(name, value[name]) for name in sorted(value, key=_order))}}}"
    raise TypeError(f"{type(value).__name__} has no place in a receipt")


def _member(name: Any, value: Any) -> str:
    return f"{json.dumps(name, ensure_ascii=False)}:{_text(value)}"


def _order(name: Any) -> bytes:
    if not isinstance(name, str):
        raise TypeError("names of members are texts")
    return name.encode("utf-16-be", "surrogatepass")
