"""What the verbs of a check have in common: hold the check, read and write its steps and versions of its results."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, object_session

from portal.kernel import clock, hooks, ids
from portal.kernel.access import Actor
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.i18n import _
from portal.kernel.periods import Month
from portal.kernel.versions import recorded
from portal.operations import api as operations
from portal.registry import api as registry
from scoring.checks import policy
from scoring.checks.models import CheckStep, InterestDeclaration, ItemResult, LatePermission, MonthlyCheck
from scoring.rules.errors import NothingApplicable
from scoring.rules.months import month_scores

DUE_DAY = 10


@dataclass(frozen=True)
class Held:
    """A check that nobody else changes until the transaction ends, with where it stands."""

    check: MonthlyCheck
    state: str
    seq: int
    estate: "registry.EstateView"


def due_day(month: str) -> date:
    """The last day to submit a month's check: the 10th of the next month."""
    return Month.parse(month).next.first.replace(day=DUE_DAY)


def hold(db: Session, actor: Actor, check_id: str) -> Held:
    """Lock a check and read where it stands. ``NotFound`` when there is none, or none that the actor may know of."""
    held = select(MonthlyCheck).where(MonthlyCheck.id == check_id).with_for_update()
    check = db.scalars(held.execution_options(populate_existing=True)).one_or_none()
    if check is None:
        raise no_check()
    estate = registry.estate(db, check.estate_code)
    if not policy.may_read(actor, estate.division_code):
        raise no_check()
    last = select(CheckStep.step, CheckStep.seq).where(CheckStep.check_id == check_id).order_by(CheckStep.seq.desc())
    step, seq = db.execute(last.limit(1)).one()
    return Held(check, step, seq, estate)


def no_check() -> NotFound:
    """The refusal of a check that does not exist for this person."""
    return NotFound(_("没有找到这份检查。"))


def expect(held: Held, *states: str) -> None:
    """Stop unless the check stands in one of the states."""
    if held.state not in states:
        raise Conflict(_("这份检查现在是“%(state)s”，不能这样办理。请刷新页面后再看。", state=state_word(held.state)))


def state_word(state: str) -> str:
    """The name of a state for people."""
    return {
        "draft": _("草稿"),
        "submitted": _("已提交（待审核）"),
        "returned": _("已退回（待修改）"),
        "confirmed": _("已确认"),
    }[state]


def add_step(db: Session, actor: Actor, held: Held, step: str, on: date, reason: str = "") -> int:
    """Write the next line of the journal. ``Conflict`` when somebody else wrote it first."""
    seq = held.seq + 1
    row = {"check_id": held.check.id, "seq": seq, "step": step, "actor": actor.audit_name, "on": on,
           "at": clock.now(), "reason": reason}  # fmt: skip
    try:
        db.execute(insert(CheckStep), [row])
    except IntegrityError as error:
        raise Conflict(_("其他人刚刚办理了这份检查。请刷新页面后再看。")) from error
    return seq


def tell(db: Session, actor: Actor, checks: Sequence[MonthlyCheck], on: date) -> None:
    """Announce that what these checks report may have changed."""
    months = sorted({check.month for check in checks})
    ids = [check.id for check in checks]
    hooks.announce("checks.reported", db, actor=actor, on=on, months=months, checks=ids)


def live_results(db: Session, check: MonthlyCheck) -> dict[str, ItemResult]:
    """Item code to the version that counts now."""
    own = (ItemResult.year == year_of(check), ItemResult.check_id == check.id, recorded(ItemResult))
    return {row.item_code: row for row in db.scalars(select(ItemResult).where(*own).order_by(ItemResult.item_code))}


def year_of(check: MonthlyCheck) -> int:
    """The year that the item results of a check carry in their keys. ``NotFound`` when it is set aside (operations)."""
    year = int(check.month[:4])
    if (db := object_session(check)) is not None:
        operations.require_there(db, year)
    return year


def close(db: Session, row: ItemResult, at: datetime) -> None:
    """A version ends: nothing else of it is ever changed."""
    key = (ItemResult.year == row.year, ItemResult.id == row.id, ItemResult.superseded_at.is_(None))
    db.execute(update(ItemResult).where(*key).values(superseded_at=at).execution_options(synchronize_session=False))


def open_version(
    db: Session, actor: Actor, check: MonthlyCheck, item_code: str, result: str, *, at: datetime, place: str = "",
    note: str = "", origin: str = "inspection", reason: str = "",
) -> None:  # fmt: skip
    """Insert the version of an item result that counts from now on."""
    row = {
        "year": year_of(check), "id": ids.new_row_number(), "check_id": check.id, "item_code": item_code,
        "result": result, "place": place, "note": note, "origin": origin, "reason": reason,
        "actor": actor.audit_name, "valid_from": check.inspected_on, "valid_to": check.inspected_on,
        "recorded_at": at, "superseded_at": None,
    }  # fmt: skip
    db.execute(insert(ItemResult), [row])


def score_cp(standard: pd.DataFrame, results: dict[str, str]) -> int:
    """The month score of one check, in centipoints. ``DomainError`` when no item applies."""
    checks = pd.DataFrame({"check": [0], "estate_code": [""], "month": [""], "standard": ["it"]})
    rows = pd.DataFrame({"check": 0, "item_code": list(results), "result": list(results.values())})
    rows = rows.astype({"check": "int64", "item_code": "object", "result": "object"})
    try:
        return int(month_scores(checks, rows, {"it": standard})["score_cp"].iloc[0])
    except NothingApplicable as error:
        raise DomainError(_("所有检查项都不适用，无法计算得分。请核对结果。")) from error


_LAST_INTEREST = (
    select(InterestDeclaration.declared)
    .where(InterestDeclaration.login == bindparam("login"), InterestDeclaration.estate_code == bindparam("estate"))
    .order_by(InterestDeclaration.seq.desc())
    .limit(1)
)


def has_interest(db: Session, login: str, estate_code: str) -> bool:
    """Whether a person's declared interest in an estate is in force."""
    return bool(db.scalar(_LAST_INTEREST, {"login": login, "estate": estate_code}))


def refuse_interest(db: Session, actor: Actor, estate: "registry.EstateView") -> None:
    """A declared interest bars a person from inspecting and reviewing the estate."""
    if has_interest(db, actor.login, estate.code):
        sentence = "您已申报与%(estate)s有利害关系，不能检查或审核这个小区。请转交其他人员办理。"
        raise NotAllowed(_(sentence, estate=estate.name))


def late_permitted(db: Session, estate_code: str, month: str) -> bool:
    """Whether the street permitted late submission."""
    return db.get(LatePermission, (estate_code, month)) is not None


def next_seq(db: Session, column: object, *where: object) -> int:
    """The next number of a journal."""
    return (db.scalar(select(func.max(column)).where(*where)) or 0) + 1  # type: ignore[arg-type]
