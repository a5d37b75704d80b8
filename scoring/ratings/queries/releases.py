"""Reads of publications."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from scoring.ratings.models import Release
from scoring.ratings.shapes import ReleaseView
from scoring.rules.rulesets import all_rule_sets, rule_set_for


def view_of(row: Release) -> ReleaseView:
    """A release without its author."""
    return ReleaseView(
        row.id, row.kind, row.period, row.number, row.on, row.public_from, row.known_at, row.reason, row.rows
    )


def releases(db: Session, period: str | None = None, as_of: date | None = None) -> list[ReleaseView]:
    """Publications that are public on a day (default today), of all periods or one, in the order they were made."""
    rows = select(Release).where(Release.public_from <= (as_of or clock.today()))
    if period is not None:
        rows = rows.where(Release.period == period)
    return [view_of(row) for row in db.scalars(rows.order_by(Release.known_at, Release.period, Release.number))]


def release(db: Session, release_id: str) -> ReleaseView:
    """One publication, held ones included. Raises ``NotFound``."""
    found = db.get(Release, release_id)
    if found is None:
        raise NotFound(_("没有找到这次公布。"))
    return view_of(found)


def last_release(db: Session, period: str) -> Release | None:
    """The last publication of a period, public or held."""
    return db.scalars(
        select(Release).where(Release.period == period).order_by(Release.number.desc()).limit(1)
    ).one_or_none()


def latest_public_from(db: Session, period: str) -> date | None:
    """From when everything published of a period is public."""
    return db.scalar(select(func.max(Release.public_from)).where(Release.period == period))


def site_facts(db: Session) -> dict[str, str]:
    """What the footer says of the data: the day of the latest public release, and the rule sets in force."""
    latest = db.scalar(select(func.max(Release.public_from)).where(Release.public_from <= clock.today()))
    year = clock.today().year
    codes = sorted({rule_set_for(kind, year).code for rules in all_rule_sets() for kind in rules.kinds})
    return {"data_as_of": latest.isoformat() if latest else "", "rule_sets": "、".join(codes)}
