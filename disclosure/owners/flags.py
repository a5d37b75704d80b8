"""The mark on a line of the common funds that an owner objects to, until it is answered."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from disclosure.owners.models import FundAnswer, FundQuestion
from disclosure.owners.queries import line_ref
from portal.kernel import clock
from portal.kernel.flags import Flag
from portal.kernel.i18n import _

PREFIX = "fund-line:"


def flags_of(
    db: Session, refs: Collection[str], as_of: date | None, known_at: datetime | None
) -> dict[str, tuple[Flag, ...]]:
    """Reference to its flags on a day, as known at an instant."""
    lines = {int(ref.rpartition("-")[2]): ref for ref in refs if _is_line(ref)}
    day, found, listed = as_of or clock.today(), dict[str, tuple[Flag, ...]](), sorted(lines)
    for first in range(0, len(listed), 500):
        for row in db.scalars(_open_objections(listed[first : first + 500], day, known_at)):
            ref = line_ref(row.year, row.line_id)
            if ref in refs and ref not in found:
                found[ref] = (Flag("objection", _("业主有异议"), row.on),)
    return found


def _is_line(ref: str) -> bool:
    year, _hyphen, number = ref.removeprefix(PREFIX).partition("-")
    return ref.startswith(PREFIX) and year.isdigit() and number.isdigit()


def _open_objections(lines: list[int], day: date, known_at: datetime | None) -> Select[FundQuestion]:
    answered = select(FundAnswer.question_id).where(FundAnswer.on <= day)
    query = select(FundQuestion).where(
        FundQuestion.line_id.in_(lines), FundQuestion.kind == "objection", FundQuestion.on <= day
    )
    if known_at is not None:
        answered = answered.where(FundAnswer.recorded_at <= known_at)
        query = query.where(FundQuestion.recorded_at <= known_at)
    return query.where(FundQuestion.id.not_in(answered)).order_by(FundQuestion.on, FundQuestion.id)
