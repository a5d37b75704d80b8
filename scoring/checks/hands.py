"""Who had a hand in a check, for the independence of those who review it later."""

from sqlalchemy import BindParameter, bindparam, exists, select
from sqlalchemy.orm import Session

from portal.kernel.periods import Year
from scoring.checks.models import CheckStep, ItemResult, MonthlyCheck

_STEP_DEEDS = {"submitted": "inspected", "draft": "inspected", "returned": "reviewed", "confirmed": "confirmed"}
_INSPECTORS = (
    select(MonthlyCheck.inspector)
    .where(MonthlyCheck.estate_code == bindparam("estate"), MonthlyCheck.month.like(bindparam("within")))
    .where(MonthlyCheck.kind == "routine", exists().where(CheckStep.check_id == MonthlyCheck.id))
    .distinct()
)
_named: BindParameter[list[str]] = bindparam("checks", expanding=True)
_CHECKED = select(MonthlyCheck.inspector).where(MonthlyCheck.id.in_(_named)).order_by(MonthlyCheck.id)
_STEPS = (
    select(CheckStep.actor, CheckStep.step)
    .where(CheckStep.check_id.in_(_named))
    .order_by(CheckStep.check_id, CheckStep.seq)
)
_RESULTS = (
    select(ItemResult.actor, ItemResult.origin)
    .where(ItemResult.check_id.in_(_named))
    .distinct()
    .order_by(ItemResult.actor, ItemResult.origin)
)
_ORIGIN_DEEDS = {"inspection": "inspected", "review": "adjusted", "correction": "corrected"}


def hands_on(db: Session, check_ids: list[str]) -> dict[str, str]:
    """Login to what the person did in any of the checks: inspected, reviewed, adjusted, confirmed or corrected it."""
    found: dict[str, str] = {}
    of_checks = {"checks": check_ids}
    for login in db.scalars(_CHECKED, of_checks):
        found.setdefault(login, "inspected")
    for actor, step in db.execute(_STEPS, of_checks):
        found.setdefault(login_of(actor), _STEP_DEEDS[step])
    for actor, origin in db.execute(_RESULTS, of_checks):
        found.setdefault(login_of(actor), _ORIGIN_DEEDS[origin])
    return found


def inspectors_of(db: Session, estate_code: str, year: Year) -> frozenset[str]:
    """Who made the routine checks of an estate in a year."""
    return frozenset(db.scalars(_INSPECTORS, {"estate": estate_code, "within": f"{year}-%"}))


def login_of(audit_name: str) -> str:
    """The login in what the journals write of an actor: ``login`` or ``login (channel)``."""
    return audit_name.split(" (")[0]


def hands_of_year(db: Session, estate_code: str, year: Year) -> dict[str, str]:
    """Login to what the person did in any check of an estate in a year: as ``hands_on``."""
    of_year = (MonthlyCheck.estate_code == estate_code, MonthlyCheck.month.startswith(f"{year}-"))
    return hands_on(db, list(db.scalars(select(MonthlyCheck.id).where(*of_year).order_by(MonthlyCheck.id))))
