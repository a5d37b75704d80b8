"""Reads around a check: declared interests, late permissions, versions of an item, the public copy of a photo."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import api as accounts
from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.errors import NotFound
from portal.operations import api as operations
from portal.registry import api as registry
from scoring.checks.models import InterestDeclaration, ItemResult, LatePermission, PhotoRelease
from scoring.checks.terms import REVIEW


@dataclass(frozen=True)
class InterestView:
    """A declared interest in force, and since when."""

    login: str
    person: str
    estate_code: str
    estate: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class LateView:
    """A permission to submit after the due day."""

    estate_code: str
    estate: str
    month: str
    reason: str
    person: str
    at: datetime


@dataclass(frozen=True)
class Version:
    """One version of an item's result; the last one counts."""

    result: str
    origin: str
    reason: str
    person: str
    at: datetime


def review_due(db: Session, submitted_on: date) -> date:
    """The day by which the street confirms or returns a check."""
    return deadlines.last_day(db, REVIEW, submitted_on)


def person_name(db: Session, audit_name: str) -> str:
    """The name of a person as the journals write them (``login`` or ``login (channel)``); else that text itself."""
    try:
        return accounts.person(db, audit_name.split(" (")[0]).name or audit_name
    except NotFound:
        return audit_name


def interests_shown(db: Session, actor: Actor, own_only: bool) -> list[InterestView]:
    """Declared interests in force in the actor's jurisdiction, or the actor's own, the newest first."""
    rows = select(InterestDeclaration).order_by(InterestDeclaration.seq)
    if own_only:
        rows = rows.where(InterestDeclaration.login == actor.login)
    last = {(row.login, row.estate_code): row for row in db.scalars(rows)}
    names = _estate_names(db, actor)
    found = [
        InterestView(row.login, person_name(db, row.login), row.estate_code, names[row.estate_code], row.reason, row.at)
        for row in last.values()
        if row.declared and row.estate_code in names
    ]
    return sorted(found, key=lambda view: (view.at, view.estate_code), reverse=True)


def late_shown(db: Session, actor: Actor, limit: int = 50) -> list[LateView]:
    """The latest permissions to submit late in the actor's jurisdiction."""
    names = _estate_names(db, actor)
    rows = db.scalars(select(LatePermission).order_by(LatePermission.at.desc(), LatePermission.estate_code))
    kept = [row for row in rows if row.estate_code in names][:limit]
    return [
        LateView(row.estate_code, names[row.estate_code], row.month, row.reason, person_name(db, row.actor), row.at)
        for row in kept
    ]


def item_versions(db: Session, check_id: str, month: str) -> dict[str, list[Version]]:
    """Item code to all its versions, the oldest first: what stays visible when somebody changes a result."""
    operations.require_there(db, int(month[:4]))
    own = (ItemResult.year == int(month[:4]), ItemResult.check_id == check_id)
    ended = ItemResult.superseded_at
    rows = db.scalars(
        select(ItemResult).where(*own).order_by(ItemResult.recorded_at, ended.is_(None), ended, ItemResult.id)
    )
    found: dict[str, list[Version]] = {}
    for row in rows:
        version = Version(row.result, row.origin, row.reason, person_name(db, row.actor), row.recorded_at)
        found.setdefault(row.item_code, []).append(version)
    return found


def public_copy_of(db: Session, photo_id: str) -> str | None:
    """SHA-256 of the released copy of a photo, None while the office keeps it."""
    last = select(PhotoRelease.public_sha256).where(PhotoRelease.photo_id == photo_id)
    return db.scalar(last.order_by(PhotoRelease.seq.desc()).limit(1)) or None


def _estate_names(db: Session, actor: Actor) -> dict[str, str]:
    frame = registry.estates_frame(db, clock.today(), within=actor.division_code)
    return dict(zip(frame["estate_code"], frame["name"], strict=True))
