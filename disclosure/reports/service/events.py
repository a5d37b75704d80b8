"""Credit events that a rule proposes for what was not disclosed in time (matrix.json). A person proposes them from the
list, another confirms them; nothing counts by itself."""

import io
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from sqlalchemy.orm import Session

from disclosure.funds.api import print_fen
from disclosure.ledger import api as ledger
from disclosure.reports import periods, policy, queries
from disclosure.reports.cells import Cell, cells
from disclosure.reports.matrix import kind, kinds
from disclosure.reports.models import FundReportEvent
from disclosure.reports.serving import Serving
from portal.deadlines import api as deadlines
from portal.kernel import audit, clock, pdf
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, NotFound
from portal.kernel.formats import date_text
from portal.kernel.i18n import _, using
from portal.registry import api as registry
from scoring.credit import api as credit

BACK = timedelta(days=366)  # how far back the rule looks
TO_MAINTENANCE = "transfer_to_maintenance"


@dataclass(frozen=True)
class Proposal:
    """What the rule would propose: a credit event of a company for one report. ``net_fen``: income that was not handed
    over, of a settlement; else ``days_late``."""

    estate_code: str
    estate: str
    uscc: str
    company: str
    kind: str
    period: str
    code: str
    due_on: date
    days_late: int
    net_fen: int | None = None

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.kind}/{self.estate_code}/{self.period}/{self.code}"


def proposals(db: Session, on: date, estates: Collection[str] | None = None) -> list[Proposal]:
    """What the rule would propose on a day and nobody proposed yet, the latest first; of some estates only."""
    found = cells(db, estates, on - BACK, on, on)
    done, serving = queries.proposed(db), Serving(db)
    names = registry.estate_names(db, {cell.estate_code for cell in found})
    made = [
        _proposal(cell, cell.event, names, serving)
        for cell in found
        if cell.event and (cell.is_overdue or cell.state == "late")
    ]
    made += [_settled(cell, code, net, due, on, names, serving) for cell, code, net, due in _unsettled(db, found, on)]
    left = [one for one in made if one.uscc and (one.estate_code, one.kind, one.period, one.code) not in done]
    return sorted(left, key=lambda one: (-one.days_late, one.key))


def _proposal(cell: Cell, code: str, names: dict[str, str], serving: Serving) -> Proposal:
    uscc, company = serving.at(cell.estate_code, cell.due_on)
    return Proposal(
        cell.estate_code, names.get(cell.estate_code, cell.estate_code), uscc or "", company, cell.kind, cell.period,
        code, cell.due_on, cell.days_late,
    )  # fmt: skip


def _settled(cell: Cell, code: str, net: int, due: date, on: date, names: dict[str, str], serving: Serving) -> Proposal:
    uscc, company = serving.at(cell.estate_code, due)
    return Proposal(
        cell.estate_code, names.get(cell.estate_code, cell.estate_code), uscc or "", company, cell.kind, cell.period,
        code, due, (on - due).days, net,
    )  # fmt: skip


def _unsettled(db: Session, found: Collection[Cell], on: date) -> list[tuple[Cell, str, int, date]]:
    """Confirmed reports of a kind with a settlement whose net income was not paid into the maintenance fund in time."""
    open_ones = []
    for told in kinds():
        if told.settlement is None:
            continue
        groups: dict[str, list[Cell]] = {}
        for cell in found:
            if cell.kind == told.code and cell.confirmed_on is not None and not cell.zero:
                groups.setdefault(cell.period, []).append(cell)
        for period, listed in sorted(groups.items()):
            span = periods.span(period)
            due = periods.month_end_after(span.last, told.settlement.months_after)
            if due < on:
                nets = _kept_back(db, listed, told.accounts, span.first, span.last, due)
                open_ones += [(cell, told.settlement.event, nets[cell.estate_code], due) for cell in listed
                              if nets[cell.estate_code] > 0]  # fmt: skip
    return open_ones


def _kept_back(
    db: Session, listed: Collection[Cell], types: Collection[str], first: date, last: date, due: date
) -> dict[str, int]:
    """Estate to the net common income of a period when nothing was paid into the maintenance fund by the due day, else 0.

    Nothing is said where outgoing money that nobody classified yet comes to a tenth of it or more: it may be that payment.
    """
    codes = {cell.estate_code for cell in listed}
    common = {one.code for one in ledger.categories() if one.is_common and one.kind in ("income", "cost")}
    nets, paid, unknown = dict.fromkeys(codes, 0), set[str](), dict.fromkeys(codes, 0)
    for row in ledger.totals(db, codes, first, last):
        if row.account_type in types and row.category in common:
            nets[row.estate_code] += row.net_fen
    for row in ledger.totals(db, codes, first, due):
        if row.category == TO_MAINTENANCE and row.out_fen:
            paid.add(row.estate_code)
        if row.category is None and row.account_type in types:
            unknown[row.estate_code] += row.out_fen
    return {code: 0 if code in paid or 10 * unknown[code] >= net else net for code, net in nets.items()}


def propose(db: Session, actor: Actor, key: str, *, on: date) -> str:
    """Propose the credit event of one entry of the list; answers the case. It counts once others have confirmed it.

    NotAllowed; NotFound when the rule does not give it (any more); Conflict when it was proposed already.
    """
    require(policy.may_propose_events(actor))
    lock(db, "report-events")
    estate = key.split("/")[1] if key.count("/") == 3 else ""
    chosen = next((one for one in proposals(db, on, [estate]) if one.key == key), None)
    if chosen is None:
        raise NotFound(_("这一事项已经报送、已经提出信用事项，或者不再符合规则。"))
    sheet = credit.keep_document(db, io.BytesIO(_sheet(chosen, on)))
    case = credit.propose(db, actor, _event(chosen, sheet, on), on=on)
    row = FundReportEvent(
        estate_code=chosen.estate_code, kind=chosen.kind, period=chosen.period, code=chosen.code, case_id=case.id, on=on,
        recorded_at=clock.now(),
    )  # fmt: skip
    if db.get(FundReportEvent, (chosen.estate_code, chosen.kind, chosen.period, chosen.code)) is not None:
        raise Conflict(_("这一信用事项已经提出。"))
    db.add(row)
    db.flush()
    subject = f"report:{chosen.kind}/{chosen.estate_code}/{chosen.period}"
    audit.record(db, actor, "report-event.proposed", subject, {"code": chosen.code, "case": case.id, "on": on})
    return str(case.id)


def _event(chosen: Proposal, sheet: str, on: date) -> credit.NewEvent:
    return credit.NewEvent(
        subject_type="enterprise", subject=chosen.uscc, code=chosen.code, variant="", document=_title(chosen),
        document_on=on, issued_by="平台公开事项日历", document_sha256=sheet, estate_code=chosen.estate_code,
        note=_said(chosen), act_id=f"report:{chosen.kind}/{chosen.estate_code}/{chosen.period}",
    )  # fmt: skip


def _title(chosen: Proposal) -> str:
    return f"公开事项核查表 {kind(chosen.kind).zh} {chosen.period} {chosen.estate_code}"


def _said(chosen: Proposal) -> str:
    with using("zh"):
        due = date_text(chosen.due_on)
    if chosen.net_fen is not None:
        return f"{chosen.estate}{chosen.period}公共收益净额{print_fen(chosen.net_fen)}元，{due}前没有转入维修资金。"
    return f"{chosen.estate}{kind(chosen.kind).zh}（{chosen.period}）应于{due}前报送，逾期{chosen.days_late}天。"


def _sheet(chosen: Proposal, on: date) -> bytes:
    """The sheet that stands as the source of the event."""
    told = kind(chosen.kind)
    rule = deadlines.rule(told.rule)
    with using("zh"):
        rows = (
            ("小区", f"{chosen.estate}（{chosen.estate_code}）"), ("企业", f"{chosen.company}（{chosen.uscc}）"),
            ("公开事项", told.zh), ("期间", chosen.period), ("事实", _said(chosen)), ("依据", rule.source),
            ("核查日期", date_text(on)),
        )  # fmt: skip
    table = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
    body = f"<h1>业主共有资金公开事项核查表</h1><table>{table}</table>"
    return pdf.render(body, title="业主共有资金公开事项核查表")
