"""What other slices may know of the ledger: categories, entries, totals, vouchers, approvals, budgets."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.ledger import papers, queries
from disclosure.ledger.books import Books as Books
from disclosure.ledger.books import Mismatch as Mismatch
from disclosure.ledger.books import books as books
from disclosure.ledger.books import proofs as proofs
from disclosure.ledger.categories import Category as Category
from disclosure.ledger.categories import by_code as category_by_code
from disclosure.ledger.categories import categories as categories
from disclosure.ledger.categories import name_of as category_name
from disclosure.ledger.decisions import Figures as Figures
from disclosure.ledger.jobs import jobs as jobs
from disclosure.ledger.service.classifying import Choice as Choice
from disclosure.ledger.service.classifying import classify as classify
from disclosure.ledger.service.classifying import correct as correct
from disclosure.ledger.service.classifying import key_of as key_of
from disclosure.ledger.service.classifying import split as split
from disclosure.ledger.service.posting import Piece as Piece
from disclosure.ledger.service.rules import apply_many as apply_many
from disclosure.ledger.service.spending import Vote as Vote
from disclosure.ledger.service.spending import explain as explain_variance
from disclosure.ledger.service.spending import record_vote as record_vote
from disclosure.ledger.service.spending import set_budget as set_budget
from disclosure.ledger.service.spending import spend as spend
from disclosure.ledger.service.vouchers import add as add_voucher
from disclosure.ledger.service.vouchers import release as release_voucher
from disclosure.ledger.shapes import Approval as Approval
from disclosure.ledger.shapes import Breach as Breach
from disclosure.ledger.shapes import BudgetLine as BudgetLine
from disclosure.ledger.shapes import Entry as Entry
from disclosure.ledger.shapes import Total as Total
from disclosure.ledger.shapes import Unmatched as Unmatched
from disclosure.ledger.shapes import Voucher as Voucher

__all__ = [
    "Books",
    "Mismatch",
    "books",
    "add_voucher",
    "apply_many",
    "Choice",
    "classify",
    "correct",
    "explain_variance",
    "Figures",
    "jobs",
    "key_of",
    "proofs",
    "Piece",
    "record_vote",
    "release_voucher",
    "set_budget",
    "spend",
    "split",
    "Vote",
    "Approval",
    "Breach",
    "BudgetLine",
    "Category",
    "Entry",
    "Total",
    "Unmatched",
    "Voucher",
    "approvals_of",
    "breaches_of",
    "budget_against_actual",
    "categories",
    "category_by_code",
    "category_name",
    "entries",
    "entry_of_ref",
    "totals",
    "unmatched",
    "vouchers_of",
]


def entries(
    db: Session, *, estate_code: str | None = None, account_code: str | None = None, since: date, until: date
) -> list[Entry]:
    """Every piece of every bank line of an estate or of an account, both days included, by day.

    NotFound for an account that is not there; an estate without accounts has no entries.
    """
    if account_code is not None:
        return queries.entries_of(db, [funds.account(db, account_code)], since, until)
    return queries.entries_of(db, funds.accounts(db, [estate_code or ""]), since, until)


def entry_of_ref(db: Session, ref: str) -> list[Entry]:
    """The pieces of the line that a reference (``fund-line:YEAR-ID``) names. NotFound without it."""
    line = funds.line(db, *key_of(ref))
    found = queries.entries_of(db, [funds.account(db, line.account_code)], line.booked_on, line.booked_on)
    return [entry for entry in found if entry.ref == line.ref]


def totals(db: Session, estate_codes: Collection[str], since: date, until: date, by_month: bool = False) -> list[Total]:
    """In and out of some estates by type of account, category (None: not classified) and month, in that order."""
    return queries.totals_of(db, funds.accounts(db, estate_codes), since, until, by_month)


def unmatched(db: Session, *, on: date, estate_codes: Collection[str] | None = None) -> list[Unmatched]:
    """Accounts with lines that nobody classified by the day, with their age; of some estates only when they are given."""
    return queries.unmatched_of(db, funds.accounts(db, estate_codes), on)


def vouchers_of(db: Session, refs: Collection[str]) -> list[Voucher]:
    """Vouchers attached to lines named by references, by reference and title."""
    return papers.vouchers_of(db, {key_of(ref) for ref in refs})


def approvals_of(db: Session, estate_code: str) -> list[Approval]:
    """Decisions on spending of an estate, the newest first."""
    return papers.approvals_of(db, [estate_code])


def breaches_of(db: Session, estate_code: str, since: date, until: date) -> list[Breach]:
    """Spending in some days that lacks the decision or the paper that a rule asks for, by day."""
    found = entries(db, estate_code=estate_code, since=since, until=until)
    return papers.breaches(db, found, papers.approvals_of(db, [estate_code]))


def budget_against_actual(db: Session, estate_code: str, year: int) -> list[BudgetLine]:
    """Budget and actual figures of a year by category, in the order of reports."""
    return papers.budget_lines(db, estate_code, year)
