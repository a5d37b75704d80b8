"""What does not add up in a report, with its place: inside it, against the report before it, against books and bank."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from disclosure.funds.api import print_fen
from disclosure.reports import queries
from disclosure.reports.books import digest, draft
from disclosure.reports.matrix import Kind, kind
from disclosure.reports.models import FundReport
from disclosure.reports.periods import span
from disclosure.reports.words import line_name
from portal.kernel import clock
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _


@dataclass(frozen=True)
class Fault:
    """A place of a report that is off: what is expected there and what stands there (fen; None: no line)."""

    place: str
    text: str
    expected_fen: int | None = None
    found_fen: int | None = None


def faults(db: Session, report_id: str) -> list[Fault]:
    """Everything that does not add up now. A report whose books moved since is off until a correction is filed."""
    row = queries.report(db, report_id)
    told, lines = kind(row.kind), queries.lines(db, [report_id])[report_id]
    found = []
    if digest(lines, json.loads(row.proof)) != row.digest:
        found.append(Fault("report", _("报告的内容与报送时的校验值不一致。")))
    if told.from_books:
        amounts = {line.code: line.amount_fen or 0 for line in lines if is_of_books(line.code)}
        found += _inside(told, amounts, json.loads(row.proof))
        found += _before(db, row, amounts)
        found += _books(db, row, told, amounts)
    return found


def sentences(db: Session, report_id: str) -> list[str]:
    """``faults`` as everybody may read them."""
    return [sentence(fault) for fault in faults(db, report_id)]


def is_of_books(code: str) -> bool:
    """Whether a line comes from the ledger; the others a person fills in."""
    return code in ("opening", "closing") or code.startswith(("in:", "out:"))


def arithmetic(amounts: dict[str, int]) -> int:
    """Closing less (opening + in - out): 0 when the lines add up."""
    into = sum(fen for code, fen in amounts.items() if code.startswith("in:"))
    out = sum(fen for code, fen in amounts.items() if code.startswith("out:"))
    return amounts.get("closing", 0) - (amounts.get("opening", 0) + into - out)


def _inside(told: Kind, amounts: dict[str, int], proof: Sequence[dict[str, Any]]) -> list[Fault]:
    found = []
    if off := arithmetic(amounts):
        closing = amounts.get("closing", 0)
        found.append(Fault("closing", _("期初余额加本期收入减本期支出，不等于期末余额。"), closing - off, closing))
    for place in ("opening", "closing"):
        wanted = sum(row[place] for row in proof)
        if amounts.get(place, 0) != wanted:
            text = _("“%(line)s”与各账户之和不一致。", line=line_name(told, place))
            found.append(Fault(place, text, wanted, amounts.get(place, 0)))
    return found


def _before(db: Session, row: FundReport, amounts: dict[str, int]) -> list[Fault]:
    """The opening balance is the closing balance of the report of the period before, where there is one."""
    first, today = span(row.period).first, clock.today()
    earlier = [
        one
        for one in queries.standing(db, today, [row.estate_code], ["confirmed"])
        if one.kind == row.kind and span(one.period).last < first and (first - span(one.period).last).days == 1
    ]
    last = queries.in_force(earlier)
    if last is None:
        return []
    closing = next((line.amount_fen for line in queries.lines(db, [last.id])[last.id] if line.code == "closing"), None)
    if closing is None or closing == amounts.get("opening"):
        return []
    text = _("期初余额与%(period)s报告的期末余额不一致。", period=last.period)
    return [Fault("opening", text, closing, amounts.get("opening"))]


def _books(db: Session, row: FundReport, told: Kind, amounts: dict[str, int]) -> list[Fault]:
    try:
        now = draft(db, told, row.estate_code, span(row.period))
    except DomainError as error:
        return [Fault("books", str(error))]
    wanted = {line.code: line.amount_fen or 0 for line in now.lines}
    found = []
    for code in dict.fromkeys([*amounts, *wanted]):
        if amounts.get(code) != wanted.get(code):
            text = _("“%(line)s”与台账不一致。", line=line_name(told, code))
            found.append(Fault(code, text, wanted.get(code), amounts.get(code)))
    return found + [Fault("bank", text) for text in now.flaws]


def sentence(fault: Fault) -> str:
    """A fault as a sentence with its amounts in yuan."""
    if fault.expected_fen is None and fault.found_fen is None:
        return fault.text
    wanted = print_fen(fault.expected_fen or 0)
    return _("%(text)s应为%(a)s元，报告为%(b)s元。", text=fault.text, a=wanted, b=print_fen(fault.found_fen or 0))
