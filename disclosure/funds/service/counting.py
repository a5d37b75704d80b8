"""A statement as it counts: which of its lines are one line, what it covers, and what inside it does not add up."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

from disclosure.funds.statements.shapes import BankStatement, Line, refuse
from portal.kernel import clock
from portal.kernel.i18n import _

_OUTSIDE_KEPT = 10  # on either side


class Counted(NamedTuple):
    """A line with its key in the account: equal keys are one line."""

    line: Line
    key: str


@dataclass(frozen=True)
class Judged:
    """A statement judged by itself: its lines as they count, its days and balances (fen), and its inner flaws.

    ``first`` and ``last`` are the days that it covers, ``reach`` the days from its first line or day to its last.
    """

    made: BankStatement
    lines: list[Counted]
    first: date
    last: date
    reach: tuple[date, date]
    opening_fen: int | None
    closing_fen: int | None
    in_fen: int
    out_fen: int
    flaws: list[list[Any]]
    batch: str = ""  # where its lines are staged


def judge(made: BankStatement) -> Judged:
    """What a statement says by itself. InputRefused for days that cannot be."""
    first, last, reach = _span(made)
    listed, amounts = _counted(made)
    opening, closing = _balances(made, amounts)
    flaws = _inner_flaws(made, listed, opening, closing, last)
    into, out = sum(x for x in amounts if x > 0), -sum(x for x in amounts if x < 0)
    return Judged(
        made, listed, first, last, reach, opening, closing, into, out, [*_outside(listed, first, last), *flaws]
    )


def _span(made: BankStatement) -> tuple[date, date, tuple[date, date]]:
    """The days that a statement covers, as it says or, where it does not say, up to its lines; and what its lines reach."""
    if made.from_on is not None and made.to_on is not None and made.to_on < made.from_on:
        raise refuse(made.format, _("对账单的起始日期晚于截止日期。"))
    days = [day for day in (made.from_on, made.to_on, *{line.booked_on for line in made.lines}) if day is not None]
    if not days:
        raise refuse(made.format, _("对账单没有日期，也没有明细，不能导入。"))
    reach = min(days), max(days)
    if reach[1] > clock.today():
        raise refuse(made.format, _("对账单的日期%(day)s还没有到。", day=reach[1].isoformat()))
    return made.from_on or reach[0], made.to_on or reach[1], reach


class Said(Protocol):
    """What a line says, as delivered or as stored."""

    booked_on: Any
    amount_fen: Any
    balance_fen: Any
    counterparty: Any
    summary: Any
    reference: Any


def key_fits(line: Said, nth: int, key: str) -> bool:
    """Whether a key is that of a line which is the nth of its kind in a statement."""
    return _key(_content(line), nth) == key


def _content(line: Said) -> str:
    """What makes a line this line: its reference where the bank gives one, else all that it says."""
    if line.reference:
        return f"{line.booked_on}|{line.amount_fen}|{line.reference}"
    return f"{line.booked_on}|{line.amount_fen}|{line.balance_fen}|{line.counterparty}|{line.summary}"


def _counted(made: BankStatement) -> tuple[list[Counted], list[int]]:
    """The lines of a statement, the same line twice as one, and their amounts.

    Two equal lines are two bookings when the balances say so, or when nothing tells them apart and nothing but they
    could say: neither a reference nor a running balance.
    """
    contents = [_content(line) for line in made.lines]
    unique = dict.fromkeys(contents)
    if len(unique) < len(contents) and _are_twins(made, contents):
        seen: Counter[str] = Counter()
        listed = []
        for line, content in zip(made.lines, contents, strict=True):
            seen[content] += 1
            listed.append(Counted(line, _key(content, seen[content])))
        return listed, [one.line.amount_fen for one in listed]
    first: dict[str, Line] = {}
    for line, content in zip(made.lines, contents, strict=True):
        first.setdefault(content, line)
    listed = [Counted(line, _key(content, 1)) for content, line in first.items()]
    return listed, [one.line.amount_fen for one in listed]


def _are_twins(made: BankStatement, contents: Sequence[str]) -> bool:
    every = sum(line.amount_fen for line in made.lines)
    once = sum({content: line.amount_fen for content, line in zip(contents, made.lines, strict=True)}.values())
    if made.opening_fen is not None and made.closing_fen is not None:
        moved = made.closing_fen - made.opening_fen
        if moved in (every, once) and every != once:
            return moved == every
    return not any(line.reference or line.balance_fen is not None for line in made.lines)


def _key(content: str, nth: int) -> str:
    return hashlib.sha256(f"{content}|{nth}".encode()).hexdigest()[:40]


def _balances(made: BankStatement, amounts: Sequence[int]) -> tuple[int | None, int | None]:
    """Opening and closing; the one that the format does not carry is derived from the other."""
    opening, closing, net = made.opening_fen, made.closing_fen, sum(amounts)
    if opening is None and closing is not None:
        opening = closing - net
    if closing is None and opening is not None:
        closing = opening + net
    return opening, closing


def _outside(listed: Sequence[Counted], first: date, last: date) -> list[list[Any]]:
    """Lines booked on days that the statement does not cover: its balances are of other days than they. Of many, those
    farthest off on both sides. As (kind, day, place, expected, found)."""
    off = sorted((one.line.booked_on, at) for at, one in enumerate(listed) if not first <= one.line.booked_on <= last)
    if len(off) > 2 * _OUTSIDE_KEPT:
        off = off[:_OUTSIDE_KEPT] + off[-_OUTSIDE_KEPT:]
    return [["outside", day.isoformat(), listed[at].line.place, 0, listed[at].line.amount_fen] for day, at in off]


def _inner_flaws(
    made: BankStatement, listed: Sequence[Counted], opening: int | None, closing: int | None, to_on: date
) -> list[list[Any]]:
    """Flaws inside the file: running balances line by line, then the sum. As (kind, day, place, expected, found)."""
    flaws: list[list[Any]] = []
    running = opening
    for one in listed:
        line = one.line
        if running is None:
            break
        running += line.amount_fen
        if line.balance_fen is not None and line.balance_fen != running:
            flaws.append(["line", line.booked_on.isoformat(), line.place, running, line.balance_fen])
            running = line.balance_fen  # the next line is judged by what the bank says, so that one fault shows once
    expected = None if opening is None else opening + sum(one.line.amount_fen for one in listed)
    if expected is not None and closing is not None and expected != closing:
        flaws.append(["sum", to_on.isoformat(), _last_place(made), expected, closing])
    return flaws


def _last_place(made: BankStatement) -> str:
    return made.lines[-1].place if made.lines else made.format
