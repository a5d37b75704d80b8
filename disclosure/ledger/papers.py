"""Reads of vouchers, approvals and budgets."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from disclosure.funds import api as funds
from disclosure.ledger import decisions, queries
from disclosure.ledger.categories import by_code, categories
from disclosure.ledger.decisions import Figures, SpendingRule
from disclosure.ledger.models import (
    FundApproval,
    FundApprovalStep,
    FundBudget,
    FundVariance,
    LedgerAttachment,
    LedgerVoucher,
    LedgerVoucherCopy,
)
from disclosure.ledger.queries import Key
from disclosure.ledger.shapes import Approval, Breach, BudgetLine, Entry, Voucher


def copy_of(db: Session, voucher_id: str) -> LedgerVoucherCopy | None:
    """The newest row about the redacted copy of a voucher; an empty hash means that it was taken back."""
    query = select(LedgerVoucherCopy).where(LedgerVoucherCopy.voucher_id == voucher_id)
    return db.scalars(query.order_by(LedgerVoucherCopy.seq.desc()).limit(1)).one_or_none()


def public_copy(db: Session, sha256: str) -> LedgerVoucherCopy | None:
    """A redacted copy that is public now."""
    newest = aliased(LedgerVoucherCopy)
    later = exists().where(newest.voucher_id == LedgerVoucherCopy.voucher_id, newest.seq > LedgerVoucherCopy.seq)
    query = select(LedgerVoucherCopy).where(LedgerVoucherCopy.public_sha256 == sha256, ~later)
    return db.scalars(query.limit(1)).first() if sha256 else None


def _copies(db: Session, ids: Collection[str]) -> dict[str, LedgerVoucherCopy]:
    query = select(LedgerVoucherCopy).where(LedgerVoucherCopy.voucher_id.in_(ids)).order_by(LedgerVoucherCopy.seq)
    return {row.voucher_id: row for row in db.scalars(query)}


def _view(row: LedgerVoucher, copy: LedgerVoucherCopy | None, key: Key | None) -> Voucher:
    return Voucher(
        id=row.id, ref=f"fund-line:{key[0]}-{key[1]}" if key else "", estate_code=row.estate_code, kind=row.kind,
        title=row.title, on=row.on, original_sha256=row.original_sha256, media_type=row.media_type,
        sha256=copy.public_sha256 or None if copy else None, public_media_type=copy.media_type if copy else "",
    )  # fmt: skip


def vouchers_of(db: Session, keys: Collection[Key]) -> list[Voucher]:
    """Vouchers that are attached to lines now, by line and title."""
    newest = aliased(LedgerAttachment)
    later = exists().where(
        newest.year == LedgerAttachment.year,
        newest.line_id == LedgerAttachment.line_id,
        newest.voucher_id == LedgerAttachment.voucher_id,
        newest.seq > LedgerAttachment.seq,
    )
    mine = tuple_(LedgerAttachment.year, LedgerAttachment.line_id).in_(list(keys))
    query = (
        select(LedgerVoucher, LedgerAttachment.year, LedgerAttachment.line_id)
        .join(LedgerAttachment, LedgerAttachment.voucher_id == LedgerVoucher.id)
        .where(mine, LedgerAttachment.step == "on", ~later)
        .order_by(LedgerAttachment.year, LedgerAttachment.line_id, LedgerVoucher.title, LedgerVoucher.id)
    )
    rows = db.execute(query).all() if keys else []
    copies = _copies(db, {row.id for row, _year, _line in rows})
    return [_view(row, copies.get(row.id), (year, line_id)) for row, year, line_id in rows]


def vouchers_of_estate(db: Session, estate_code: str, limit: int = 200) -> list[Voucher]:
    """An estate's vouchers, the newest first, without the lines that they belong to."""
    query = select(LedgerVoucher).where(LedgerVoucher.estate_code == estate_code)
    rows = list(db.scalars(query.order_by(LedgerVoucher.recorded_at.desc(), LedgerVoucher.id).limit(limit)))
    copies = _copies(db, {row.id for row in rows})
    return [_view(row, copies.get(row.id), None) for row in rows]


def voucher(db: Session, voucher_id: str) -> Voucher | None:
    """One voucher."""
    row = db.get(LedgerVoucher, voucher_id)
    return _view(row, copy_of(db, voucher_id), None) if row else None


def lines_of_voucher(db: Session, voucher_id: str) -> list[Key]:
    """The lines that a voucher is attached to now."""
    query = select(LedgerAttachment).where(LedgerAttachment.voucher_id == voucher_id).order_by(LedgerAttachment.seq)
    last = {(row.year, row.line_id): row.step for row in db.scalars(query)}
    return sorted(key for key, step in last.items() if step == "on")


# --- approvals --------------------------------------------------------------------------------------------------------


def approvals_of(db: Session, estate_codes: Collection[str]) -> list[Approval]:
    """Decisions on spending of some estates, the newest first, with what was spent under them."""
    query = select(FundApproval).where(FundApproval.estate_code.in_(estate_codes))
    rows = list(db.scalars(query.order_by(FundApproval.decided_on.desc(), FundApproval.number, FundApproval.id)))
    spent, gone = _spending(db, [row.id for row in rows])
    amounts = _amounts(db, {key for keys in spent.values() for key in keys})
    return [_approval(row, spent.get(row.id, []), amounts, gone.get(row.id, "")) for row in rows]


def _spending(db: Session, ids: Collection[str]) -> tuple[dict[str, list[Key]], dict[str, str]]:
    query = select(FundApprovalStep).where(FundApprovalStep.approval_id.in_(ids)).order_by(FundApprovalStep.seq)
    last: dict[str, dict[Key, str]] = defaultdict(dict)
    gone: dict[str, str] = {}
    for row in db.scalars(query):
        if row.step == "withdrawn":
            gone[row.approval_id] = row.reason
        else:
            last[row.approval_id][row.year, row.line_id] = row.step
    return {code: sorted(k for k, step in own.items() if step == "spent") for code, own in last.items()}, gone


def _amounts(db: Session, keys: Collection[Key]) -> dict[Key, int]:
    return {key: sum(abs(row.amount_fen) for row in rows) for key, rows in queries.standing_of(db, keys).items()}


def _approval(row: FundApproval, keys: list[Key], amounts: dict[Key, int], withdrawn: str) -> Approval:
    heads = Figures(row.eligible, row.present, row.in_favour)
    areas = (row.eligible_area_centi, row.present_area_centi, row.favour_area_centi)
    area = None if None in areas else Figures(*(int(one or 0) for one in areas))
    return Approval(
        id=row.id, estate_code=row.estate_code, kind=row.kind, number=row.number, title=row.title,
        decided_on=row.decided_on, limit_fen=row.limit_fen, eligible=row.eligible, present=row.present,
        in_favour=row.in_favour, eligible_area_centi=row.eligible_area_centi,
        present_area_centi=row.present_area_centi, favour_area_centi=row.favour_area_centi,
        document_sha256=row.document_sha256, passed=decisions.passed(row.kind, heads, area),
        spent_fen=sum(amounts.get(key, 0) for key in keys),
        refs=tuple(f"fund-line:{year}-{line_id}" for year, line_id in keys), withdrawn=withdrawn,
    )  # fmt: skip


def breaches(db: Session, entries: Collection[Entry], approvals: Collection[Approval]) -> list[Breach]:
    """What is wrong with the spending among some entries, by day; each line is judged by the first rule that speaks of it."""
    under = {ref: one for one in approvals if not one.withdrawn for ref in one.refs}
    settled = {
        one.ref
        for one in vouchers_of(db, [(e.year, e.line_id) for e in entries if e.vouchers and e.kind == "repair"])
        if one.kind in ("settlement", "invoice")
    }
    lines: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.amount_fen < 0:
            lines[entry.ref].append(entry)
    found = []
    for ref, pieces in lines.items():
        found += _breaches(pieces, under.get(ref), ref in settled)
    return sorted(found, key=lambda one: (one.entry.booked_on, one.entry.ref, one.code))


def needed(pieces: Collection[Entry]) -> SpendingRule | None:
    """The first rule that speaks of a line's pieces."""
    return next((rule for rule in decisions.spending_rules() if _amount(rule, pieces) >= rule.from_fen), None)


def _amount(rule: SpendingRule, pieces: Collection[Entry]) -> int:
    return sum(
        -piece.amount_fen
        for piece in pieces
        if piece.account_type in rule.account_types
        and piece.kind in rule.kinds
        and piece.category not in rule.except_categories
    )


def _breaches(pieces: list[Entry], approval: Approval | None, has_settlement: bool) -> list[Breach]:
    found, entry, rule, check = [], pieces[0], needed(pieces), decisions.price_check()
    if rule is not None:
        found += [Breach(code, entry, rule.text, rule.source, approval) for code in _faults(rule, entry, approval)]
    if _amount(check, pieces) >= check.from_fen and not has_settlement:
        found.append(Breach("price_check", entry, check.text, check.source, approval))
    return found


def _faults(rule: SpendingRule, entry: Entry, approval: Approval | None) -> list[str]:
    if approval is None:
        return ["missing"]
    faults = []
    if rule.needs == "owners" and approval.kind != "owners":
        faults.append("wrong_kind")
    if not approval.passed:
        faults.append("not_passed")
    if approval.decided_on > entry.booked_on:
        faults.append("later")
    if approval.spent_fen > approval.limit_fen:
        faults.append("over")
    return faults


# --- budgets ----------------------------------------------------------------------------------------------------------


def budgets(db: Session, estate_code: str, year: int) -> dict[str, FundBudget]:
    """The newest budget of each category of a year."""
    query = select(FundBudget).where(FundBudget.estate_code == estate_code, FundBudget.year == year)
    return {row.category: row for row in db.scalars(query.order_by(FundBudget.version))}


def variances(db: Session, estate_code: str, year: int) -> dict[str, FundVariance]:
    """The newest reason for each category of a year."""
    query = select(FundVariance).where(FundVariance.estate_code == estate_code, FundVariance.year == year)
    return {row.category: row for row in db.scalars(query.order_by(FundVariance.version))}


def last_version(db: Session, model: type[FundBudget] | type[FundVariance], estate: str, year: int, code: str) -> int:
    """The number of the newest version of a category's budget or reason; 0 for none."""
    mine = (model.estate_code == estate, model.year == year, model.category == code)
    return int(db.scalar(select(func.coalesce(func.max(model.version), 0)).where(*mine)) or 0)


def budget_lines(db: Session, estate_code: str, year: int) -> list[BudgetLine]:
    """Budget against actual of a year, in the order of reports; only categories with one or the other."""
    made, why = budgets(db, estate_code, year), variances(db, estate_code, year)
    accounts = funds.accounts(db, [estate_code])
    actual: dict[str, int] = defaultdict(int)
    for total in queries.totals_of(db, accounts, date(year, 1, 1), date(year, 12, 31), False):
        if total.category:
            sign = 1 if by_code()[total.category].kind == "income" else -1
            actual[total.category] += sign * total.net_fen
    listed = [one.code for one in categories() if one.code in made or one.code in actual]
    return [_budget_line(code, made.get(code), actual.get(code, 0), why.get(code)) for code in listed]


def _budget_line(code: str, made: FundBudget | None, actual: int, why: FundVariance | None) -> BudgetLine:
    budget = made.amount_fen if made else None
    off = abs(actual - budget) * 10_000 if budget is not None else 0
    needs = budget is not None and off > decisions.variance_bp() * budget
    return BudgetLine(
        category=code, kind=by_code()[code].kind, budget_fen=budget, actual_fen=actual,
        off_bp=off // budget if budget else None, reason=why.reason if why else "", needs_reason=needs,
    )  # fmt: skip
