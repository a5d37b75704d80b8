"""Reads of the roster: who is on it on a day, which ties bar a person, which rooms there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mediation.roster.models import MediatorFacts, MediatorTie, MeetingPlace
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.periods import Year
from portal.kernel.versions import known
from scoring.checks import api as checks


@dataclass(frozen=True)
class MediatorView:
    """A mediator or lawyer on a day. ``languages`` and ``kinds`` are codes; no kinds: any."""

    login: str
    name: str
    part: str
    body: str
    employer_uscc: str | None
    qualification: str
    languages: tuple[str, ...]
    kinds: tuple[str, ...]
    capacity: int


@dataclass(frozen=True)
class Conflict:
    """Why somebody may not mediate: ``code`` is employer, kinship, owner, adviser, other or inspected."""

    code: str


@dataclass(frozen=True)
class PlaceView:
    """A room for sessions."""

    code: str
    name: str
    division_code: str


def _view(row: MediatorFacts) -> MediatorView:
    return MediatorView(
        row.login, row.name, row.part, row.body, row.employer_uscc, row.qualification, tuple(row.languages.split()),
        tuple(row.kinds.split()), row.capacity,
    )  # fmt: skip


def on_roster(db: Session, on: date, part: str | None = None) -> list[MediatorView]:
    """Who is on the roster on a day, by login."""
    query = select(MediatorFacts).where(known(MediatorFacts, on))
    if part:
        query = query.where(MediatorFacts.part == part)
    return [_view(row) for row in db.scalars(query.order_by(MediatorFacts.login))]


def mediator(db: Session, login: str, on: date) -> MediatorView:
    """One of them. ``NotFound``."""
    row = db.scalar(select(MediatorFacts).where(MediatorFacts.login == login, known(MediatorFacts, on)))
    if row is None:
        raise NotFound(_("名册中没有这位调解员。"))
    return _view(row)


def names(db: Session, logins: Iterable[str]) -> dict[str, str]:
    """Login to the latest name, those who left included."""
    wanted = sorted(set(logins))
    query = select(MediatorFacts.login, MediatorFacts.name).where(
        MediatorFacts.login.in_(wanted), MediatorFacts.superseded_at.is_(None)
    )
    return {login: name for login, name in db.execute(query.order_by(MediatorFacts.valid_from))}


def conflicts(db: Session, estate_code: str, usccs: Iterable[str], on: date) -> dict[str, tuple[Conflict, ...]]:
    """Login to what bars the person from a case of an estate and companies on a day; those whom nothing bars are left out.

    Bars: employment by a company of the case, a declared tie to it or to the estate (also one declared for inspections),
    and an inspection or review of the estate in the year.
    """
    companies = sorted(set(usccs))
    found: dict[str, dict[str, Conflict]] = {}

    def add(login: str, code: str) -> None:
        found.setdefault(login, {})[code] = Conflict(code)

    staff = select(MediatorFacts.login).where(known(MediatorFacts, on), MediatorFacts.employer_uscc.in_(companies))
    for login in db.scalars(staff.order_by(MediatorFacts.login)):
        add(login, "employer")
    tied = or_(MediatorTie.estate_code == estate_code, MediatorTie.uscc.in_(companies))
    for tie in db.scalars(select(MediatorTie).where(known(MediatorTie, on), tied).order_by(MediatorTie.id)):
        add(tie.login, tie.kind)
    for login, estate in sorted(checks.interests(db)):
        if estate == estate_code:
            add(login, "other")
    for login in sorted(checks.hands_of_year(db, estate_code, Year(on.year))):
        add(login, "inspected")
    return {login: tuple(by.values()) for login, by in found.items()}


def places(db: Session, on: date) -> list[PlaceView]:
    """The rooms for sessions on a day, by code."""
    rows = db.scalars(select(MeetingPlace).where(known(MeetingPlace, on)).order_by(MeetingPlace.code))
    return [PlaceView(row.code, row.name, row.division_code) for row in rows]


def ties_of(db: Session, login: str, on: date) -> list[MediatorTie]:
    """The declared ties of a person in force on a day."""
    query = select(MediatorTie).where(MediatorTie.login == login, known(MediatorTie, on))
    return list(db.scalars(query.order_by(MediatorTie.valid_from, MediatorTie.id)))


@dataclass(frozen=True)
class Standing:
    """Somebody who is or was on the roster: ``state`` on, away (until ``away_until``) or off, with the latest facts."""

    facts: MediatorView
    state: str
    since: date
    away_until: date | None


def everybody(db: Session, on: date) -> list[Standing]:
    """All who ever were on the roster, those who work on it first, by login."""
    query = select(MediatorFacts).where(MediatorFacts.superseded_at.is_(None))
    latest: dict[str, MediatorFacts] = {}
    for row in db.scalars(query.order_by(MediatorFacts.login, MediatorFacts.valid_from)):
        latest[row.login] = row
    order = {"on": 0, "away": 1, "off": 2}
    return sorted((_standing(row, on) for row in latest.values()), key=lambda one: (order[one.state], one.facts.login))


def _standing(row: MediatorFacts, on: date) -> Standing:
    if row.valid_to is not None and row.valid_to < on:
        return Standing(_view(row), "off", row.valid_to + timedelta(days=1), None)
    if row.valid_from > on:
        return Standing(_view(row), "away", row.valid_from, row.valid_from - timedelta(days=1))
    return Standing(_view(row), "on", row.valid_from, None)


def standing(db: Session, login: str, on: date) -> Standing:
    """One of them. ``NotFound``."""
    found = next((one for one in everybody(db, on) if one.facts.login == login), None)
    if found is None:
        raise NotFound(_("名册中没有这位调解员。"))
    return found


def ties(db: Session, login: str) -> list[MediatorTie]:
    """All ties of a person that were ever declared, those that stand first."""
    query = select(MediatorTie).where(MediatorTie.login == login, MediatorTie.superseded_at.is_(None))
    rows = list(db.scalars(query.order_by(MediatorTie.valid_from.desc(), MediatorTie.id)))
    return sorted(rows, key=lambda row: row.valid_to is not None)
