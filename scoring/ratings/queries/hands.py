"""Who had a hand in a published figure, for the independence of those who review it later."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.periods import Quarter
from scoring.ratings.models import QuarterScore, QuarterStep, Rating, Release

_STEP_DEEDS = {"prepared": "prepared", "confirmed": "confirmed"}


def hands_on_quarter(db: Session, quarter: Quarter | str, estate_code: str) -> dict[str, str]:
    """Login to deed: who published a revision of the row, and who prepared or confirmed its community."""
    own = (QuarterScore.quarter == str(quarter), QuarterScore.estate_code == estate_code)
    found = _publishers(db, QuarterScore.release_id, *own)
    communities = select(QuarterScore.division_code).where(*own)
    steps = select(QuarterStep.actor, QuarterStep.step).where(
        QuarterStep.quarter == str(quarter), QuarterStep.division_code.in_(communities)
    )
    for actor, step in db.execute(steps.order_by(QuarterStep.seq)):
        found.setdefault(_login(actor), _STEP_DEEDS[step])
    return found


def hands_on_rating(db: Session, year: int, estate_code: str) -> dict[str, str]:
    """Login to deed: who published a revision of the rating."""
    return _publishers(db, Rating.release_id, Rating.year == year, Rating.estate_code == estate_code)


def _publishers(db: Session, release_id: object, *own: object) -> dict[str, str]:
    releases = select(release_id).where(*own)  # type: ignore[call-overload]
    rows = db.scalars(select(Release.actor).where(Release.id.in_(releases)).order_by(Release.number))
    return {_login(actor): "published" for actor in rows}


def _login(audit_name: str) -> str:
    return audit_name.split(" (")[0]
