"""Reads of the ledger; sums are made by the database, in integer fen."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, null, select, tuple_
from sqlalchemy.orm import Session, aliased

from disclosure.funds import api as funds
from disclosure.ledger.models import LedgerAct, LedgerAttachment, LedgerPosting, LedgerRule, LedgerVoucher
from disclosure.ledger.shapes import Entry, Total, Unmatched

Key = tuple[int, int]  # year and id of a bank line
_KEYS_AT_ONCE = 5_000


def standing() -> ColumnElement[bool]:
    """Postings that no other one reverses."""
    other = aliased(LedgerPosting)
    gone = exists().where(other.year == LedgerPosting.year, other.reverses == LedgerPosting.id)
    return (LedgerPosting.step == "post") & ~gone


def claimed(year: Any, line_id: Any) -> ColumnElement[bool]:
    """Whether a line has a posting that stands."""
    return exists().where(LedgerPosting.year == year, LedgerPosting.line_id == line_id, standing())


def standing_of(db: Session, keys: Iterable[Key]) -> dict[Key, list[LedgerPosting]]:
    """The postings that stand on lines, by piece."""
    found: dict[Key, list[LedgerPosting]] = defaultdict(list)
    for row in _of_keys(db, keys, standing()):
        found[row.year, row.line_id].append(row)
    return found


def last_seq(db: Session, keys: Iterable[Key]) -> dict[Key, int]:
    """The number of the last act on each line that had one."""
    found: dict[Key, int] = {}
    listed = list(keys)
    for start in range(0, len(listed), _KEYS_AT_ONCE):
        columns = (LedgerPosting.year, LedgerPosting.line_id)
        query = select(*columns, func.max(LedgerPosting.seq)).group_by(*columns)
        mine = tuple_(*columns).in_(listed[start : start + _KEYS_AT_ONCE])
        found |= {(year, line_id): seq for year, line_id, seq in db.execute(query.where(mine))}
    return found


def _of_keys(db: Session, keys: Iterable[Key], *where: ColumnElement[bool]) -> Iterable[LedgerPosting]:
    listed = list(keys)
    for start in range(0, len(listed), _KEYS_AT_ONCE):
        mine = tuple_(LedgerPosting.year, LedgerPosting.line_id).in_(listed[start : start + _KEYS_AT_ONCE])
        order = (LedgerPosting.year, LedgerPosting.line_id, LedgerPosting.seq, LedgerPosting.step, LedgerPosting.piece)
        yield from db.scalars(select(LedgerPosting).where(mine, *where).order_by(*order))


def postings_of(db: Session, keys: Iterable[Key]) -> list[LedgerPosting]:
    """Every posting and reversal on lines, in the order in which they were made."""
    return list(_of_keys(db, keys))


def history(db: Session, key: Key) -> list[tuple[LedgerAct, list[LedgerPosting]]]:
    """Every act on a line, the newest first, with what it posted and reversed."""
    rows = list(_of_keys(db, [key]))
    acts = {act.id: act for act in db.scalars(select(LedgerAct).where(LedgerAct.id.in_({row.act_id for row in rows})))}
    by_seq: dict[int, list[LedgerPosting]] = defaultdict(list)
    for row in rows:
        by_seq[row.seq].append(row)
    return [(acts[own[0].act_id], own) for _seq, own in sorted(by_seq.items(), reverse=True)]


# --- entries and totals -----------------------------------------------------------------------------------------------


def _days(since: date, until: date) -> list[ColumnElement[bool]]:
    return [
        LedgerPosting.year.between(since.year, until.year),
        LedgerPosting.booked_on >= since,
        LedgerPosting.booked_on <= until,
    ]


_SAID = (
    LedgerPosting.year, LedgerPosting.line_id, LedgerPosting.piece, LedgerPosting.amount_fen, LedgerPosting.category,
    LedgerPosting.label, LedgerPosting.memo, LedgerPosting.bundle, LedgerPosting.rule, LedgerPosting.seq,
)  # fmt: skip


def postings(db: Session, codes: Collection[str], since: date, until: date) -> dict[Key, list[Any]]:
    """What stands on the lines of accounts in some days, by line: plain rows with the columns that an entry needs."""
    query = select(*_SAID).where(LedgerPosting.account_code.in_(codes), *_days(since, until), standing())
    found: dict[Key, list[Any]] = defaultdict(list)
    for row in db.execute(query.order_by(LedgerPosting.year, LedgerPosting.line_id, LedgerPosting.piece)):
        found[row[0], row[1]].append(row)
    return found


def _corrected(db: Session, codes: Collection[str], since: date, until: date) -> set[Key]:
    query = select(LedgerPosting.year, LedgerPosting.line_id).join(LedgerAct, LedgerAct.id == LedgerPosting.act_id)
    mine = (LedgerAct.account_code.in_(codes), LedgerAct.kind == "correct", LedgerPosting.step == "reverse")
    return {(year, line_id) for year, line_id in db.execute(query.where(*mine, *_days(since, until)).distinct())}


def attached(db: Session, estates: Collection[str]) -> dict[Key, int]:
    """How many vouchers each line of some estates has."""
    newest = aliased(LedgerAttachment)
    later = exists().where(
        newest.year == LedgerAttachment.year,
        newest.line_id == LedgerAttachment.line_id,
        newest.voucher_id == LedgerAttachment.voucher_id,
        newest.seq > LedgerAttachment.seq,
    )
    columns = (LedgerAttachment.year, LedgerAttachment.line_id)
    query = select(*columns, func.count()).join(LedgerVoucher, LedgerVoucher.id == LedgerAttachment.voucher_id)
    mine = (LedgerVoucher.estate_code.in_(estates), LedgerAttachment.step == "on", ~later)
    return {(year, line_id): count for year, line_id, count in db.execute(query.where(*mine).group_by(*columns))}


def entries_of(db: Session, accounts: Collection[funds.AccountView], since: date, until: date) -> list[Entry]:
    """Every piece of every line that counts, by day; a line without category is one piece."""
    of = {account.code: account for account in accounts}
    posted, corrected = postings(db, of, since, until), _corrected(db, of, since, until)
    papers = attached(db, {account.estate_code for account in accounts})
    made = []
    for line in funds.lines(db, of, since, until):
        key = (line.year, line.id)
        for one in posted.get(key) or _NOTHING:
            made.append(_entry(line, of[line.account_code], one, papers.get(key, 0), key in corrected))
    return made


_NOTHING = ((0, 0, 1, None, None, "", "", None, None, 0),)  # in the order of _SAID: nobody classified the line


def _entry(line: funds.FundLine, account: funds.AccountView, one: Any, papers: int, is_corrected: bool) -> Entry:
    _year, _line, piece, amount, category, label, memo, bundle, rule, seq = one
    return Entry(
        year=line.year, line_id=line.id, piece=piece, account_code=account.code, estate_code=account.estate_code,
        account_type=account.type, booked_on=line.booked_on,
        amount_fen=line.amount_fen if category is None else amount, category=category, label=label, memo=memo,
        vouchers=papers, reversed=is_corrected, bundle=bundle, by_rule=rule is not None, summary=line.summary,
        counterparty=line.counterparty, line_fen=line.amount_fen, seq=seq,
    )  # fmt: skip


def totals_of(
    db: Session, accounts: Collection[funds.AccountView], since: date, until: date, by_month: bool
) -> list[Total]:
    """In and out by estate, type of account, category and month; what is not classified has no category."""
    of = {account.code: account for account in accounts}
    cells: dict[tuple[str, str, str | None, str], list[int]] = defaultdict(lambda: [0, 0, 0])

    def add(code: str, category: str | None, month: str, into: int, out: int, lines: int) -> None:
        account = of[code]
        cell = cells[account.estate_code, account.type, category, month]
        cell[0], cell[1], cell[2] = cell[0] + into, cell[1] + out, cell[2] + lines

    for row in funds.line_sums(db, of, since, until, by_month):
        add(row.account_code, None, _month(row.year, row.month), row.in_fen, row.out_fen, row.lines)
    for code, category, day, into, out, pieces in _posting_sums(db, of, since, until, by_month):
        month = f"{day:%Y-%m}" if day else ""
        add(code, category, month, into, out, pieces)
        add(code, None, month, -into, -out, -pieces)
    for code, day, more in _further_pieces(db, of, since, until):
        add(code, None, f"{day:%Y-%m}" if by_month else "", 0, 0, more)
    return [
        Total(*place, *cell)
        for place, cell in sorted(cells.items(), key=lambda item: tuple(str(part or "") for part in item[0]))
        if any(cell)
    ]


def _month(year: int, month: int) -> str:
    return f"{int(year)}-{int(month):02d}" if month else ""


def _counting(db: Session, codes: Collection[str], since: date, until: date) -> list[ColumnElement[bool]]:
    """Postings of days on lines that count; the year is not named, so that sums come from the index alone."""
    counts = funds.counted_line(db, codes, LedgerPosting.account_code, LedgerPosting.year, LedgerPosting.line_id)
    table = LedgerPosting
    return [table.account_code.in_(codes), table.booked_on >= since, table.booked_on <= until, counts]


def _posting_sums(
    db: Session, codes: Collection[str], since: date, until: date, by_day: bool
) -> list[tuple[str, str, date | None, int, int, int]]:
    """(account, category, day or None, in, out, pieces that stand)."""
    into = func.sum(case((LedgerPosting.side > 0, LedgerPosting.amount_fen), else_=0))
    sign = func.sum(case((LedgerPosting.step == "post", 1), else_=-1))
    day = LedgerPosting.booked_on if by_day else null()
    query = select(
        LedgerPosting.account_code, LedgerPosting.category, day, into, func.sum(LedgerPosting.amount_fen), sign
    )
    keys = (LedgerPosting.account_code, *((LedgerPosting.booked_on,) if by_day else ()), LedgerPosting.category)
    rows = db.execute(query.where(*_counting(db, codes, since, until)).group_by(*keys))
    return [(code, category, on, int(a), int(a) - int(net), int(n)) for code, category, on, a, net, n in rows]


def _further_pieces(db: Session, codes: Collection[str], since: date, until: date) -> list[tuple[str, date, int]]:
    """(account, day, pieces that stand beyond the first of their line). Only a few deeds make such, so it begins with them."""
    table, other = LedgerPosting, aliased(LedgerPosting)
    gone = exists().where(other.year == table.year, other.reverses == table.id)
    deeds = select(LedgerAct.id).where(
        LedgerAct.account_code.in_(codes), LedgerAct.kind.in_(("split", "correct", "undo"))
    )
    listed, found = list(db.scalars(deeds)), dict[tuple[str, date], int]()
    for start in range(0, len(listed), _KEYS_AT_ONCE):
        mine = (table.act_id.in_(listed[start : start + _KEYS_AT_ONCE]), table.piece > 1, table.step == "post", ~gone)
        query = select(table.account_code, table.booked_on, func.count()).where(
            *mine, *_counting(db, codes, since, until)
        )
        for code, day, count in db.execute(query.group_by(table.account_code, table.booked_on)):
            found[code, day] = found.get((code, day), 0) + int(count)
    return [(*place, count) for place, count in found.items()]


def unmatched_of(db: Session, accounts: Collection[funds.AccountView], on: date) -> list[Unmatched]:
    """Lines without category, counted by account, with the age of the oldest.

    What came and went less what stands in categories, day by day: neither lines nor postings are looked at one by one.
    """
    of = {account.code: account for account in accounts}
    days: dict[str, dict[date, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))

    def add(code: str, day: date | None, lines: int, into: int, out: int) -> None:
        cell = days[code][day or on]
        cell[0], cell[1], cell[2] = cell[0] + lines, cell[1] + into, cell[2] + out

    for row in funds.day_sums(db, of, date.min, on):
        add(row.account_code, row.on, row.lines, row.in_fen, row.out_fen)
    for code, _category, day, into, out, pieces in _posting_sums(db, of, date.min, on, by_day=True):
        add(code, day, -pieces, -into, -out)
    for code, day, more in _further_pieces(db, of, date.min, on):
        add(code, day, more, 0, 0)
    return [
        _unmatched(of[code], days[code], on) for code in sorted(days) if any(cell[0] for cell in days[code].values())
    ]


def _unmatched(account: funds.AccountView, days: Mapping[date, list[int]], on: date) -> Unmatched:
    oldest = min(day for day, cell in days.items() if cell[0])
    lines, into, out = (sum(cell[place] for cell in days.values()) for place in range(3))
    return Unmatched(account.code, account.estate_code, account.type, lines, into, out, oldest, (on - oldest).days)


# --- rules ------------------------------------------------------------------------------------------------------------


def rules(db: Session, scopes: Collection[str] | None = None) -> list[LedgerRule]:
    """The newest version of each saved rule, retired ones included, by code; of some scopes only when they are given."""
    newest = aliased(LedgerRule)
    later = exists().where(newest.code == LedgerRule.code, newest.version > LedgerRule.version)
    query = select(LedgerRule).where(~later).order_by(LedgerRule.code)
    if scopes is not None:
        query = query.where(LedgerRule.scope.in_(scopes))
    return list(db.scalars(query))
