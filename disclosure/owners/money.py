"""The money of one estate as its owners read it: a quarter by source and use, a month line by line, one line.

Nothing here tells of another household. What homes pay (service fees, deposits, money held for somebody) is shown as one sum
a month, never line by line: a neighbour could tell by the amount who paid and who did not. Other lines that homes may have
paid carry no words of the bank, and phones, ID numbers and homes are blotted out of what remains.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.ledger import api as ledger
from portal.kernel.periods import Month, Quarter
from portal.kernel.personal import kinds_in

BETWEEN = "transfer_between"  # moves within the estate: neither earned nor spent
FOLDED = frozenset({"service_fee", "deposit", "transfer_refund"})
OF_HOUSEHOLDS = FOLDED | {"compensation", "parking"}
GROUPS = (("common", ("basic", "joint")), ("maintenance", ("maintenance",)), ("service", ("service",)))
_PERSONAL = re.compile(
    r"(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)"
    r"|[A-Za-z0-9一二三四五六七八九十]{1,4}\s*[栋座幢]\s*(?:[A-Za-z0-9一二三四五六七八九十]{1,4}\s*单元)?\s*\d*\s*[室房号户]?"
    r"|(?<!\d)\d{3,4}\s*[室房户](?!数)|(?<![\d-])\d{1,3}-\d{1,2}-\d{3,4}(?!\d)|(?<![\d-])\d{1,2}-\d{3,4}(?![\d-])"
)
BLOT = "＊＊＊"


@dataclass(frozen=True)
class Sum:
    """One source or use in a period, in fen; ``fen`` is not negative. ``category`` None: not classified."""

    category: str | None
    fen: int
    lines: int


@dataclass(frozen=True)
class Fold:
    """Payments of homes in a month as one sum: how many, and what came in and went out."""

    month: str
    account_type: str
    category: str | None
    in_fen: int
    out_fen: int
    lines: int


@dataclass(frozen=True)
class Group:
    """Accounts that belong together in a period: what came in, by source, and where it went; moves within left out."""

    name: str
    sources: tuple[Sum, ...]
    uses: tuple[Sum, ...]
    opening_fen: int | None
    closing_fen: int | None
    proven: bool

    @property
    def in_fen(self) -> int:
        """All that came in."""
        return sum(one.fen for one in self.sources)

    @property
    def out_fen(self) -> int:
        """All that went out."""
        return sum(one.fen for one in self.uses)

    @property
    def kept_fen(self) -> int:
        """What came in and did not go out; below zero where more went out."""
        return self.in_fen - self.out_fen


def last_quarter(today: date) -> Quarter:
    """The last quarter that is over."""
    return Quarter.of(today).previous


def groups(db: Session, estate_code: str, period: Quarter | Month) -> list[Group]:
    """An estate's accounts in a period, those it has; common money first."""
    accounts = funds.accounts(db, [estate_code])
    rows = ledger.totals(db, [estate_code], period.first, period.last)
    found = []
    for name, types in GROUPS:
        own = [one for one in accounts if one.type in types]
        if own:
            proofs = [ledger.proofs(db, one.code, [period])[0] for one in own]
            found.append(_group(name, [row for row in rows if row.account_type in types], proofs))
    return found


def _group(name: str, rows: Sequence[ledger.Total], proofs: Sequence[funds.Proof]) -> Group:
    counted = [row for row in rows if row.category != BETWEEN]
    return Group(
        name,
        _sums((row.category, row.in_fen, row.lines) for row in counted),
        _sums((row.category, row.out_fen, row.lines) for row in counted),
        _whole(proof.opening_fen for proof in proofs),
        _whole(proof.closing_fen for proof in proofs),
        all(proof.holds for proof in proofs),
    )


def _sums(rows: Iterable[tuple[str | None, int, int]]) -> tuple[Sum, ...]:
    """By category, the largest first."""
    found: dict[str | None, tuple[int, int]] = {}
    for category, fen, lines in rows:
        if fen:
            before = found.get(category, (0, 0))
            found[category] = (before[0] + fen, before[1] + lines)
    made = [Sum(category, *figures) for category, figures in found.items()]
    return tuple(sorted(made, key=lambda one: (-one.fen, one.category or "")))


def _whole(values: Iterable[int | None]) -> int | None:
    """The sum, unless one of them is not known."""
    known = list(values)
    return None if any(value is None for value in known) else sum(value for value in known if value is not None)


def is_folded(entry: ledger.Entry) -> bool:
    """Whether a line is a home's payment, or may be one until somebody has classified it."""
    unknown = entry.category is None and entry.amount_fen > 0 and entry.account_type in ("service", "maintenance")
    return unknown or entry.category in FOLDED


def lines(
    db: Session, estate_code: str, since: date, until: date, fund: str = "", category: str | None = None
) -> tuple[list[ledger.Entry], list[Fold]]:
    """An estate's lines of some days, the newest first, and what is folded into sums; of one fund (``GROUPS``) and category
    where they are named."""
    found = ledger.entries(db, estate_code=estate_code, since=since, until=until)
    types = dict(GROUPS).get(fund)
    chosen = [
        one
        for one in found
        if (category is None or one.category == category) and (types is None or one.account_type in types)
    ]
    chosen.sort(key=lambda one: (one.booked_on, one.seq, one.line_id, one.piece), reverse=True)
    return [one for one in chosen if not is_folded(one)], _folds(one for one in chosen if is_folded(one))


def _folds(entries: Iterable[ledger.Entry]) -> list[Fold]:
    found: dict[tuple[str, str, str | None], list[int]] = {}
    for one in entries:
        key = (str(Month.of(one.booked_on)), one.account_type, one.category)
        found.setdefault(key, []).append(one.amount_fen)
    ordered = sorted(found.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or ""), reverse=True)
    return [
        Fold(*key, sum(fen for fen in amounts if fen > 0), -sum(fen for fen in amounts if fen < 0), len(amounts))
        for key, amounts in ordered
    ]


def words(entry: ledger.Entry) -> str:
    """What an owner reads of a line: its public words, then the memo or the bank's where no home may have paid it."""
    from_households = entry.category in OF_HOUSEHOLDS or (entry.category is None and entry.amount_fen > 0)
    said = "" if from_households else entry.memo or entry.summary
    return f"{entry.words} {said}".strip() if said and said != entry.words else entry.words


def shown(entry: ledger.Entry) -> str:
    """`words` with what tells of a person blotted out; where a number of a person remains, the public words alone."""
    plain = _PERSONAL.sub(BLOT, words(entry))
    return plain if not kinds_in(plain) else _PERSONAL.sub(BLOT, entry.words)
