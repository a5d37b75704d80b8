"""A sheet as it stands in the file, before its headers are understood."""

from dataclasses import dataclass, field
from typing import Any

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED = 400 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_CELLS = 20_000_000


@dataclass(frozen=True)
class Grid:
    """Rows of equal length as in the file, the first being file row 1, with the reason why a cell cannot be used.

    ``flaws`` is keyed by (zero-based row, zero-based column). ``name`` is the worksheet, or the file of a csv.
    """

    name: str
    rows: list[list[Any]]
    flaws: dict[tuple[int, int], str] = field(default_factory=dict)
