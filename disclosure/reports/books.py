"""What a report says by the books: its lines and the proofs of the accounts behind it, to the fen.

One reads an account's proof as everybody sees it; many at once come from monthly sums and the balances that statements
end with, which is the same figure wherever nothing is flawed.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.ledger import api as ledger
from disclosure.reports.matrix import Kind
from disclosure.reports.periods import Span
from disclosure.reports.words import UNMATCHED
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _


@dataclass(frozen=True)
class Line:
    """A line before it is filed: an amount in fen or a text."""

    code: str
    amount_fen: int | None
    text: str = ""


@dataclass(frozen=True)
class Draft:
    """What the books say of a period. ``flaws``: why the bank's proof does not hold, as sentences."""

    lines: tuple[Line, ...]
    proof: tuple[dict[str, Any], ...]
    flaws: tuple[str, ...] = ()

    @property
    def is_zero(self) -> bool:
        """Nothing moved in the period."""
        return all(line.code in ("opening", "closing") for line in self.lines)

    @property
    def digest(self) -> str:
        """What a form that showed it carries: another digest later means that the books have moved."""
        return digest(self.lines, self.proof)


def digest(lines: Sequence[Any], proof: Sequence[dict[str, Any]]) -> str:
    """SHA-256 over lines (code, amount, text) and proofs."""
    said = [[[line.code, line.amount_fen, line.text] for line in lines], list(proof)]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


EMPTY = Draft((), ())


def draft(db: Session, kind: Kind, estate_code: str, span: Span) -> Draft:
    """What the books say of an estate's accounts of a kind. DomainError while statements of an account do not reach the period's end.

    Kinds that do not come from the books have an empty draft.
    """
    if not kind.from_books:
        return EMPTY
    accounts = [a for a in funds.accounts(db, [estate_code]) if a.type in kind.accounts and a.opened_on <= span.last]
    if not accounts:
        raise DomainError(_("这个小区没有登记相应的账户，请先登记账户。"))
    proofs = [_proof(db, account, span) for account in accounts]
    for account, one in zip(accounts, proofs, strict=True):
        if not one.proven:
            text = _(
                "账户%(code)s（%(mask)s）的银行对账单没有到这一期的期末，请先导入。",
                code=account.code,
                mask=account.number_mask,
            )
            raise DomainError(text)
    rows = [_proof_row(account, one) for account, one in zip(accounts, proofs, strict=True)]
    flaws = [text for one in proofs for text in _flaws(one)]
    moved = [
        row for row in ledger.totals(db, [estate_code], span.first, span.last) if row.account_type in kind.accounts
    ]
    return Draft(tuple(book_lines(rows, moved)), tuple(rows), tuple(flaws))


def _proof(db: Session, account: funds.AccountView, span: Span) -> funds.Proof:
    """An account's proof of a period, from the day on which it was opened."""
    return funds.proof_between(db, account.code, max(span.first, account.opened_on), span.last)


def _proof_row(account: funds.AccountView, one: funds.Proof) -> dict[str, Any]:
    return {
        "account": account.code, "type": account.type, "mask": account.number_mask, "opening": one.opening_fen,
        "in": one.in_fen, "out": one.out_fen, "closing": one.closing_fen, "bank": one.bank_fen, "holds": one.holds,
    }  # fmt: skip


def _flaws(one: funds.Proof) -> list[str]:
    found = [f"{one.account_code}：{funds.flaw_sentence(flaw)}" for flaw in one.flaws]
    if one.difference_fen and not one.flaws:
        yuan = funds.print_fen(one.difference_fen)
        found.append(_("账户%(code)s的银行余额减账面余额相差%(yuan)s元。", code=one.account_code, yuan=yuan))
    return found


def book_lines(proof: Sequence[dict[str, Any]], moved: Sequence[ledger.Total]) -> list[Line]:
    """Opening, in by category, out by category, closing; categories in the order of reports, what is unmatched last."""
    order = {one.code: place for place, one in enumerate(ledger.categories())}
    sides: dict[str, dict[str, int]] = {"in": {}, "out": {}}
    for row in moved:
        for side, fen in (("in", row.in_fen), ("out", row.out_fen)):
            code = row.category or UNMATCHED
            sides[side][code] = sides[side].get(code, 0) + fen
    lines = [Line("opening", sum(row["opening"] for row in proof))]
    for side in ("in", "out"):
        listed = sorted(sides[side].items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))
        lines += [Line(f"{side}:{code}", fen) for code, fen in listed if fen]
    return [*lines, Line("closing", sum(row["closing"] for row in proof))]


def drafts(db: Session, kind: Kind, estate_codes: Collection[str], span: Span) -> dict[str, Draft]:
    """The drafts of many estates at once, with a bounded number of questions; estates whose statements do not reach the
    period's end, or without an account of the kind, are left out."""
    accounts: dict[str, list[funds.AccountView]] = {}
    for one in funds.accounts(db, estate_codes):
        if one.type in kind.accounts and one.opened_on <= span.last:
            accounts.setdefault(one.estate_code, []).append(one)
    codes = [one.code for listed in accounts.values() for one in listed]
    stated = funds.stated(db, codes, span.last)
    moved: dict[str, list[ledger.Total]] = {}
    for row in ledger.totals(db, list(accounts), span.first, span.last):
        if row.account_type in kind.accounts:
            moved.setdefault(row.estate_code, []).append(row)
    found = {}
    for estate, listed in accounts.items():
        proofs = [_quick(db, one, stated.get(one.code, ()), span) for one in listed]
        if all(one.proven for one in proofs):
            rows = [_proof_row(account, one) for account, one in zip(listed, proofs, strict=True)]
            flaws = tuple(text for one in proofs for text in _flaws(one))
            found[estate] = Draft(tuple(book_lines(rows, moved.get(estate, ()))), tuple(rows), flaws)
    return found


def _quick(db: Session, account: funds.AccountView, listed: Sequence[funds.Stated], span: Span) -> funds.Proof:
    """An account's proof: read off its statements where they follow one another without a flaw, else worked out."""
    within = [one for one in listed if one.from_on >= span.first and one.to_on <= span.last]
    opening, closing = (within[0].opening_fen, within[-1].closing_fen) if within else (None, None)
    is_plain = bool(within) and (within[0].from_on, within[-1].to_on) == (span.first, span.last)
    if not is_plain or opening is None or closing is None or not _chained(listed):
        return _proof(db, account, span)
    into, out = sum(one.in_fen for one in within), sum(one.out_fen for one in within)
    return funds.Proof(account.code, span.first, span.last, opening, into, out, closing, ())


def _chained(listed: Sequence[funds.Stated]) -> bool:
    """Each statement adds up and begins on the day and with the balance with which the one before it ended."""
    for before, after in zip(listed, listed[1:], strict=False):
        if after.from_on != before.to_on + timedelta(days=1) or after.opening_fen != before.closing_fen:
            return False
    return all(
        not one.flawed and one.opening_fen is not None and one.opening_fen + one.in_fen - one.out_fen == one.closing_fen
        for one in listed
    )
