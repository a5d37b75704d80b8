"""File a report, or a correction that takes the place of a confirmed one; take back what nobody has decided yet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from disclosure.reports import periods, policy, queries
from disclosure.reports.books import Draft, Line, digest, draft
from disclosure.reports.cells import NONE, OFTEN, subject_of
from disclosure.reports.matrix import Field, Kind, kind
from disclosure.reports.models import FundReport, FundReportLine, FundReportStep
from disclosure.reports.periods import Span
from disclosure.reports.service.places import Place, readable
from portal.deadlines import api as deadlines
from portal.kernel import audit, clock
from portal.kernel.access import Actor, Role, require
from portal.kernel.db import lock
from portal.kernel.divisions import street_of
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.ids import new_id

CONFIRM, MEND = "report.confirm", "report.mend"
MOST_FEN = 10**13


@dataclass(frozen=True)
class Filing:
    """What a person hands in. ``values``: field of the matrix to its text or amount in fen. ``seen``: digest of the draft
    that the form showed. ``reason``: public, of a correction; ``note``: public, needed where the bank's proof fails."""

    estate_code: str
    kind: str
    period: str
    values: Mapping[str, str | int | None] = field(default_factory=dict)
    note: str = ""
    reason: str = ""
    seen: str = ""
    filed_for: str = "enterprise"
    zero: bool = False


def kind_for(db: Session, estate_code: str, code: str, span: Span, on: date) -> Kind:
    """The row of the matrix as it holds for an estate and period.

    NotFound for a period that the kind does not have, DomainError for one that is not due there or has not ended.
    """
    told = kind(code)
    if told.by != "report":
        raise NotFound(_("这一事项由平台自动公开，不用报送。"))
    if told.frequency == "event":
        listed = queries.occasions(db, on, [estate_code])
        if not any(one.kind == code and one.happened_on == span.first for one in listed):
            raise NotFound(_("没有登记这一天完工的维修工程，请先登记完工。"))
        return told
    term = queries.term_on(queries.terms(db, on, [estate_code]).get((estate_code, code), []), span.first)
    if term is not None and term.frequency == NONE:
        raise DomainError(_("这一事项不适用于这个小区：%(reason)s", reason=term.reason))
    told = told.as_often() if term is not None and term.frequency == OFTEN else told
    if periods.holding(span.first, told.frequency) != span:
        raise NotFound(_("没有“%(text)s”这样的期间。", text=span.text))
    if span.last >= on:
        raise DomainError(_("这一期还没有结束，结束后才能报送。"))
    return told


def submit(db: Session, actor: Actor, filing: Filing, *, on: date) -> str:
    """Hand a report in; answers its id. It waits for the confirmation.

    NotFound, NotAllowed; Conflict when the books moved since the form was shown or a report waits already; DomainError for
    what is missing in it, or no reason for a correction.
    """
    span = periods.span(filing.period)
    place = readable(db, actor, filing.estate_code, on)
    require(policy.may_file(actor, place.division_code, place.uscc))
    lock(db, subject_of(filing.kind, filing.estate_code, filing.period))
    told = kind_for(db, filing.estate_code, filing.kind, span, on)
    earlier = queries.of_cell(db, filing.estate_code, filing.kind, filing.period, on)
    if any(one.state == "submitted" for one in earlier):
        raise Conflict(_("这一期的报告已经报送，正在等待确认。"))
    in_force = queries.in_force(earlier)
    reason = _reason(filing, in_force)
    books = draft(db, told, filing.estate_code, span)
    if told.from_books and filing.seen != books.digest:
        raise Conflict(_("您打开页面以后台账有变化，请核对新的数字后再报送。"))
    note = filing.note.strip()
    if books.flaws and not note:
        raise DomainError(_("账面与银行对账单还没有核对一致，请在公开说明里写明原因。"))
    made = _report(db, actor, filing, place, told, books, note, on)
    made.number, made.reason = len(earlier) + 1, reason
    made.reverses = in_force.id if in_force else None
    return _store(db, actor, made, _lines(told, books, filing), told, place, span, on)


def _reason(filing: Filing, in_force: queries.Standing | None) -> str:
    said = filing.reason.strip()
    if in_force is not None and not said:
        raise DomainError(_("更正已经公开的报告，请写明更正理由，理由会公开。"))
    return said if in_force is not None else ""


def _report(
    db: Session, actor: Actor, filing: Filing, place: Place, told: Kind, books: Draft, note: str, on: date
) -> FundReport:
    zero = books.is_zero if told.from_books else filing.zero
    filed_for = "enterprise" if actor.uscc else filing.filed_for
    return FundReport(
        id=new_id(), estate_code=place.code, kind=told.code, period=filing.period, uscc=place.uscc, filed_for=filed_for,
        zero=zero, proof=json.dumps(list(books.proof), ensure_ascii=False), note=note, actor=actor.audit_name, on=on,
        recorded_at=clock.now(),
    )  # fmt: skip


def _lines(told: Kind, books: Draft, filing: Filing) -> list[Line]:
    zero = filing.zero and not told.from_books
    typed = [_typed(one, filing.values.get(one.code), zero) for one in told.fields]
    lines = [*books.lines, *(line for line in typed if line is not None)]
    if not lines:
        lines = [Line("zero", 0)]
    return lines


def _typed(one: Field, value: str | int | None, zero: bool) -> Line | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        if one.required and not zero:
            raise DomainError(_("请填写“%(field)s”。", field=one.name))
        return None
    if one.type == "money":
        if not isinstance(value, int) or not 0 <= value <= MOST_FEN:
            raise DomainError(_("“%(field)s”应为不小于0的金额。", field=one.name))
        return Line(one.code, value)
    text = str(value).strip()
    if one.type == "choice" and text not in {choice.code for choice in one.choices}:
        raise DomainError(_("请选择“%(field)s”。", field=one.name))
    return Line(one.code, None, text)


def _store(
    db: Session, actor: Actor, made: FundReport, lines: list[Line], told: Kind, place: Place, span: Span, on: date
) -> str:
    made.digest = digest(lines, json.loads(made.proof))
    db.add(made)
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(_("这一期的报告刚刚有人报送过，请刷新后再看。")) from error
    rows = [
        FundReportLine(report_id=made.id, seq=seq, code=line.code, amount_fen=line.amount_fen, text=line.text)
        for seq, line in enumerate(lines, start=1)
    ]
    db.add_all(rows)
    add_step(db, actor, made.id, 1, "submitted", "", on)
    _clocks(db, actor, made, told, place, on)
    detail = {"report": made.id, "number": made.number, "on": on, "digest": made.digest, "reason": made.reason}
    audit.record(db, actor, "report.submitted", subject_of(made.kind, made.estate_code, made.period), detail)
    return made.id


def _clocks(db: Session, actor: Actor, made: FundReport, told: Kind, place: Place, on: date) -> None:
    subject = subject_of(made.kind, made.estate_code, made.period)
    for rule in (told.rule, MEND):
        deadlines.close(db, actor, rule, subject, outcome="filed", on=on)
    deadlines.start(
        db, actor, CONFIRM, f"report:{made.id}", holder=deadlines.Holder(Role.REVIEWER, street_of(place.division_code)),
        title=f"{place.name} {told.zh} {made.period}", endpoint="reports.report", values={"report_id": made.id}, on=on,
    )  # fmt: skip


def add_step(db: Session, actor: Actor, report_id: str, seq: int, step: str, text: str, on: date) -> None:
    """Write the next step. Conflict when somebody else wrote it first."""
    db.add(
        FundReportStep(
            report_id=report_id, seq=seq, step=step, text=text, actor=actor.audit_name, on=on, recorded_at=clock.now()
        )
    )
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(_("其他人刚刚处理了这份报告，请刷新后再看。")) from error


def withdraw(db: Session, actor: Actor, report_id: str, *, on: date) -> None:
    """Take a report back that nobody has decided. NotFound, NotAllowed, Conflict."""
    row = queries.report(db, report_id)
    readable(db, actor, row.estate_code, on)
    require(policy.may_withdraw(actor, row.actor))
    waiting(db, row)
    add_step(db, actor, row.id, 2, "withdrawn", "", on)
    deadlines.close(db, actor, CONFIRM, f"report:{row.id}", outcome="withdrawn", on=on)
    audit.record(
        db, actor, "report.withdrawn", subject_of(row.kind, row.estate_code, row.period), {"report": row.id, "on": on}
    )


def waiting(db: Session, row: FundReport) -> None:
    """Hold a report that waits for its confirmation. Conflict when it does not."""
    lock(db, subject_of(row.kind, row.estate_code, row.period))
    if queries.steps(db, row.id)[-1].step != "submitted":
        raise Conflict(_("这份报告已经处理过了，请刷新后再看。"))
