"""The audit log: append only, hash-chained under a key, written in the transaction of the deed it tells of.

Rows are kept back until the last statements before the commit, where the head row is locked: long work does not hold
the chain. The head (count and last hash) stands in a table of its own and in a file beside the database, so that a
cut-off tail shows. The database refuses UPDATE and DELETE on ``audit_log`` (triggers in the migrations).
"""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel import audit_head, clock, keys
from portal.kernel.access import Actor
from portal.kernel.classes import STAFF
from portal.kernel.db import Base, after_commit, before_commit
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _

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
    before, last = (head[0], head[1]) if head else (0, GENESIS)
    seq, is_adopted = before, bool(db.info.pop("audit_adopted", False))
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
    after_commit(db, lambda: audit_head.move(before, seq, last, adopted=is_adopted))


def _broken(rows: Iterator[AuditEntry], hashes_wanted: set[int], seen: dict[int, Any]) -> Finding | None:
    """Walk the chain; note the hashes at the wanted positions in ``seen`` and the row count under key 0."""
    last, seen[0] = GENESIS, 0
    for row in rows:
        if row.seq != seen[0] + 1:
            return Finding(seen[0] + 1, "missing")
        try:
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
            this = _hash(row.key_id, parts)
        except KeyError:
            return Finding(row.seq, "unknown key")
        except AttributeError:  # no instant
            return Finding(row.seq, "changed")
        if row.prev_hash != last or row.hash != this:
            return Finding(row.seq, "changed")
        last, seen[0] = row.hash, row.seq
        if row.seq in hashes_wanted:
            seen[row.seq] = row.hash
    return None


def _unloadable(db: Session, after: int) -> Finding:
    """The first row behind another whose columns do not even load: they hold what the portal never writes."""
    for seq in db.scalars(select(_entries.c.seq).where(_entries.c.seq > after).order_by(_entries.c.seq)).all():
        try:
            db.execute(select(_entries).where(_entries.c.seq == seq)).all()
        except (ValueError, TypeError):
            return Finding(seq, "changed")
    raise AssertionError("every row loads")


def _walked(db: Session, hashes_wanted: set[int], seen: dict[int, Any]) -> Finding | None:
    query = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=5000)
    try:
        with closing(db.scalars(query)) as rows:
            return _broken(iter(rows), hashes_wanted, seen)
    except (ValueError, TypeError):
        return _unloadable(db, seen[0])


def verify(db: Session) -> tuple[int, Finding | None]:
    """(rows checked, first thing wrong or None): every row, its place in the chain, and both heads.

    A head that counts more rows than the log has names the first cut-off row. Others may write meanwhile: the heads are
    read before the rows, and what is newer than them is held against the head as it stands afterwards.
    """
    unreadable = False
    try:
        outside = audit_head.read()
    except audit_head.Unreadable:
        outside, unreadable = None, True
    before = _head(db)
    seen: dict[int, Any] = {}
    found = _walked(db, {known.count for known in (outside, before) if known}, seen)
    if found:
        return found.seq - 1, found
    count = seen[0]
    if unreadable:
        return count, Finding(count, "outside head unreadable")
    for known, name in ((before, "head"), (outside, "outside head")):
        if wrong := _differs(known, name, seen):
            return count, wrong
    after = _head(db)
    if after is not None and after.count < count:
        return count, Finding(after.count + 1, "not in the head")
    if outside is not None and outside.doubt:
        return count, Finding(outside.doubt, "outside head lost")
    return count, None


def _differs(known: audit_head.Head | None, name: str, seen: dict[int, Any]) -> Finding | None:
    count = seen[0]
    if known is None:
        return Finding(count, f"{name} missing") if count else None
    if known.count > count:
        return Finding(count + 1, "cut off")
    if known.count == 0 and known.hash == GENESIS:
        return None
    return None if seen.get(known.count) == known.hash else Finding(known.count, f"not in the {name}")


def adopt(db: Session, actor: Actor, reason: str) -> bool:
    """Accept the log as it stands although the head outside the database was lost or tells of rows that a recovery left behind:
    a deed with its reason and what that head told. False when nothing is wrong. Raises DomainError without a reason, or when
    the log itself is not whole: nobody can accept that away.
    """
    if not reason.strip():
        raise DomainError(_("请写明理由。"))
    if verify(db)[1] is None:
        return False
    head, seen = _head(db), dict[int, Any]()
    found = _walked(db, {head.count} if head else set(), seen) or _differs(head, "head", seen)
    if found:
        raise DomainError(f"audit_log row {found.seq}: {found.message}")
    try:
        told = audit_head.plain(audit_head.read())
    except audit_head.Unreadable:
        told = None
    record(db, actor, "audit.adopted", "audit_log", {"reason": reason.strip(), "rows": seen[0], "outside": told})
    db.info["audit_adopted"] = True
    return True


def _head(db: Session) -> audit_head.Head | None:
    """The head in the database as it stands now."""
    row = db.execute(select(AuditHead.count, AuditHead.last_hash).where(AuditHead.id == 1)).one_or_none()
    return None if row is None else audit_head.Head(row[0], row[1])
