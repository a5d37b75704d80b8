"""What other slices may know of the registry: frozen views, DataFrames, and the verbs they may call."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.registry import areas as areas
from portal.registry import queries
from portal.registry.columns import print_units
from portal.registry.entry import EntryStanding as EntryStanding
from portal.registry.kinds import KINDS as KINDS
from portal.registry.kinds import NAMES as KIND_NAMES  # noqa: F401
from portal.registry.kinds import ORDER as KIND_ORDER  # noqa: F401
from portal.registry.kinds import kind_choices as kind_choices
from portal.registry.kinds import kind_group as kind_group
from portal.registry.kinds import kind_name as kind_name
from portal.registry.matching import COUNTS as MATCH_COUNTS  # noqa: F401
from portal.registry.matching import LONGEST as LONGEST_NAME  # noqa: F401
from portal.registry.matching import Fit as Fit
from portal.registry.matching import Match as Match
from portal.registry.matching import NameIndex, index_of
from portal.registry.models import Division, Enterprise, Estate, EstateFacts, Manager
from portal.registry.search.credit_codes import credit_code_help as credit_code_help
from portal.registry.search.words import reason_text


@dataclass(frozen=True)
class DivisionView:
    """An area: ``level`` is district, street or community; ``parent_code`` may be empty for a district."""

    code: str
    name: str
    level: str
    parent_code: str


@dataclass(frozen=True)
class EstateView:
    """An estate on a day. ``floor_area`` (square metres) and coordinates (degrees, WGS84) are plain decimal texts."""

    code: str
    name: str
    kind: str
    division_code: str
    address: str | None
    households: int
    floor_area: str | None
    delivered_on: date | None
    latitude: str | None
    longitude: str | None


@dataclass(frozen=True)
class EnterpriseView:
    """What anybody may know of a company."""

    uscc: str
    name: str
    address: str | None


@dataclass(frozen=True)
class ManagerStaffView:
    """What the office may know of a manager: never the ID number, only its last four characters."""

    code: str
    name: str
    phone: str | None
    id_last4: str


@dataclass(frozen=True)
class KnownCodes:
    """Codes that imports may refer to."""

    estates: frozenset[str]
    enterprises: frozenset[str]
    managers: frozenset[str]
    divisions: frozenset[str]


def _estate_view(row: EstateFacts) -> EstateView:
    return EstateView(
        row.estate_code,
        row.name,
        row.kind,
        row.division_code,
        row.address,
        row.households,
        print_units(row.floor_area_centi, 2),
        row.delivered_on,
        print_units(row.latitude_e6, 6),
        print_units(row.longitude_e6, 6),
    )


def estates_frame(
    db: Session,
    as_of: date,
    known_at: datetime | None = None,
    within: str | None = None,
    codes: Collection[str] | None = None,
) -> pd.DataFrame:
    """All estates valid on a day, by code: ``estate_code, name, kind, division_code, households (int64), address``.

    ``within`` is a division code whose jurisdiction limits the rows, ``codes`` names them; a missing address is an empty text.
    """
    return queries.estates_table(db, as_of, known_at, within, codes)


def estate_places(
    db: Session, as_of: date, within: str | None = None, codes: Collection[str] | None = None
) -> dict[str, str]:
    """Estate code to its community, of all estates valid on a day, in the order of the codes; of a jurisdiction or of those
    named only. What menus, queues and reviews need of ``estates_frame``, without a table."""
    return queries.estate_places(db, as_of, within, codes)


def has_estates(db: Session, as_of: date) -> bool:
    """Whether any estate is registered on a day."""
    return queries.has_estates(db, as_of)


def estate_kinds(db: Session) -> dict[str, list[tuple[date, date | None, str]]]:
    """Estate code to its kinds through time as known now: (first day, last day or None, kind), in order of days."""
    return queries.estate_kinds(db)


def estate(db: Session, code: str, as_of: date | None = None, known_at: datetime | None = None) -> EstateView:
    """An estate on a day (today when none is given). Raises ``NotFound``."""
    return _estate_view(queries.estate_row(db, code, as_of or clock.today(), known_at))


def estate_names(db: Session, codes: Iterable[str]) -> dict[str, str]:
    """Estate code to the name of its last live version, for those that exist."""
    return queries.estate_names(db, codes)


def find_estates(
    db: Session,
    q: str = "",
    division: str = "",
    kind: str = "",
    as_of: date | None = None,
    limit: int | None = 20,
    offset: int = 0,
    known_at: datetime | None = None,
) -> tuple[list[EstateView], int]:
    """Estates by name, code, pinyin, initials or address: (this page, how many in all); the best match first."""
    rows, total = queries.estates_found(
        db, as_of or clock.today(), q,
        divisions=(division or None,), kind=kind, limit=limit, offset=offset, known_at=known_at,
    )  # fmt: skip
    return [_estate_view(row) for row in rows], total


def match_estates(
    db: Session,
    q: str = "",
    division: str = "",
    kind: str = "",
    limit: int | None = 20,
    offset: int = 0,
) -> tuple[list[EstateView], int, dict[str, str]]:
    """As ``find_estates`` today, with the reason of each match in words, by estate code."""
    rows, total, reasons = queries.estates_matched(
        db, clock.today(), q, divisions=(division or None,), kind=kind, limit=limit, offset=offset
    )
    return [_estate_view(row) for row in rows], total, {code: reason_text(why) for code, why in reasons.items()}


def enterprise(db: Session, uscc: str) -> EnterpriseView:
    """A company by its code. Raises ``NotFound``."""
    row = queries.enterprise_row(db, uscc)
    return EnterpriseView(row.uscc, row.name, row.address)


def enterprise_names(db: Session, usccs: Iterable[str] | None = None) -> dict[str, str]:
    """Code to the name of some companies, for those that exist; of all when none are asked for."""
    return queries.enterprise_names(db, usccs)


def find_enterprises(
    db: Session, q: str = "", limit: int | None = 20, offset: int = 0
) -> tuple[list[EnterpriseView], int]:
    """Companies by name, code, pinyin, initials or address: (this page, how many in all); the best match first."""
    rows, total = queries.enterprises_found(db, q, limit=limit, offset=offset)
    return [EnterpriseView(row.uscc, row.name, row.address) for row in rows], total


def match_enterprises(
    db: Session, q: str = "", limit: int | None = 20, offset: int = 0
) -> tuple[list[EnterpriseView], int, dict[str, str]]:
    """As ``find_enterprises``, with the reason of each match in words, by credit code."""
    rows, total, reasons = queries.enterprises_matched(db, q, limit=limit, offset=offset)
    views = [EnterpriseView(row.uscc, row.name, row.address) for row in rows]
    return views, total, {code: reason_text(why) for code, why in reasons.items()}


def enterprises_frame(db: Session) -> pd.DataFrame:
    """All companies by code: ``uscc, name``."""
    return pd.DataFrame(list(queries.enterprise_names(db).items()), columns=["uscc", "name"])


def company_names(db: Session) -> NameIndex:
    """The names of all companies, ready for ``.match(name)``: one company, many that fit alike, or what is similar."""
    return index_of(queries.enterprise_names(db))


def enterprise_details(db: Session) -> pd.DataFrame:
    """All companies by code, for staff: ``uscc, name, legal_representative, phone, address`` (None where missing)."""
    return queries.enterprise_details(db)


def manager_staff_view(db: Session, code: str) -> ManagerStaffView:
    """A manager, for staff pages only. Raises ``NotFound``."""
    row = queries.manager(db, code)
    return ManagerStaffView(row.code, row.name, row.phone, row.id_last4)


def find_managers(
    db: Session, q: str = "", limit: int | None = 20, offset: int = 0
) -> tuple[list[ManagerStaffView], int]:
    """Managers by name, code, pinyin or initials, for staff pages only: (this page, how many in all)."""
    rows, total = queries.managers_found(db, q, limit=limit, offset=offset)
    return [ManagerStaffView(row.code, row.name, row.phone, row.id_last4) for row in rows], total


def contracts_frame(db: Session, known_at: datetime | None = None) -> pd.DataFrame:
    """All contracts by estate and start: ``estate_code, uscc, manager_code, starts_on (date), ends_on (date|None)``."""
    return queries.contracts_table(db, known_at)


def contracts_registered(db: Session, since: datetime) -> pd.DataFrame:
    """Live contracts first recorded at an instant or later, oldest first: the columns of ``contracts_frame`` and
    ``recorded_at`` (instant). A new manager is a new registration, another last day is none."""
    return queries.contracts_registered(db, since)


def serving(db: Session, day: date, known_at: datetime | None = None) -> pd.DataFrame:
    """Who serves on a day, at most one row for each estate: ``estate_code, uscc, manager_code``."""
    return queries.contracts_table(db, known_at, day)[["estate_code", "uscc", "manager_code"]]


@dataclass(frozen=True)
class ContractView:
    """Who serves an estate, and from when to when (None: open)."""

    uscc: str
    manager_code: str
    starts_on: date
    ends_on: date | None


def contract_on(db: Session, estate_code: str, day: date) -> ContractView | None:
    """The contract under which one estate is served on a day; None when nobody serves."""
    row = queries.contract_on(db, estate_code, day)
    return ContractView(row.uscc, row.manager_code, row.valid_from, row.valid_to) if row else None


def companies_serving(db: Session, day: date, estates: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Of some estates only: code to (uscc, name) of the company that serves it on a day."""
    return queries.companies_serving(db, day, estates)


def divisions(db: Session) -> dict[str, DivisionView]:
    """All areas by code, in the order of their codes."""
    rows = queries.division_rows(db)
    return {row.code: DivisionView(row.code, row.name, row.level, row.parent_code) for row in rows}


def division_name(db: Session, code: str) -> str:
    """The name of an area. Raises ``NotFound``."""
    found = db.get(Division, code)
    if found is None:
        raise NotFound(_("没有代码为“%(value)s”的辖区。", value=code))
    return found.name


def is_division(db: Session, code: str) -> bool:
    """Whether there is such an area."""
    return db.get(Division, code) is not None


def children(db: Session, code: str) -> list[DivisionView]:
    """The areas directly below one, by code."""
    rows = db.scalars(select(Division).where(Division.parent_code == code).order_by(Division.code))
    return [DivisionView(row.code, row.name, row.level, row.parent_code) for row in rows]


def known_codes(db: Session) -> KnownCodes:
    """Every code that exists, for the imports of other slices."""
    return KnownCodes(
        frozenset(db.scalars(select(Estate.code))),
        frozenset(db.scalars(select(Enterprise.uscc))),
        frozenset(db.scalars(select(Manager.code))),
        frozenset(db.scalars(select(Division.code))),
    )


def division_codes(db: Session) -> set[str]:
    """Every area's code: the answer to ``divisions.known``."""
    return set(db.scalars(select(Division.code)))


def enterprise_codes(db: Session) -> set[str]:
    """Every company's code: the answer to ``enterprises.known``."""
    return set(db.scalars(select(Enterprise.uscc)))
