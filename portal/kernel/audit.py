"""The audit log: append only, hash-chained under a key, written in the transaction of the deed it tells of.

Rows are kept back until the last statements before the commit, where the head row is locked: long work does not hold
the chain. The head (count and last hash) stands in a table of its own and in a file beside the database, so that a
cut-off tail shows. The database refuses UPDATE and DELETE on ``audit_log`` (triggers in the migrations).
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel import clock, keys
from portal.kernel.access import Actor
from portal.kernel.classes import STAFF
from portal.kernel.db import Base, after_commit, before_commit
from portal.kernel.settings import settings

GENESIS = "0" * 64


class AuditEntry(Base):
    """One deed. ``detail`` is canonical JSON; personal values in it are sealed, ID numbers never enter."""

    __tablename__ = "audit_log"
    __table_args__ = ({"postgresql_partition_by": "RANGE (year)"},)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, info=STAFF)
    at: Mapped[datetime] = mapped_column(index=True, info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    action: Mapped[str] = mapped_column(index=True, info=STAFF)
    subject: Mapped[str] = mapped_column(index=True, info=STAFF)
    detail: Mapped[str] = mapped_column(info=STAFF)
    key_id: Mapped[str] = mapped_column(info=STAFF)
    prev_hash: Mapped[str] = mapped_column(info=STAFF)
    hash: Mapped[str] = mapped_column(info=STAFF)


class AuditHead(Base):
    """How many rows the log has and the hash of the last: one row, locked while the chain grows."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    count: Mapped[int] = mapped_column(BigInteger, info=STAFF)
    last_hash: Mapped[str] = mapped_column(info=STAFF)


# Every deed runs these: said once, on the tables themselves, they cost a third of what the mapper takes for them.
_entries: Any = AuditEntry.__table__
_heads: Any = AuditHead.__table__
_LOCKED_HEAD = select(_heads.c.count, _heads.c.last_hash).where(_heads.c.id == 1).with_for_update()
_APPEND = insert(_entries)
_FIRST_HEAD = insert(_heads)
_MOVE_HEAD = update(_heads).where(_heads.c.id == 1).values(count=bindparam("to"), last_hash=bindparam("as_hash"))


@dataclass(frozen=True)
class Finding:
    """What verification found wrong first."""

    seq: int
    message: str


def canonical(value: Any) -> str:
    """JSON with sorted keys and no idle space: the same value is always the same text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def record(db: Session, actor: Actor, action: str, subject: str, detail: dict[str, Any] | None = None) -> None:
    """Note a deed; the row is written with the transaction, or not at all."""
    rows = db.info.setdefault("audit_rows", [])
    rows.append((actor.audit_name, action, subject, canonical(detail or {})))
    before_commit(db, "audit", _write)


def sealed(db: Session, subject: str, text: str | None) -> dict[str, str] | None:
    """A personal value as it may enter a detail: ciphertext under the key of its subject."""
    return None if text is None else {"sealed": keys.seal(db, subject, text), "subject": subject}


def _exact(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _hash(key_id: str, parts: tuple[Any, ...]) -> str:
    return keys.key_ring().mac(key_id, canonical(parts).encode())


def _write(db: Session) -> None:
    """Append the waiting rows. The head row is locked here, as the last thing before the commit.

    Their instant is that of the commit: nothing that the transaction recorded is later than its audit rows, so the latest
    audit row tells up to when the data are known.
    """
    waiting = db.info.pop("audit_rows", [])
    db.flush()
    connection = db.connection()
    head = connection.execute(_LOCKED_HEAD).one_or_none()
    if head is None:
        connection.execute(_FIRST_HEAD, {"id": 1, "count": 0, "last_hash": GENESIS})
    seq, last = (head[0], head[1]) if head else (0, GENESIS)
    key_id = keys.key_ring().current("audit").key_id
    rows: list[dict[str, Any]] = []
    at = clock.now()
    year = clock.district_date(at).year
    for actor, action, subject, detail in waiting:
        seq += 1
        this = _hash(key_id, (year, seq, _exact(at), actor, action, subject, detail, key_id, last))
        rows.append(
            {
                "year": year,
                "seq": seq,
                "at": at,
                "actor": actor,
                "action": action,
                "subject": subject,
                "detail": detail,
                "key_id": key_id,
                "prev_hash": last,
                "hash": this,
            }
        )
        last = this
    if rows:
        connection.execute(_APPEND, rows)
        connection.execute(_MOVE_HEAD, {"to": seq, "as_hash": last})
    after_commit(db, lambda: _write_head_file(seq, last))


def head_file() -> Path:
    """The head outside the database."""
    return settings().instance / "audit-head.json"


def _write_head_file(count: int, last_hash: str) -> None:
    """Move the outside head forward; a slower process never moves it back."""
    with open(settings().instance / "audit-head.lock", "w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        path = head_file()
        with suppress(FileNotFoundError), open(path, "rb") as known:
            if json.load(known)["count"] >= count:
                return
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps({"count": count, "hash": last_hash}))
        draft.rename(path)


def _broken(rows: Iterator[AuditEntry], hashes_wanted: set[int], seen: dict[int, Any]) -> Finding | None:
    """Walk the chain; note the hashes at the wanted positions in ``seen`` and the row count under key 0."""
    expected, last = 1, GENESIS
    for row in rows:
        if row.seq != expected:
            return Finding(expected, "missing")
        parts = (
            row.year,
            row.seq,
            _exact(row.at),
            row.actor,
            row.action,
            row.subject,
            row.detail,
            row.key_id,
            last,
        )
        try:
            this = _hash(row.key_id, parts)
        except KeyError:
            return Finding(row.seq, "unknown key")
        if row.prev_hash != last or row.hash != this:
            return Finding(row.seq, "changed")
        last, expected = row.hash, expected + 1
        if row.seq in hashes_wanted:
            seen[row.seq] = row.hash
    seen[0] = expected - 1
    return None


def verify(db: Session) -> tuple[int, Finding | None]:
    """(rows checked, first thing wrong or None): every row, its place in the chain, and both heads.

    A head that counts more rows than the log has names the first cut-off row. Others may write meanwhile: the heads are
    read before the rows, and what is newer than them is held against the head as it stands afterwards.
    """
    outside = json.loads(head_file().read_text()) if head_file().exists() else None
    before = _head(db)
    seen: dict[int, Any] = {}
    wanted = {known["count"] for known in (outside, before) if known}
    query = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=5000)
    with closing(db.scalars(query)) as rows:
        found = _broken(iter(rows), wanted, seen)
    if found:
        return found.seq - 1, found
    count = seen[0]
    for known, name in ((before, "head"), (outside, "outside head")):
        if known is None:
            if count:
                return count, Finding(count, f"{name} missing")
            continue
        if known["count"] > count:
            return count, Finding(count + 1, "cut off")
        if seen.get(known["count"], GENESIS if known["count"] == 0 else None) != known["hash"]:
            return count, Finding(known["count"] + 1, f"not in the {name}")
    after = _head(db)
    if after is not None and after["count"] < count:
        return count, Finding(after["count"] + 1, "not in the head")
    return count, None


def _head(db: Session) -> dict[str, Any] | None:
    """The head in the database as it stands now."""
    row = db.execute(select(AuditHead.count, AuditHead.last_hash).where(AuditHead.id == 1)).one_or_none()
    return None if row is None else {"count": row.count, "hash": row.last_hash}
