"""The public record as rows and JSON: exactly what the page shows, amounts as decimal texts of yuan."""

from collections.abc import Sequence
from typing import Any

from disclosure.funds import api as funds
from disclosure.ledger import api as ledger
from disclosure.opened import api as opened
from disclosure.owners import api as owners
from disclosure.public.money import FUNDS, Flow, Proven, fund_of
from disclosure.public.overview import Overview, Tally
from disclosure.public.reading import Dossier
from disclosure.reports import api as reports

Row = dict[str, Any]
TOTALS = ("estate_code", "account_type", "month", "category", "in", "out", "lines")
MISSING = ("estate_code", "name", "street", "uscc", "enterprise", "report", "period", "due_on", "days_late")
STREETS = ("street", "estates", "due", "in_time", "late", "missing", "in_time_percent", "unanswered_questions")


def yuan(fen: int | None) -> str | None:
    """Fen as a decimal text."""
    return None if fen is None else funds.print_fen(fen)


def total_rows(totals: Sequence[ledger.Total], fund: str) -> list[Row]:
    """Totals of a fund by month and category; an empty category is not classified yet."""
    return [
        {
            "estate_code": one.estate_code, "account_type": one.account_type, "month": one.month,
            "category": one.category or "", "in": yuan(one.in_fen), "out": yuan(one.out_fen), "lines": one.lines,
        }
        for one in totals if one.account_type in FUNDS[fund]
    ]  # fmt: skip


def _flow(flow: Flow) -> Row:
    return {
        "in": yuan(flow.in_fen), "out": yuan(flow.out_fen), "left": yuan(flow.left_fen),
        "sources": [{"category": one.category, "amount": yuan(one.fen)} for one in flow.sources],
        "uses": [{"category": one.category, "amount": yuan(one.fen)} for one in flow.uses],
    }  # fmt: skip


def _proof(one: Proven) -> Row:
    proof = one.proof
    return {
        "account_code": one.account.code, "period": str(one.period), "opening": yuan(proof.opening_fen),
        "in": yuan(proof.in_fen), "out": yuan(proof.out_fen), "closing": yuan(proof.closing_fen),
        "bank": yuan(proof.bank_fen), "difference": yuan(proof.difference_fen), "state": one.state, "flaws": one.flaws,
    }  # fmt: skip


def _cell(one: reports.Cell) -> Row:
    return {
        "report": one.kind, "period": one.period, "due_on": one.due_on.isoformat(), "state": one.state,
        "filed_on": one.filed_on.isoformat() if one.filed_on else None, "days_late": one.days_late,
    }  # fmt: skip


def _report(one: reports.Report, found: Dossier) -> Row:
    said = found.told.get(one.id)
    return {
        "report": one.kind, "period": one.period, "number": one.number, "zero": one.zero,
        "filed_on": one.filed_on.isoformat(), "confirmed_on": one.confirmed_on.isoformat() if one.confirmed_on else None,
        "lines": [{"code": line.code, "amount": yuan(line.amount_fen), "text": line.text} for line in one.lines],
        "reversed": one.reversed_by is not None, "reason": one.reason or None, "digest": one.digest,
        "said": said.row() if said else None, "faults": found.faults.get(one.id, []),
    }  # fmt: skip


def _entry(one: opened.Entry) -> Row:
    return {
        "kind": one.kind.code, "title": one.title or None, "happened_on": one.happened_on.isoformat(),
        "facts": one.facts, "source": one.source, "opened_on": one.on.isoformat(),
        "withdrawn_on": one.withdrawn[0].isoformat() if one.withdrawn else None,
        "withdrawn_reason": one.withdrawn[1] if one.withdrawn else None,
    }  # fmt: skip


def _question(one: owners.Question) -> Row:
    return {
        "kind": one.kind, "on": one.on.isoformat(), "text": one.text if one.answers else None,
        "answers": [
            {"outcome": said.outcome, "text": said.text, "speaker": said.speaker, "on": said.on.isoformat()}
            for said in one.answers
        ],
    }  # fmt: skip


def _approval(one: ledger.Approval) -> Row:
    return {
        "kind": one.kind, "number": one.number, "title": one.title, "decided_on": one.decided_on.isoformat(),
        "limit": yuan(one.limit_fen), "eligible": one.eligible, "present": one.present, "in_favour": one.in_favour,
        "passed": one.passed, "spent": yuan(one.spent_fen), "withdrawn": one.withdrawn or None,
    }  # fmt: skip


def estate(found: Dossier) -> Row:
    """The record of an estate."""
    return {
        "estate_code": found.view.code, "name": found.view.name, "fund": found.fund, "period": str(found.period),
        "accounts": [
            {"account_code": one.view.code, "type": one.view.type, "fund": fund_of(one.view.type), "bank": one.view.bank,
             "supervised_by": funds.supervised_by(one.view.type), "state": one.proven.state if one.proven else "unproven",
             "number": one.view.number_mask, "opened_on": one.view.opened_on.isoformat(),
             "statements_to": one.reached.isoformat() if one.reached else None, "balance": yuan(one.balance_fen)}
            for one in found.accounts
        ],
        "flow": _flow(found.flow),
        "balances": {
            fund: [{"month": str(month), "balance": yuan(fen)} for month, fen in points]
            for fund, points in found.balances.items()
        },
        "proofs": [_proof(one) for one in found.proofs],
        "unmatched": [{"account_code": one.account_code, "lines": one.lines, "in": yuan(one.in_fen),
                       "out": yuan(one.out_fen), "age_days": one.age_days} for one in found.unmatched],
        "calendar": [_cell(one) for one in found.cells],
        "reports": [_report(one, found) for one in found.filed],
        "approvals": [_approval(one) for one in found.approvals],
        "budget": [{"category": one.category, "budget": yuan(one.budget_fen), "actual": yuan(one.actual_fen),
                    "reason": one.reason or None} for one in found.budget],
        "opened": [_entry(entry) for one in found.standings for entry in one.entries]
        + [_entry(one) for one in found.withdrawn],
        "lacking": [{"kind": one.kind.code, "state": one.state} for one in found.lacking],
        "questions": [_question(one) for one in found.questions],
        "unanswered_questions": found.unanswered,
        "comparison": None if found.likes is None else {
            "alike": found.likes.said, "estates": found.likes.count, "since": found.likes.since.isoformat(),
            "until": found.likes.until.isoformat(),
            "measures": [{"code": one.code, "own": yuan(one.own), "quartiles": [yuan(one.at(at)) for at in range(5)]}
                         for one in found.likes.measures],
        },
    }  # fmt: skip


def missing_rows(found: Overview, missing: Sequence[reports.Missing]) -> list[Row]:
    """The list of what was not disclosed."""
    return [
        {
            "estate_code": one.estate_code, "name": found.names[one.estate_code], "street": one.street_code,
            "uscc": one.uscc, "enterprise": one.enterprise, "report": one.kind, "period": one.period,
            "due_on": one.due_on.isoformat(), "days_late": one.days_late,
        }
        for one in missing
    ]  # fmt: skip


def street_rows(found: Overview) -> list[Row]:
    """Streets with their tallies of a year."""
    return [{"street": row.code, "estates": row.estates, **_tally(row.tally), "unanswered_questions": row.unanswered}
            for row in found.streets]  # fmt: skip


def _tally(tally: Tally) -> Row:
    rate = tally.rate_bp
    percent = None if rate is None else f"{rate // 100}.{rate % 100:02d}"
    return {
        "due": tally.due,
        "in_time": tally.in_time,
        "late": tally.late,
        "missing": tally.missing,
        "in_time_percent": percent,
    }


def calendar_json(found: Overview) -> list[Row]:
    """Streets by months."""
    return [
        {"street": row.code, "month": str(month), **_tally(row.months[month])}
        for row in found.streets for month in found.months if month in row.months
    ]  # fmt: skip
