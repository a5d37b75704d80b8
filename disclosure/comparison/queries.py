"""An estate among estates like it, over the last twelve months that every statement can reach."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from disclosure.comparison import groups
from disclosure.comparison.groups import Traits
from disclosure.comparison.measures import Figures, Measure, figures, measures
from disclosure.comparison.proven import proven
from disclosure.funds import api as funds
from disclosure.ledger import api as ledger
from disclosure.opened import api as opened
from portal.kernel.kept import kept
from portal.kernel.periods import Quarter
from portal.registry import api as registry

RESERVE = "maintenance"


@dataclass(frozen=True)
class Likes:
    """An estate among those like it. ``said``: what they have in common; ``count``: how many, all with proven books;
    ``taking_part``: whether the estate's own books are proven. Days both included."""

    said: str
    count: int
    since: date
    until: date
    taking_part: bool
    measures: tuple[Measure, ...]
    estates: tuple[str, ...]


@dataclass(frozen=True)
class _Field:
    """All estates with accounts that may be compared: traits, floor area, accounts by estate."""

    traits: dict[str, Traits]
    areas: dict[str, int]
    accounts: dict[str, list[funds.AccountView]]


def span(on: date) -> tuple[date, date]:
    """The four quarters that ended before the last one began to be due: their statements have had time to arrive."""
    last = Quarter.of(on).previous
    if (on - last.last).days < 45:
        last = last.previous
    return last.previous.previous.previous.first, last.last


def _field(db: Session, on: date) -> _Field:
    accounts: dict[str, list[funds.AccountView]] = {}
    for one in funds.accounts(db):
        accounts.setdefault(one.estate_code, []).append(one)
    lifts = opened.lifts(db)
    views = [view for view in registry.find_estates(db, as_of=on, limit=None)[0] if view.code in accounts]
    return _Field(
        {view.code: groups.traits(view, lifts.get(view.code), on) for view in views},
        {view.code: _area(view) for view in views if _area(view)},
        accounts,
    )


def _area(view: registry.EstateView) -> int:
    """Hundredths of a square metre; 0 when it is not known."""
    whole, _point, rest = (view.floor_area or "0").partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0")[:2] or "0")


def likes(db: Session, code: str, on: date) -> Likes | None:
    """An estate among those like it; None without its floor area, its accounts, or five others to compare with."""
    field = kept(db, ("alike", on), lambda: _field(db, on))
    if code not in field.traits or code not in field.areas:
        return None
    since, until = span(on)
    near = [
        other for other, found in field.traits.items() if other in field.areas and found.kind == field.traits[code].kind
    ]
    held = _proven_types(db, field, near, since, until, on)
    names, chosen = groups.alike(field.traits[code], field.traits, {one for one, types in held.items() if types})
    if not chosen:
        return None
    known = _figures(db, field, {*chosen, code}, held, since, until)
    found = measures(known.get(code) if held.get(code) else None, [known[one] for one in chosen])
    said = groups.said(field.traits[code], names)
    return Likes(said, len(chosen), since, until, bool(held.get(code)), tuple(found), tuple(chosen))


def _proven_types(
    db: Session, field: _Field, estates: Collection[str], since: date, until: date, on: date
) -> dict[str, set[str]]:
    """Estate to the types of account whose books are all proven for the days."""
    codes = [account.code for estate in estates for account in field.accounts[estate]]
    good = proven(db, codes, since, until, on)
    found = {}
    for estate in estates:
        listed = field.accounts[estate]
        bad = {account.type for account in listed if account.code not in good}
        found[estate] = {account.type for account in listed} - bad
    return found


def _figures(
    db: Session, field: _Field, estates: Collection[str], held: Mapping[str, Collection[str]], since: date, until: date
) -> dict[str, Figures]:
    totals: dict[str, list[ledger.Total]] = {estate: [] for estate in estates}
    for one in ledger.totals(db, estates, since, until):
        totals[one.estate_code].append(one)
    return {
        estate: figures(totals[estate], field.areas[estate], _reserve(db, field, estate, held, until), held.get(estate, ()))
        for estate in estates
    }  # fmt: skip


def _reserve(db: Session, field: _Field, estate: str, held: Mapping[str, Collection[str]], until: date) -> int | None:
    """What the maintenance accounts held at the end, by proven books."""
    if RESERVE not in held.get(estate, ()):
        return None
    found = [
        funds.proof_between(db, account.code, until.replace(day=1), until).closing_fen
        for account in field.accounts[estate] if account.type == RESERVE
    ]  # fmt: skip
    return sum(one for one in found if one is not None) if found else None
