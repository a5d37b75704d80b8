"""In-app notices: one line for a company, a role in a place, or a person."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.kernel import clock, ids
from portal.kernel.access import Actor, Role
from portal.notices import queries
from portal.notices.models import Notice, NoticeRead


@dataclass(frozen=True)
class To:
    """Who is informed: a company, a role (in a division, or everywhere), or one person."""

    uscc: str | None = None
    role: Role | None = None
    division_code: str | None = None
    login: str | None = None


@dataclass(frozen=True)
class NewNotice:
    """One of many notices. ``text`` is a msgid, filled in from ``params`` in the reader's language."""

    to: To
    text: str
    endpoint: str
    params: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


def inform(
    db: Session, to: To, text: str, params: Mapping[str, Any] | None = None, endpoint: str = "",
    values: Mapping[str, Any] | None = None, on: date | None = None,
) -> None:  # fmt: skip
    """Leave a notice. ``text`` is a msgid of a catalogue; ``params`` are plain JSON values without anything personal."""
    inform_many(db, [NewNotice(to, text, endpoint, params or {}, values or {})], on)


def inform_many(db: Session, notices: Iterable[NewNotice], on: date | None = None) -> int:
    """Leave many notices; says how many."""
    at, day = clock.now(), on or clock.today()
    rows = [
        {"id": ids.new_id(), "to_uscc": one.to.uscc, "to_role": str(one.to.role) if one.to.role else None,
         "to_division": one.to.division_code, "to_login": one.to.login, "text": one.text,
         "params": json.dumps(dict(one.params), ensure_ascii=False), "endpoint": one.endpoint,
         "link": json.dumps(dict(one.values), ensure_ascii=False), "on": day, "recorded_at": at}
        for one in notices
    ]  # fmt: skip
    if rows:
        db.execute(insert(Notice), rows)
    return len(rows)


def mark_read(db: Session, actor: Actor, notice_id: str | None = None) -> int:
    """Note that the person has read one notice, or all; says how many were unread."""
    unread = queries.unread_ids(db, actor)
    fresh = [one for one in unread if notice_id in (None, one)]
    if fresh:
        db.execute(insert(NoticeRead), [{"login": actor.login, "notice_id": one, "at": clock.now()} for one in fresh])
    return len(fresh)
