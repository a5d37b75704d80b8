"""Reads of the registry: always ordered, history through ``known``."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from portal.kernel.audit import AuditEntry
from portal.kernel.divisions import prefix
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.versions import known, recorded, valid
from portal.registry import sealed
from portal.registry.models import Contract, Division, Enterprise, EstateFacts, Manager
from portal.registry.sealed import KnownManager
from portal.registry.search import finding, people
from portal.registry.search.areas import area_names
from portal.registry.search.asking import Target

F = EstateFacts
ESTATES = Target(F, F.id, F.estate_code, F.name, "estate_search")
ENTERPRISES = Target(Enterprise, Enterprise.uscc, Enterprise.uscc, Enterprise.name, "enterprise_search")
MANAGERS = Target(Manager, Manager.code, Manager.code, Manager.code, "manager_search")


def inside(column: Any, division: str | None) -> ColumnElement[bool] | None:
    """The clause of a jurisdiction: codes that share its prefix."""
    return column.like(f"{prefix(division)}%") if division else None


def _where(rows: Any, *clauses: ColumnElement[bool] | None) -> Any:
    return rows.where(*(clause for clause in clauses if clause is not None))


# ---- divisions


_divisions = select(Division).order_by(Division.code)


def division_rows(db: Session) -> list[Division]:
    """All areas by code."""
    return list(db.scalars(_divisions))


def division_names(db: Session, codes: Iterable[str]) -> dict[str, str]:
    """Names of areas by code, for those that exist."""
    return dict(db.execute(select(Division.code, Division.name).where(Division.code.in_(set(codes)))).all())


# ---- estates


# What every slice asks again and again is built once.
_estate = select(F).where(F.estate_code == bindparam("code"), valid(F, bindparam("day")))
_estate_now = _estate.where(recorded(F))
_names_now = (
    select(F.estate_code, F.name)
    .where(recorded(F), F.estate_code.in_(bindparam("codes", expanding=True)))
    .order_by(F.estate_code, F.valid_from)
)


def estate_row(db: Session, code: str, as_of: date, known_at: datetime | None = None) -> EstateFacts:
    """The facts of an estate on a day, as known at an instant. Raises ``NotFound``."""
    asked = _estate_now if known_at is None else _estate.where(recorded(F, known_at))
    found = db.scalars(asked, {"code": code, "day": as_of}).one_or_none()
    if found is None:
        raise NotFound(_("没有编号为“%(value)s”的小区。", value=code))
    return found


def current_estate(db: Session, code: str) -> EstateFacts:
    """The last live version of an estate: what an edit starts from. Raises ``NotFound``."""
    live = select(F).where(F.estate_code == code, recorded(F)).order_by(F.valid_from.desc()).limit(1)
    found = db.scalars(live).one_or_none()
    if found is None:
        raise NotFound(_("没有编号为“%(value)s”的小区。", value=code))
    return found


_ON_DAY = known(F, bindparam("day", type_=F.valid_from.type))
_PLACES = select(F.estate_code, F.division_code).where(_ON_DAY, F.division_code.like(bindparam("inside")))
_PLACES = _PLACES.order_by(F.estate_code)
_PLACES_OF = _PLACES.where(F.estate_code.in_(bindparam("codes", expanding=True)))
_ANY_ESTATE = select(exists().where(_ON_DAY))


def estate_places(
    db: Session, as_of: date, within: str | None = None, codes: Collection[str] | None = None
) -> dict[str, str]:
    """Community by estate code, in the order of the codes."""
    asked: dict[str, Any] = {"day": as_of, "inside": f"{prefix(within)}%" if within else "%"}
    if codes is None:
        return dict(db.execute(_PLACES, asked).all())
    return dict(db.execute(_PLACES_OF, {**asked, "codes": sorted(codes)}).all())


def has_estates(db: Session, as_of: date) -> bool:
    """Whether any estate is registered on a day."""
    return bool(db.scalar(_ANY_ESTATE, {"day": as_of}))


def estate_history(db: Session, code: str) -> list[EstateFacts]:
    """Every version ever recorded, the newest knowledge first."""
    order = (F.recorded_at.desc(), F.valid_from.desc())
    return list(db.scalars(select(F).where(F.estate_code == code).order_by(*order)))


def live_estates(db: Session) -> dict[str, EstateFacts]:
    """The last live version of every estate, by code."""
    rows = db.scalars(select(F).where(recorded(F)).order_by(F.estate_code, F.valid_from))
    return {row.estate_code: row for row in rows}


ESTATE_ORDERS: dict[str, tuple[Any, ...]] = {
    "code": (F.estate_code,),
    "name": (F.name, F.estate_code),
    "division": (F.division_code, F.estate_code),
    "households": (F.households.desc(), F.estate_code),
}


def estates_found(
    db: Session,
    as_of: date,
    q: str = "",
    *,
    divisions: Sequence[str | None] = (),
    kind: str = "",
    order: str = "",
    limit: int | None = None,
    offset: int = 0,
    known_at: datetime | None = None,
) -> tuple[list[EstateFacts], int]:
    """Estates by name, code, pinyin, initials or address: (the rows of the page, how many in all)."""
    rows, total, _reasons = estates_matched(
        db, as_of, q, divisions=divisions, kind=kind, order=order, limit=limit, offset=offset, known_at=known_at
    )
    return rows, total


def estates_matched(
    db: Session,
    as_of: date,
    q: str = "",
    *,
    divisions: Sequence[str | None] = (),
    kind: str = "",
    order: str = "",
    limit: int | None = None,
    offset: int = 0,
    known_at: datetime | None = None,
) -> tuple[list[EstateFacts], int, dict[str, str]]:
    """As ``estates_found``, with the reason of each match by estate code."""
    clauses = [
        known(F, as_of, known_at),
        *(inside(F.division_code, code) for code in divisions),
        F.kind == kind if kind else None,
    ]
    areas = area_names((row.code, row.name) for row in division_rows(db)) if finding.is_asked(q) else None
    by = ESTATE_ORDERS.get(order, ESTATE_ORDERS["code"])
    return _found(db, ESTATES, q, clauses, by, limit, offset, areas)


def _found(
    db: Session,
    target: Target,
    q: str,
    clauses: Sequence[Any],
    order: Sequence[Any],
    limit: int | None,
    offset: int,
    areas: finding.Areas | None = None,
) -> tuple[list[Any], int, dict[str, str]]:
    """The page of the first step of the search that finds anything, how many it finds, and why, by code."""
    given = [clause for clause in clauses if clause is not None]
    if not finding.is_asked(q):
        rows = select(target.model).where(*given)
        total = db.scalar(select(func.count()).select_from(target.model).where(*given)) or 0
        return list(db.scalars(rows.order_by(*order).limit(limit).offset(offset))), total, {}
    steps = [people.found(db, target, q)] if target is MANAGERS else finding.steps(db, target, q, areas, given)
    for found in steps:
        rows = select(target.model, target.code, found.reason, func.count().over()).where(*given, found.clause)
        page = db.execute(rows.order_by(found.rank, *order).limit(limit).offset(offset)).all()
        if not page and offset:  # beyond the last page
            page = db.execute(rows.limit(1)).all()
            if page:
                return [], page[0][3], {}
        if page:
            return [row[0] for row in page], page[0][3], {row[1]: row[2] for row in page}
    return [], 0, {}


_ESTATE_TABLE = ("estate_code", "name", "kind", "division_code", "households", "address")
_estates = (
    select(*(getattr(F, name) for name in _ESTATE_TABLE)).where(valid(F, bindparam("day"))).order_by(F.estate_code)
)
_estates_now = _estates.where(recorded(F))
_named_now = _estates_now.where(F.estate_code.in_(bindparam("codes", expanding=True)))


def estates_table(
    db: Session, as_of: date, known_at: datetime | None, within: str | None, codes: Collection[str] | None = None
) -> pd.DataFrame:
    """See ``api.estates_frame``."""
    given: dict[str, Any] = {"day": as_of}
    rows = _estates_now if known_at is None else _estates.where(recorded(F, known_at))
    if codes is not None:
        rows = _named_now if known_at is None else rows.where(F.estate_code.in_(bindparam("codes", expanding=True)))
        given["codes"] = sorted(codes)
    rows = _where(rows, inside(F.division_code, within))
    cells = list(zip(*db.execute(rows, given), strict=True)) or [()] * len(_ESTATE_TABLE)
    cells[-1] = tuple(address or "" for address in cells[-1])
    types = {"households": "int64"}  # told rather than guessed: this is asked for again and again
    made = zip(_ESTATE_TABLE, cells, strict=True)
    return pd.DataFrame({name: pd.array(list(values), dtype=types.get(name, "str")) for name, values in made})


def estate_kinds(db: Session) -> dict[str, list[tuple[date, date | None, str]]]:
    """See ``api.estate_kinds``."""
    rows = select(F.estate_code, F.valid_from, F.valid_to, F.kind).where(recorded(F))
    kinds: dict[str, list[tuple[date, date | None, str]]] = {}
    for code, first, last, kind in db.execute(rows.order_by(F.estate_code, F.valid_from)):
        kinds.setdefault(code, []).append((first, last, kind))
    return kinds


# ---- enterprises and managers


def enterprise_row(db: Session, uscc: str) -> Enterprise:
    """The company of a code. Raises ``NotFound``."""
    found = db.get(Enterprise, uscc)
    if found is None:
        raise NotFound(_("没有统一社会信用代码为“%(value)s”的企业。", value=uscc))
    return found


def enterprises_found(
    db: Session, q: str = "", *, limit: int | None = None, offset: int = 0
) -> tuple[list[Enterprise], int]:
    """Companies by name, code, pinyin, initials or address."""
    rows, total, _reasons = enterprises_matched(db, q, limit=limit, offset=offset)
    return rows, total


def enterprises_matched(
    db: Session, q: str = "", *, limit: int | None = None, offset: int = 0
) -> tuple[list[Enterprise], int, dict[str, str]]:
    """As ``enterprises_found``, with the reason of each match by code."""
    return _found(db, ENTERPRISES, q, (), (Enterprise.uscc,), limit, offset)


def manager_row(db: Session, code: str) -> Manager:
    """The manager of a code. Raises ``NotFound``."""
    found = db.get(Manager, code)
    if found is None:
        raise NotFound(_("没有编号为“%(value)s”的项目负责人。", value=code))
    return found


def manager(db: Session, code: str) -> KnownManager:
    """The manager of a code with name and phone, for staff pages only. Raises ``NotFound``."""
    return sealed.opened(db, [manager_row(db, code)])[0]


def managers_found(
    db: Session, q: str = "", *, limit: int | None = None, offset: int = 0
) -> tuple[list[KnownManager], int]:
    """Managers by name, code, pinyin or initials. For staff pages only."""
    rows, total, _reasons = _found(db, MANAGERS, q, (), (Manager.code,), limit, offset)
    return sealed.opened(db, rows), total


def manager_count(db: Session) -> int:
    """How many managers are registered."""
    return db.scalar(select(func.count()).select_from(Manager)) or 0


def enterprise_names(db: Session, usccs: Iterable[str] | None = None) -> dict[str, str]:
    """Names of companies by code; of all when none are asked for."""
    rows = select(Enterprise.uscc, Enterprise.name).order_by(Enterprise.uscc)
    if usccs is not None:
        wanted = set(usccs)
        if not wanted:
            return {}
        rows = rows.where(Enterprise.uscc.in_(wanted))
    return dict(db.execute(rows).all())


# ---- contracts


def live_contracts(db: Session, estates: Iterable[str] | None = None) -> list[Contract]:
    """Contracts as known now, by estate and start."""
    rows = select(Contract).where(recorded(Contract)).order_by(Contract.estate_code, Contract.valid_from)
    if estates is not None:
        rows = rows.where(Contract.estate_code.in_(set(estates)))
    return list(db.scalars(rows))


def contract_row(db: Session, contract_id: str) -> Contract:
    """A contract version by its id. Raises ``NotFound``."""
    found = db.get(Contract, contract_id)
    if found is None:
        raise NotFound(_("没有找到这份合同。"))
    return found


def contracts_history(db: Session, estate_code: str) -> list[Contract]:
    """Every version ever recorded of an estate's contracts, the newest knowledge first."""
    order = (Contract.recorded_at.desc(), Contract.valid_from.desc())
    return list(db.scalars(select(Contract).where(Contract.estate_code == estate_code).order_by(*order)))


def contracts_of(db: Session, *, uscc: str = "", manager: str = "", within: str | None = None) -> list[Contract]:
    """Contracts of a party as known now, in estates of a jurisdiction, the newest first."""
    rows = select(Contract).where(recorded(Contract))
    if uscc:
        rows = rows.where(Contract.uscc == uscc)
    if manager:
        rows = rows.where(Contract.manager_code == manager)
    if within:
        held = select(F.estate_code).where(recorded(F), inside(F.division_code, within))  # type: ignore[arg-type]
        rows = rows.where(Contract.estate_code.in_(held))
    return list(db.scalars(rows.order_by(Contract.valid_from.desc(), Contract.estate_code)))


_CONTRACT_TABLE = ("estate_code", "uscc", "manager_code", "starts_on", "ends_on")
_contracts = select(
    Contract.estate_code, Contract.uscc, Contract.manager_code, Contract.valid_from, Contract.valid_to
).order_by(Contract.estate_code, Contract.valid_from)
_serving_now = _contracts.where(known(Contract, bindparam("day")))
_companies_now = (
    select(Contract.estate_code, Enterprise.uscc, Enterprise.name)
    .join(Enterprise, Enterprise.uscc == Contract.uscc)
    .where(known(Contract, bindparam("day")), Contract.estate_code.in_(bindparam("codes", expanding=True)))
    .order_by(Contract.estate_code)
)


def contracts_table(db: Session, known_at: datetime | None, day: date | None = None) -> pd.DataFrame:
    """See ``api.contracts_frame``; with a day, those in force on it."""
    if day is not None and known_at is None:
        found = db.execute(_serving_now, {"day": day})
    else:
        clause = recorded(Contract, known_at) if day is None else known(Contract, day, known_at)
        found = db.execute(_contracts.where(clause))
    cells = list(zip(*found, strict=True)) or [()] * len(_CONTRACT_TABLE)
    types = {"starts_on": "object", "ends_on": "object"}
    made = zip(_CONTRACT_TABLE, cells, strict=True)
    return pd.DataFrame({name: pd.Series(list(values), dtype=types.get(name, "str")) for name, values in made})


def contract_on(db: Session, estate_code: str, day: date) -> Contract | None:
    """The contract under which an estate is served on a day, as known now."""
    rows = select(Contract).where(Contract.estate_code == estate_code, known(Contract, day))
    return db.scalars(rows.order_by(Contract.valid_from).limit(1)).one_or_none()


def contracts_found(
    db: Session,
    as_of: date,
    within: str | None,
    q: str = "",
    state: str = "",
    *,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Contract], int]:
    """Contracts as known now of estates in a jurisdiction; ``q`` is looked for in estate, company and manager.

    ``state``: ``open`` in force on the day, ``ended``, ``coming``; anything else: all.
    """
    rows = select(Contract).join(F, and_(F.estate_code == Contract.estate_code, known(F, as_of)))
    rows = rows.join(Enterprise, Enterprise.uscc == Contract.uscc).join(Manager, Manager.code == Contract.manager_code)
    asked = (ESTATES, ENTERPRISES) if finding.is_asked(q) else ()
    found = [finding.as_written(db, target, q).clause for target in asked]
    found += [people.found(db, MANAGERS, q).clause] if asked else []
    states = {
        "open": known(Contract, as_of),
        "ended": Contract.valid_to < as_of,
        "coming": Contract.valid_from > as_of,
    }
    anywhere = or_(*found) if found else None
    rows = _where(rows, recorded(Contract), inside(F.division_code, within), anywhere, states.get(state))
    total = db.scalar(select(func.count()).select_from(rows.subquery())) or 0
    ordered = rows.order_by(Contract.estate_code, Contract.valid_from).limit(limit).offset(offset)
    return list(db.scalars(ordered)), total


def enterprise_details(db: Session) -> pd.DataFrame:
    """See ``api.enterprise_details``."""
    rows = list(db.scalars(select(Enterprise).order_by(Enterprise.uscc)))
    phones = sealed.phones(db, rows)
    cells = [(row.uscc, row.name, row.legal_representative, phones[row.uscc], row.address) for row in rows]
    return pd.DataFrame.from_records(cells, columns=["uscc", "name", "legal_representative", "phone", "address"])


def contracts_registered(db: Session, since: datetime) -> pd.DataFrame:
    """See ``api.contracts_registered``."""
    same = (Contract.estate_code, Contract.uscc, Contract.manager_code, Contract.valid_from)
    first = select(*same, func.min(Contract.recorded_at).label("first")).group_by(*same).subquery()
    joined = and_(*(first.c[column.key] == column for column in same))
    rows = select(*same[:3], Contract.valid_from, Contract.valid_to, first.c.first).join(first, joined)
    rows = rows.where(recorded(Contract), first.c.first >= since).order_by(first.c.first, *same)
    names = ["estate_code", "uscc", "manager_code", "starts_on", "ends_on", "recorded_at"]
    return pd.DataFrame.from_records(db.execute(rows).all(), columns=names)


def companies_serving(db: Session, day: date, estates: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Estate code to (code, name) of the company that serves it on a day."""
    found = db.execute(_companies_now, {"day": day, "codes": list(set(estates))})
    return {code: (uscc, name) for code, uscc, name in found}


def estate_names(db: Session, codes: Iterable[str]) -> dict[str, str]:
    """Current names of estates by code."""
    wanted = set(codes)
    return dict(db.execute(_names_now, {"codes": list(wanted)}).all()) if wanted else {}


def manager_names(db: Session, codes: Iterable[str] | None = None) -> dict[str, str]:
    """Names of managers by code, for staff pages; of all when none are asked for."""
    rows = select(Manager).order_by(Manager.code)
    if codes is not None:
        rows = rows.where(Manager.code.in_(set(codes)))
    return {one.code: one.name for one in sealed.opened(db, db.scalars(rows))}


# ---- counts and the last hand


def estates_by_division(db: Session, as_of: date) -> dict[str, int]:
    """How many estates each community has on a day."""
    rows = select(F.division_code, func.count()).where(known(F, as_of)).group_by(F.division_code)
    return dict(db.execute(rows.order_by(F.division_code)).all())


def counts(db: Session, within: str | None, as_of: date) -> dict[str, int]:
    """How many records of each kind a reader may see."""
    estates = _where(select(func.count()).select_from(F), known(F, as_of), inside(F.division_code, within))
    divisions = _where(select(func.count()).select_from(Division), inside(Division.code, within))
    served = _where(
        select(func.count())
        .select_from(Contract)
        .join(F, and_(F.estate_code == Contract.estate_code, known(F, as_of))),
        known(Contract, as_of),
        inside(F.division_code, within),
    )
    return {
        "estates": db.scalar(estates) or 0,
        "enterprises": db.scalar(select(func.count()).select_from(Enterprise)) or 0,
        "managers": manager_count(db),
        "divisions": db.scalar(divisions) or 0,
        "served": db.scalar(served) or 0,
    }


def last_editor(db: Session, subject: str) -> str:
    """Who last changed a record, as the audit log names them; empty when unknown."""
    rows = select(AuditEntry.actor).where(AuditEntry.subject == subject).order_by(AuditEntry.seq.desc()).limit(1)
    return db.scalar(rows) or ""
