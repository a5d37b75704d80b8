"""What is due of an estate besides the rule: not applicable, more often, and the events that make a report due."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from disclosure.reports import periods, policy, queries
from disclosure.reports.matrix import kind
from disclosure.reports.models import FundReportOccasion, FundReportTerm
from disclosure.reports.service.places import readable
from portal.deadlines import api as deadlines
from portal.kernel import audit, clock
from portal.kernel.access import Actor, Role, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.kernel.ids import new_id

LONGEST = 500


def set_term(
    db: Session, actor: Actor, estate_code: str, code: str, frequency: str, since: date, reason: str, *, on: date
) -> None:
    """Say from which day on a kind is ``none`` (not applicable), ``often`` (cost-plus fee) or ``usual``, with a public
    reason. The same again does nothing. NotFound, NotAllowed, DomainError."""
    place = readable(db, actor, estate_code, on)
    require(policy.may_set_terms(actor, place.division_code))
    told, said = kind(code), reason.strip()
    if told.by != "report" or told.frequency == "event":
        raise DomainError(_("这一事项不能设为不适用。"))
    if frequency == "often" and told.often is None:
        raise DomainError(_("这一事项不能改为更短的报送周期。"))
    if not said or len(said) > LONGEST:
        raise DomainError(_("请写明公开的理由，最多%(n)s个字。", n=LONGEST))
    lock(db, f"report-terms:{estate_code}")
    known = queries.terms(db, on, [estate_code]).get((estate_code, code), [])
    if known and (known[-1].frequency, known[-1].since, known[-1].reason) == (frequency, since, said):
        return
    told_at = clock.after(known[-1].recorded_at if known else None)
    row = FundReportTerm(
        id=new_id(), estate_code=estate_code, kind=code, frequency=frequency, since=since, reason=said,
        actor=actor.audit_name, on=on, recorded_at=told_at,
    )  # fmt: skip
    db.add(row)
    db.flush()
    detail = {"kind": code, "frequency": frequency, "since": since, "reason": said, "on": on}
    audit.record(db, actor, "report-term.set", f"estate:{estate_code}", detail)


def set_terms_many(
    db: Session,
    actor: Actor,
    estates: Collection[str],
    code: str,
    frequency: str,
    since: date,
    reason: str,
    *,
    on: date,
) -> None:
    """``set_term`` for many estates, as an officer of the whole district does it. NotAllowed, DomainError."""
    for estate in sorted(estates):
        set_term(db, actor, estate, code, frequency, since, reason, on=on)


def add_occasion(
    db: Session, actor: Actor, estate_code: str, code: str, happened_on: date, title: str, *, on: date
) -> str:
    """Enter a completed repair job: its settlement is due from now on; answers the id. One a day and estate.

    NotFound, NotAllowed, DomainError (in the future, no title), Conflict (that day has one).
    """
    place = readable(db, actor, estate_code, on)
    require(policy.may_file(actor, place.division_code, place.uscc))
    told, said = kind(code), title.strip()
    if told.by != "report" or told.frequency != "event":
        raise DomainError(_("这一事项按期报送，不用登记。"))
    if happened_on > on or not said or len(said) > LONGEST:
        raise DomainError(_("请填写工程名称；完工日期不能晚于今天。"))
    lock(db, f"report-terms:{estate_code}")
    listed = queries.occasions(db, on, [estate_code])
    if any((one.kind, one.happened_on) == (code, happened_on) for one in listed):
        raise Conflict(_("这一天已经登记过一项完工。同一天完工的工程请合并报送。"))
    row = FundReportOccasion(
        id=new_id(), estate_code=estate_code, kind=code, happened_on=happened_on, title=said, takes_back=None,
        actor=actor.audit_name, on=on, recorded_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    if place.uscc:
        span = periods.day_span(happened_on)
        values = {"estate_code": estate_code, "kind": code, "period": span.text}
        deadlines.start(
            db, actor, told.rule, f"report:{code}/{estate_code}/{span.text}",
            holder=deadlines.Holder(Role.ENTERPRISE, place.division_code, place.uscc),
            title=f"{place.name} {said}", endpoint="reports.file", values=values, on=happened_on,
        )  # fmt: skip
    audit.record(db, actor, "report-occasion.added", f"estate:{estate_code}", {"kind": code, "on": happened_on})
    return row.id


def take_back_occasion(db: Session, actor: Actor, occasion_id: str, *, on: date) -> None:
    """Take an entry back that was wrong: nothing is due for it any more. Only the office does so. NotFound, NotAllowed,
    Conflict when it was taken back before or a report was filed for it."""
    old = queries.occasion(db, occasion_id)
    place = readable(db, actor, old.estate_code, on)
    require(policy.may_set_terms(actor, place.division_code))
    lock(db, f"report-terms:{old.estate_code}")
    if old.takes_back or old.id not in {one.id for one in queries.occasions(db, on, [old.estate_code])}:
        raise Conflict(_("这条登记已经撤回。"))
    period = old.happened_on.isoformat()
    if any(one.state != "withdrawn" for one in queries.of_cell(db, old.estate_code, old.kind, period, on)):
        raise Conflict(_("这项工程已经报送决算，不能撤回登记。"))
    db.add(
        FundReportOccasion(
            id=new_id(), estate_code=old.estate_code, kind=old.kind, happened_on=old.happened_on, title=old.title,
            takes_back=old.id, actor=actor.audit_name, on=on, recorded_at=clock.now(),
        )
    )  # fmt: skip
    db.flush()
    deadlines.cancel(db, actor, f"report:{old.kind}/{old.estate_code}/{period}", reason="完工登记已撤回")
    audit.record(db, actor, "report-occasion.taken-back", f"estate:{old.estate_code}", {"kind": old.kind, "on": period})
