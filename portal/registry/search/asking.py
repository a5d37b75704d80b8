"""A query as looks at the index: each is a pattern of the key, the trigrams that narrow it down, its rank and its reason."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, column, false, literal, literal_column, or_, select, table
from sqlalchemy.orm import Session

from portal.registry.names import core, fold_address
from portal.registry.search.coding import coded, matching, needed_by_letters, needed_by_text
from portal.registry.search.key import plain_code
from portal.registry.search.readings import figures_as_initials, figures_spoken, has_han

_LETTERS = re.compile(r"[^a-z0-9]+")
CODE_PREFIX, CODE_INSIDE = 6, 8
FEWEST_LETTERS = 2


@dataclass(frozen=True)
class Target:
    """A table that is searched: its columns, and the table of trigrams that SQLite keeps beside it."""

    model: Any
    id: Any
    code: Any
    name: Any
    index: str


@dataclass(frozen=True)
class Look:
    """A pattern of the key (LIKE), the trigrams it needs, how good a match is (0 is best), and why it is one."""

    like: str
    needed: Sequence[str]
    rank: int
    reason: str


@dataclass(frozen=True)
class Found:
    """What matched: the clause, the rank to order by, and the reason to show."""

    clause: ColumnElement[bool]
    rank: ColumnElement[int]
    reason: ColumnElement[str]


NOTHING = Found(false(), literal(0), literal(""))


def letters(query: str) -> str:
    """The query as letters and digits when it holds no Chinese; empty otherwise.

    >>> letters("Hai Yu"), letters("海yu")
    ('haiyu', '')
    """
    plain = core(query).replace("ü", "v")
    return "" if has_han(plain) else _LETTERS.sub("", plain)


def looks(query: str) -> list[Look]:
    """Every way in which a record may answer the query as it is written."""
    return [*by_code(query), *_by_text(query), *_by_letters(letters(query))]


def by_code(query: str) -> list[Look]:
    """Records whose code the query is, or begins, or holds."""
    code = "" if has_han(query) else plain_code(query)
    if not code:
        return []
    found = [Look(f"%#{code}|%", needed_by_letters(f"#{code}|"), 0, "code")]
    if len(code) >= CODE_PREFIX and any(sign.isdigit() for sign in code):
        found.append(Look(f"%#{code}%", needed_by_letters(f"#{code}"), 80, "code-begins"))
    if len(code) >= CODE_INSIDE and any(sign.isdigit() for sign in code):
        found.append(Look(f"%#%{code}%|%", needed_by_letters(code), 81, "code-inside"))
    return found


def _by_text(query: str) -> list[Look]:
    short = core(query)
    signs, needed = coded(short), needed_by_text(short)
    if not signs:
        return []
    found = [
        Look(f"%^{signs}$%", needed, 10, "name"),
        Look(f"%^{signs}%#%", needed, 30, "name-begins"),
    ]
    if len(short) > 1 and not short.isdigit():
        found.append(Look(f"^%{signs}%#%", needed, 40, "name-inside"))
        found.append(Look(f"%!%{signs}%@%", needed, 45, "former-name"))
    address = fold_address(query)
    if len(address) > 1 and not address.isdigit():
        found.append(Look(f"%@%{coded(address)}%", needed_by_text(address), 90, "address"))
    return found


def _by_letters(typed: str) -> list[Look]:
    if len(typed) < FEWEST_LETTERS:
        return []
    first = figures_as_initials(typed)
    return [
        Look(f"%~~{first}~%", needed_by_letters(f"~~{first}~"), 20, "initials"),
        *spoken(figures_spoken(typed)),
        Look(f"%~~{first}%", needed_by_letters(f"~~{first}"), 70, "initials-begin"),
    ]


def spoken(pinyin: str, reason: str = "pinyin") -> list[Look]:
    """Names that are read so, begin so, or hold so read syllables; whole syllables only."""
    return [
        Look(f"%<{pinyin};%", needed_by_letters(f"<{pinyin};"), 20, reason),
        Look(f"%<{pinyin}<%", needed_by_letters(f"<{pinyin}<"), 50, f"{reason}-begins"),
        Look(f"%:{pinyin}:%", needed_by_letters(f":{pinyin}:"), 60, f"{reason}-inside"),
    ]


def clause(db: Session, target: Target, alternatives: Sequence[Look], most: int | None = None) -> ColumnElement[bool]:
    """Records that answer one of the looks. SQLite's trigrams narrow them down, to ``most`` at most; PostgreSQL's index
    serves LIKE itself.
    """
    if not alternatives:
        return false()
    held = or_(*(target.model.search_key.like(look.like) for look in alternatives))
    if db.get_bind().dialect.name != "sqlite":
        return held
    expression = matching(list(look.needed) for look in alternatives)
    if expression is None:
        return held
    index = table(target.index, column("id"))
    narrowed = select(index.c.id).where(literal_column(target.index).op("MATCH")(expression)).limit(most)
    return target.id.in_(narrowed) & held


def ranked(
    db: Session, target: Target, alternatives: Sequence[Look], more: Iterable[tuple[Any, int, str]] = ()
) -> Found:
    """The looks as what was found; ``more`` are clauses with their rank and reason."""
    others = list(more)
    any_of = [clause(db, target, alternatives), *(also for also, _rank, _reason in others)]
    ordered = sorted(alternatives, key=lambda look: look.rank)
    tests = [(target.model.search_key.like(look.like), look.rank, look.reason) for look in ordered]
    tests += others
    if not tests:
        return NOTHING
    return Found(
        or_(*any_of),
        case(*((test, rank) for test, rank, _reason in tests), else_=99),
        case(*((test, literal(reason)) for test, _rank, reason in tests), else_=literal("")),
    )
