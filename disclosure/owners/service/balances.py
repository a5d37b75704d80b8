"""Balances of the maintenance fund per unit, from a sheet: one journal line a unit and day, corrected by a newer one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from disclosure.owners import queries
from disclosure.owners.households import building_key, unit_key
from disclosure.owners.models import OwnerUnit, UnitBalance
from portal.kernel import audit, clock
from portal.kernel.access import Actor
from portal.kernel.db import lock
from portal.kernel.ids import new_id
from portal.kernel.importing import Counts


@dataclass(frozen=True)
class BalanceInput:
    """A unit's balance at the end of a day, in fen; below zero: the unit still has to pay in."""

    estate_code: str
    building: str
    unit: str
    as_of: date
    balance_fen: int


def store(db: Session, actor: Actor, rows: Sequence[BalanceInput]) -> Counts:
    """Add balances; the same again changes nothing, another figure is a newer line. Units that are new are added."""
    counts = Counts()
    for code in sorted({row.estate_code for row in rows}):
        lock(db, f"owners:{code}")
        own = [row for row in rows if row.estate_code == code]
        new = _new(db, actor, code, own, counts)
        if new:
            db.execute(insert(UnitBalance), new)
            days = sorted({str(row["as_of"]) for row in new})
            audit.record(db, actor, "unit-balances.added", f"estate:{code}", {"units": len(new), "days": days})
    return counts


def _new(db: Session, actor: Actor, code: str, rows: list[BalanceInput], counts: Counts) -> list[dict[str, object]]:
    units, now = {(unit.building_key, unit.unit_key): unit.id for unit in queries.units(db, code)}, clock.now()
    known, found = _known(db, code), list[dict[str, object]]()
    for row in rows:
        key = (building_key(row.building), unit_key(row.unit))
        if key not in units:
            units[key] = _add_unit(db, row, key)
        seq, last = known.get((units[key], row.as_of), (0, None))
        if last == row.balance_fen:
            counts.unchanged += 1
            continue
        counts.updated, counts.added = counts.updated + bool(seq), counts.added + (not seq)
        known[units[key], row.as_of] = (seq + 1, row.balance_fen)
        found.append({"unit_id": units[key], "as_of": row.as_of, "seq": seq + 1, "balance_fen": row.balance_fen,
                      "actor": actor.audit_name, "recorded_at": now})  # fmt: skip
    return found


def _add_unit(db: Session, row: BalanceInput, key: tuple[str, str]) -> str:
    unit = OwnerUnit(
        id=new_id(), estate_code=row.estate_code, building=row.building.strip(), unit=row.unit.strip(),
        building_key=key[0], unit_key=key[1], recorded_at=clock.now(),
    )  # fmt: skip
    db.add(unit)
    db.flush()
    return unit.id


def _known(db: Session, code: str) -> dict[tuple[str, date], tuple[int, int | None]]:
    newest = (
        select(UnitBalance.unit_id, UnitBalance.as_of, func.max(UnitBalance.seq).label("seq"))
        .join(OwnerUnit, OwnerUnit.id == UnitBalance.unit_id)
        .where(OwnerUnit.estate_code == code)
        .group_by(UnitBalance.unit_id, UnitBalance.as_of)
        .subquery()
    )
    query = select(UnitBalance).join(
        newest,
        (newest.c.unit_id == UnitBalance.unit_id)
        & (newest.c.as_of == UnitBalance.as_of)
        & (newest.c.seq == UnitBalance.seq),
    )
    return {(row.unit_id, row.as_of): (row.seq, row.balance_fen) for row in db.scalars(query)}
