"""Books = bank proof: opening + in - out = closing = the bank's balance, to the fen, for any period of an account.

The books run on from the opening balance of the account's earliest statement through every line since. The bank's
balance at a day is the closing balance of the first statement that reaches it, less the lines after the day. What does
not add up inside a statement, or between two, makes every proof red that it lies in, with its place.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from disclosure.funds import queries
from disclosure.funds.models import FundStatement
from disclosure.funds.statements import camt053, mt940, ofx
from portal.kernel.formats import money_figure
from portal.kernel.i18n import lazy
from portal.kernel.periods import Month, Quarter, Year

ONE_DAY = timedelta(days=1)
LONGEST_REST = 10  # no run of days off is longer, so a bank that delivers every working day leaves out no more days
BANK_IS_EXPECTED = frozenset({"lines", "ledger"})  # flaws whose expected figure is the bank's
STATE_THEIR_DAYS = frozenset({camt053.FORMAT, mt940.FORMAT, ofx.FORMAT})
Moved = Callable[[date, date], queries.Sums]  # what moved between two days, both included


@dataclass(frozen=True)
class Flaw:
    """Something that does not add up: where it stands, what was expected and what stands there (fen).

    ``since`` and ``until``: it may lie on any day from the one, or ``on``, to the other; a gap lies on all of its days.
    """

    kind: str
    on: date
    place: str
    expected_fen: int
    found_fen: int
    statement_id: str
    since: date | None = None
    until: date | None = None

    def touches(self, first: date, last: date) -> bool:
        """Whether it lies in those days."""
        return min(self.on, self.since or self.on) <= last and max(self.on, self.until or self.on) >= first

    @property
    def difference_fen(self) -> int:
        """How far it is off: what the bank states less what is worked out from lines, as stored or posted."""
        off = self.found_fen - self.expected_fen
        return -off if self.kind in BANK_IS_EXPECTED else off


@dataclass(frozen=True)
class Proof:
    """A proof of a period in fen. ``bank_fen`` None: no statement reaches the period's end; then nothing is proven."""

    account_code: str
    first: date
    last: date
    opening_fen: int | None
    in_fen: int
    out_fen: int
    bank_fen: int | None
    flaws: tuple[Flaw, ...]

    @property
    def closing_fen(self) -> int | None:
        """What the books say at the end."""
        return None if self.opening_fen is None else self.opening_fen + self.in_fen - self.out_fen

    @property
    def proven(self) -> bool:
        """Whether there is a bank balance to compare with."""
        return self.closing_fen is not None and self.bank_fen is not None

    @property
    def difference_fen(self) -> int | None:
        """Bank less books; where they agree, how far the first flaw of the period is off."""
        if self.closing_fen is None or self.bank_fen is None:
            return None
        off = self.bank_fen - self.closing_fen
        return off or next((flaw.difference_fen for flaw in self.flaws if flaw.difference_fen), 0)

    @property
    def holds(self) -> bool:
        """Whether the books equal the bank's balance and nothing in the period is off."""
        return self.proven and self.difference_fen == 0 and not self.flaws


def proof(db: Session, account_code: str, period: Month | Quarter | Year) -> Proof:
    """The proof of a month, quarter or year. NotFound without the account."""
    queries.account(db, account_code)
    return proof_between(db, account_code, period.first, period.last)


def proof_between(db: Session, account_code: str, first: date, last: date) -> Proof:
    """The proof of any days, both included."""
    listed = standing(queries.statements(db, account_code))

    def moved(since: date, until: date) -> queries.Sums:
        return queries.sums(db, account_code, since, until)

    return _proof(account_code, listed, flaws(db, account_code, listed), moved, first, last)


def proofs(db: Session, account_code: str, periods: Sequence[Month | Quarter | Year]) -> list[Proof]:
    """The proofs of many periods of an account from one reading of its statements and one sum of its days."""
    listed = standing(queries.statements(db, account_code))
    found, moved = flaws(db, account_code, listed), queries.DaySums(queries.days(db, account_code)).between
    return [_proof(account_code, listed, found, moved, period.first, period.last) for period in periods]


def _proof(
    code: str, listed: Sequence[FundStatement], found: Sequence[Flaw], moved: Moved, first: date, last: date
) -> Proof:
    sums = moved(first, last)
    opening = _books_at(moved, listed, first - ONE_DAY, first)
    touching = tuple(flaw for flaw in found if flaw.touches(first, last))
    return Proof(code, first, last, opening, sums.in_fen, sums.out_fen, _bank_at(moved, listed, last), touching)


def standing(listed: Sequence[FundStatement]) -> list[FundStatement]:
    """Statements less those that the bank delivered again, right this time: covered, with all the days of their lines, by
    a later one without flaws."""
    flawed = {one.id for one in listed if json.loads(one.flaws)}
    sound = [one for one in listed if one.id not in flawed]
    return [one for one in listed if one.id not in flawed or not any(_replaces(other, one) for other in sound)]


def _replaces(other: FundStatement, one: FundStatement) -> bool:
    off = [flaw.on for flaw in inner_flaws(one)]
    first, last = min([one.from_on, *off]), max([one.to_on, *off])
    return other.recorded_at > one.recorded_at and other.from_on <= first and other.to_on >= last


def _anchor(listed: Sequence[FundStatement]) -> FundStatement | None:
    """The earliest statement that knows its opening balance."""
    known = [one for one in listed if one.opening_fen is not None]
    return min(known, key=lambda one: (one.from_on, one.to_on, one.number), default=None)


def _books_at(moved: Moved, listed: Sequence[FundStatement], day: date, first: date | None = None) -> int | None:
    """What the books say at the end of a day; None before they begin. For the opening of a period that begins at
    ``first``, books that begin within its first month will do: the account had no earlier statement."""
    anchor = _anchor(listed)
    if anchor is None or anchor.opening_fen is None:
        return None
    if day < anchor.from_on - ONE_DAY:
        begins_with_it = first is not None and anchor.from_on <= Month(first.year, first.month).last
        return anchor.opening_fen if begins_with_it else None
    return anchor.opening_fen + moved(anchor.from_on, day).net


def _bank_at(moved: Moved, listed: Sequence[FundStatement], day: date) -> int | None:
    """The bank's balance at the end of a day; None when no statement reaches it."""
    reaching = [one for one in listed if one.to_on >= day and one.closing_fen is not None]
    if not reaching:
        return None
    nearest = min(one.to_on for one in reaching)
    chosen = [one for one in reaching if one.to_on == nearest][-1]
    assert chosen.closing_fen is not None
    return chosen.closing_fen - (moved(day + ONE_DAY, nearest).net if nearest > day else 0)


def flaws(db: Session, code: str, listed: Sequence[FundStatement]) -> list[Flaw]:
    """Everything that does not add up: inside statements, as found when they came, and between one and the next."""
    found = [flaw for one in listed for flaw in inner_flaws(one)]
    return sorted(found + _between(listed), key=lambda flaw: (flaw.on, flaw.place))


def inner_flaws(one: FundStatement) -> list[Flaw]:
    """What does not add up inside a statement, as found when it came. A line of a day that it does not cover makes wrong
    what it says of its own days, and of those up to the line."""
    found = []
    for kind, on, place, expected, stands in json.loads(one.flaws):
        days = (one.from_on, one.to_on) if kind == "outside" else (None, None)
        found.append(Flaw(kind, date.fromisoformat(on), place, expected, stands, one.id, *days))
    return found


def _between(listed: Sequence[FundStatement]) -> list[Flaw]:
    """Where a statement does not begin with the balance at which the one before it ended, or leaves days between them that
    no bank leaves.

    Statements that overlap are compared through the books by the proof itself.
    """
    found = []
    known = [one for one in listed if one.opening_fen is not None and one.closing_fen is not None]
    for before, after in zip(known, known[1:], strict=False):
        if after.from_on < before.to_on or before.closing_fen is None or after.opening_fen is None:
            continue
        leap = before.closing_fen != after.opening_fen
        if leap or _leaves_days_out(before, after):
            kind = "gap" if after.from_on > before.to_on + ONE_DAY else "break"
            since = min(before.to_on + ONE_DAY, after.from_on)
            figures = (before.closing_fen, after.opening_fen)
            found.append(Flaw(kind, after.from_on, place_of(after), *figures, after.id, since))
    return found


def _leaves_days_out(before: FundStatement, after: FundStatement) -> bool:
    """Whether days are missing although the balance is the same: what came in on them may have gone out again. Only where
    both files state their days; those of a sheet may begin with its first line."""
    days = (after.from_on - before.to_on).days - 1
    return days > LONGEST_REST and {before.format, after.format} <= STATE_THEIR_DAYS


def overlaps(db: Session, code: str, listed: Sequence[FundStatement], new: Collection[str]) -> list[Flaw]:
    """Where statements of which one is new cover the same days, and one ends with another balance than the joined books."""
    found = []
    for place, one in enumerate(listed):
        others = [other for other in listed if other.id != one.id and (one.id in new or other.id in new)]
        goes_on = any(other.to_on == one.to_on for other in listed[place + 1 :])
        if one.closing_fen is None or goes_on or not any(_share_days(one, other) for other in others):
            continue
        books = _books_at(lambda since, until: queries.sums(db, code, since, until), listed, one.to_on)
        if books is not None and books != one.closing_fen:
            found.append(Flaw("books", one.to_on, place_of(one), books, one.closing_fen, one.id))
    return found


def _share_days(one: FundStatement, other: FundStatement) -> bool:
    """More than the day on which one ends and the other begins."""
    return one.from_on < other.to_on and other.from_on < one.to_on


def place_of(statement: FundStatement) -> str:
    """How a statement is named to a person."""
    days = f"{statement.from_on.isoformat()}/{statement.to_on.isoformat()}"
    return f"{days} {statement.number}".strip()


_SENTENCES = {
    "sum": lazy(
        "%(place)s：期初余额加收入减支出应为%(expected)s元，期末余额是%(found)s元，银行减明细相差%(difference)s元。"
    ),
    "line": lazy("%(place)s：这一笔之后的余额应为%(expected)s元，文件是%(found)s元，银行减明细相差%(difference)s元。"),
    "outside": lazy(
        "%(place)s：这一笔（%(found)s元）记在%(day)s，不在对账单的起止日期%(since)s至%(until)s之内。"
        "请撤回这份对账单，由银行更正后重新导入。"
    ),
    "reference": lazy("%(place)s：同一流水号以前是%(expected)s元，现在是%(found)s元。"),
    "gap": lazy(
        "%(place)s：与上一份对账单之间缺少明细，上期期末%(expected)s元，本期期初%(found)s元。请补传缺少的对账单。"
    ),
    "break": lazy("%(place)s：期初余额与上一份对账单的期末余额不同，上期%(expected)s元，本期%(found)s元。"),
    "books": lazy("%(place)s：账面余额%(expected)s元，对账单期末余额%(found)s元，银行减账面相差%(difference)s元。"),
    "changed": lazy("%(place)s：%(day)s的这笔流水与银行交付时不同。"),
    "lines": lazy(
        "%(place)s：这份对账单的明细净额应为%(expected)s元，现存%(found)s元，银行减现存相差%(difference)s元。"
    ),
    "ledger": lazy("%(place)s：%(day)s的这笔流水，银行流水减台账各部分合计相差%(difference)s元。"),
}


def sentence(flaw: Flaw) -> str:
    """A flaw in one sentence."""
    return str(_SENTENCES[flaw.kind]) % {
        "place": flaw.place,
        "day": flaw.on.isoformat(),
        "since": (flaw.since or flaw.on).isoformat(),
        "until": (flaw.until or flaw.on).isoformat(),
        "expected": money_figure(flaw.expected_fen),
        "found": money_figure(flaw.found_fen),
        "difference": money_figure(flaw.difference_fen),
    }


def print_fen(fen: int) -> str:
    """Fen as yuan with two decimals.

    >>> print_fen(-5), print_fen(123450)
    ('-0.05', '1234.50')
    """
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
