"""The inner form of a backup: entries, each a line of JSON that says what it is, and blocks of bytes.

In this order: ``meta``; one ``table`` for each table, parents before children (rows as packed JSON, a thousand to a block); one
``key`` for each key, in encrypted backups only; one ``file`` for each file; ``end`` with what there must be. Values are
texts, whole numbers, truth values, ISO dates and ISO instants in UTC: either database can give and take them.
"""

import json
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, String

from portal.kernel.db import UtcDateTime
from portal.operations.container import Reader, Writer, damaged

ROWS = 1000
BLOCK = 1024 * 1024
_LONGEST_LINE = 8 * 1024 * 1024
_LARGEST_BATCH = 256 * 1024 * 1024
KINDS = ((Boolean, "truth"), ((Integer, BigInteger), "whole"), ((DateTime, UtcDateTime), "instant"), (Date, "date"),
         (String, "text"))  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One entry: ``kind`` (meta, table, key, file, end) and what its line says."""

    kind: str
    facts: dict[str, Any]


def kind_of(column: Column[Any]) -> str:
    """How a column's values are written; TypeError for a type that no backup knows."""
    for types, kind in KINDS:
        if isinstance(column.type, types):
            return kind
    raise TypeError(f"{column.table.name}.{column.name}: a backup knows no {column.type}")


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


_WRITE: dict[str, Callable[[Any], Any]] = {"instant": _instant, "date": date.isoformat}


def _start(writer: Writer, kind: str, facts: dict[str, Any]) -> None:
    line = json.dumps({"entry": kind, **facts}, ensure_ascii=False, sort_keys=True).encode()
    writer.write(struct.pack(">I", len(line)) + line)


def _block(writer: Writer, data: bytes) -> None:
    if data:
        writer.write(struct.pack(">I", len(data)) + data)


def _stop(writer: Writer) -> None:
    writer.write(struct.pack(">I", 0))


def put(writer: Writer, kind: str, facts: dict[str, Any], blocks: Iterable[bytes] = ()) -> None:
    """Write one entry."""
    _start(writer, kind, facts)
    for data in blocks:
        _block(writer, data)
    _stop(writer)


def put_table(writer: Writer, name: str, columns: Sequence[Column[Any]], rows: Iterable[Sequence[Any]]) -> int:
    """Write a table's rows; says how many."""
    kinds = [kind_of(column) for column in columns]
    odd = [(place, _WRITE[kind]) for place, kind in enumerate(kinds) if kind in _WRITE]
    _start(writer, "table", {"name": name, "columns": [c.name for c in columns], "kinds": kinds})
    written, batch = 0, []
    for row in rows:
        values = list(row)
        for place, told in odd:
            if values[place] is not None:
                values[place] = told(values[place])
        batch.append(values)
        if len(batch) == ROWS:
            _block(writer, _packed(batch))
            written, batch = written + ROWS, []
    if batch:
        _block(writer, _packed(batch))
    _stop(writer)
    return written + len(batch)


def _packed(batch: list[list[Any]]) -> bytes:
    return zlib.compress(json.dumps(batch, ensure_ascii=False, separators=(",", ":")).encode(), 3)


class Contents:
    """Reads entries in order; the blocks of one must be taken before the next entry is asked for."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def entries(self) -> Iterator[Entry]:
        """Every entry up to ``end``, which must be the last thing in the file."""
        kind = ""
        while kind != "end":
            length = struct.unpack(">I", self._reader.read(4))[0]
            if not 0 < length <= _LONGEST_LINE:
                raise damaged()
            facts = json.loads(self._reader.read(length))
            kind = facts.pop("entry")
            if kind == "end":
                self._none_left()
            yield Entry(kind, facts)
        self._reader.end()

    def _none_left(self) -> None:
        if self._reader.read(4) != b"\0\0\0\0":
            raise damaged()

    def blocks(self) -> Iterator[bytes]:
        """The blocks of the entry at hand."""
        while length := struct.unpack(">I", self._reader.read(4))[0]:
            if length > _LARGEST_BATCH:
                raise damaged()
            yield self._reader.read(length)

    def rows(self) -> Iterator[list[list[Any]]]:
        """The rows of a table, batch by batch, as they were written."""
        for block in self.blocks():
            unpacker = zlib.decompressobj()
            try:
                text = unpacker.decompress(block, _LARGEST_BATCH)
            except zlib.error as error:
                raise damaged() from error
            if unpacker.unconsumed_tail or not unpacker.eof:
                raise damaged()
            yield json.loads(text)
