"""The hold 公布前告知期: between the act and the day on which a first publication is public, only enterprises know.

It is a date, computed once (``snapshots.public_from``); nobody flips anything when it is over. An enterprise can give up
the hold of a period for its rows. Ranks make sense only together, so a period is opened early when every enterprise in
it has done so, from 00:00 of the day after the last of them.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit, clock, hooks
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from scoring.ratings import policy
from scoring.ratings.models import HoldWaiver, QuarterScore, Rating, Release, ReleaseOpening
from scoring.ratings.queries.releases import held, latest_public_from, views
from scoring.ratings.shapes import ReleaseView

RULE = "publication.hold"
MANY = 500  # beyond so many estates, all of a period are looked at


def hold_until(db: Session, on: date) -> date | None:
    """The last day of the hold that begins with an act; None where the district has none (length 0)."""
    return deadlines.last_day(db, RULE, on) if deadlines.rule(RULE).length else None


def first_hold(db: Session, period: str, on: date) -> date | None:
    """The hold of a publication: only the first one of a period has one."""
    is_first = latest_public_from(db, Release.period == period) is None
    return hold_until(db, on) if is_first else None


def rows_public(db: Session, model: Any, periods: Collection[Any], estates: Collection[str]) -> date | None:
    """From when the released rows of some estates are all public; ``model``: quarter scores or ratings."""
    period = model.quarter if model is QuarterScore else model.year
    wanted = [period.in_(list(periods))]
    if model is QuarterScore:
        wanted.append(model.status == "published")  # a row without a score was used by no rating
    if len(estates) <= MANY:
        wanted.append(model.estate_code.in_(list(estates)))
    return latest_public_from(db, Release.id.in_(select(model.release_id).where(*wanted)))


def waive_hold(db: Session, actor: Actor, period: str, *, on: date) -> date | None:
    """Give up the hold of a period for the rows of the actor's enterprise; twice is once.

    Returns the day from which the period is public when this opened it, None while others have not. Raises ``NotFound``
    when nothing of the enterprise is held in that period, ``NotAllowed``.
    """
    require(policy.may_waive_hold(actor))
    lock(db, f"hold:{period}")
    batch = _batch(db, period)
    concerned = _enterprises(db, batch)
    if actor.uscc is None or actor.uscc not in concerned:
        raise NotFound(_("这一期没有贵企业等待公布的结果。"))
    given = waivers(db, period)
    if actor.uscc in given:
        return None
    db.add(HoldWaiver(period=period, uscc=actor.uscc, actor=actor.audit_name, on=on, at=clock.now()))
    audit.record(db, actor, "hold.waived", f"hold:{period}", {"uscc": actor.uscc})
    return _open(db, actor, period, batch, on) if concerned <= given | {actor.uscc} else None


def waivers(db: Session, period: str) -> set[str]:
    """Enterprises that gave up the hold of a period."""
    return set(db.scalars(select(HoldWaiver.uscc).where(HoldWaiver.period == period)))


def _batch(db: Session, period: str) -> list[ReleaseView]:
    """What becomes public with a held period: its releases, and those of other periods made in the same transactions."""
    if not held(db, period):
        return []
    own = views(db, Release.period == period)
    return views(db, Release.known_at.in_([made.known_at for made in own]))


def _enterprises(db: Session, batch: list[ReleaseView]) -> set[str]:
    ids = [made.id for made in batch]
    rows = [
        select(model.uscc).where(model.release_id.in_(ids), model.uscc.is_not(None)) for model in (QuarterScore, Rating)
    ]
    return set(db.scalars(rows[0].union(rows[1])))


def _open(db: Session, actor: Actor, period: str, batch: list[ReleaseView], on: date) -> date | None:
    ids = [made.id for made in batch]
    rated = db.execute(select(Rating.year, Rating.estate_code).where(Rating.release_id.in_(ids))).all()
    day = max([on + timedelta(days=1), *_quarters_under(db, {year for year, _code in rated}, ids)])
    if day >= batch[0].public_from:
        return None
    for made in batch:
        db.add(ReleaseOpening(release_id=made.id, public_from=day, recorded_at=clock.now()))
    db.flush()
    audit.record(db, actor, "hold.opened", f"hold:{period}", {"public_from": day, "releases": ids})
    acts = [f"rating:{year}:{code}" for year, code in rated]
    hooks.announce("ratings.opened", db, actor=actor, acts=acts, public_from=day)
    return day


def _quarters_under(db: Session, years: set[int], ids: list[str]) -> list[date]:
    """From when the quarters are public that ratings were made from: a rating is never public before them."""
    found = [
        latest_public_from(db, Release.kind == "quarter", Release.period.like(f"{year}Q%"), Release.id.not_in(ids))
        for year in years
    ]
    return [day for day in found if day is not None]
