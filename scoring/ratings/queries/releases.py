"""Reads of publications."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.kept import kept
from scoring.ratings.models import Release, ReleaseOpening
from scoring.ratings.queries.current import public_by
from scoring.ratings.shapes import ReleaseView
from scoring.rules.rulesets import all_rule_sets, rule_set_for

# the day from which a release is public: its own, unless it was opened earlier
PUBLIC_DAY = func.coalesce(ReleaseOpening.public_from, Release.public_from)
_NAMES = ("id", "kind", "period", "number", "on", "known_at", "reason", "rows")
_OPENED = select(*(getattr(Release, name) for name in _NAMES), PUBLIC_DAY).outerjoin(
    ReleaseOpening, ReleaseOpening.release_id == Release.id
)


def views(
    db: Session, *wanted: ColumnElement[bool], order: Sequence[Any] = (), limit: int | None = None
) -> list[ReleaseView]:
    """Releases without their authors; ``public_from`` is the day from which each is public in truth."""
    rows = _OPENED.where(*wanted).order_by(*(order or (Release.known_at, Release.period, Release.number))).limit(limit)
    return [ReleaseView(**dict(zip(_NAMES, row[:-1], strict=True)), public_from=row[-1]) for row in db.execute(rows)]


def releases(
    db: Session, period: str | None = None, as_of: date | None = None, known_at: datetime | None = None
) -> list[ReleaseView]:
    """Publications that are public on a day (default today) as known at an instant, of all periods or one, in the order they
    were made."""
    wanted = [public_by(Release, as_of or clock.today(), known_at)]
    wanted += [Release.known_at <= known_at] if known_at is not None else []
    return views(db, *wanted, *([Release.period == period] if period is not None else []))


def held(db: Session, period: str | None = None) -> list[ReleaseView]:
    """First publications that are not public yet, the next to become so first: enterprises know them, others the date."""
    found = views(db, Release.number == 1, ~public_by(Release, clock.today()), order=(PUBLIC_DAY, Release.period))
    return [made for made in found if period in (None, made.period)]


def by_period(db: Session, kind: str, as_of: date) -> dict[str, list[ReleaseView]]:
    """Public releases of each period of a kind, the first one first; the latest period first."""
    found: dict[str, list[ReleaseView]] = {}
    order = (Release.period.desc(), Release.number)
    for made in views(db, Release.kind == kind, public_by(Release, as_of), order=order):
        found.setdefault(made.period, []).append(made)
    return found


def corrected_on(made: Sequence[ReleaseView]) -> date | None:
    """When a public period was last corrected; what was mended during its hold corrects nothing that was public."""
    return next((release.public_from for release in reversed(made) if corrects(release, made[0].public_from)), None)


def shown(made: Sequence[ReleaseView]) -> list[ReleaseView]:
    """The first publication of a public period and its corrections, the first one first."""
    return [release for release in made if release.number == 1 or corrects(release, made[0].public_from)]


def corrects(release: ReleaseView, first_public: date) -> bool:
    """Whether a release corrects what was public on the day of the act."""
    return release.number > 1 and release.on >= first_public


def release(db: Session, release_id: str) -> ReleaseView:
    """One publication, held ones included. Raises ``NotFound``."""
    found = views(db, Release.id == release_id)
    if not found:
        raise NotFound(_("没有找到这次公布。"))
    return found[0]


def last_release(db: Session, period: str) -> Release | None:
    """The last publication of a period, public or held."""
    return db.scalars(
        select(Release).where(Release.period == period).order_by(Release.number.desc()).limit(1)
    ).one_or_none()


def latest_public_from(db: Session, *wanted: ColumnElement[bool]) -> date | None:
    """From when all of some releases are public; None when there are none."""
    joined = select(func.max(PUBLIC_DAY)).select_from(Release)
    return db.scalar(joined.outerjoin(ReleaseOpening, ReleaseOpening.release_id == Release.id).where(*wanted))


def site_facts(db: Session) -> dict[str, str]:
    """What the footer says of the data: the day of the latest public release, and the rule sets in force."""
    return kept(db, "ratings.site_facts", lambda: _site_facts(db))


def _site_facts(db: Session) -> dict[str, str]:
    latest = latest_public_from(db, public_by(Release, clock.today()))
    year = clock.today().year
    begun = [rules for rules in all_rule_sets() if rules.first_year <= year]
    codes = sorted({rule_set_for(kind, year).code for rules in begun for kind in rules.kinds})
    return {"data_as_of": latest.isoformat() if latest else "", "rule_sets": _("、").join(codes)}
