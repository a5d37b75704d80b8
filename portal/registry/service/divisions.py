"""Areas: added, renamed, never removed."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.kernel import audit
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.importing import Counts
from portal.registry import policy, queries
from portal.registry.models import Division


@dataclass(frozen=True)
class DivisionInput:
    """What is recorded of an area."""

    name: str
    level: str
    parent_code: str


def store_divisions(db: Session, actor: Actor, areas: Mapping[str, DivisionInput]) -> Counts:
    """Add and change areas by code; the caller has checked levels and parents."""
    require(all(policy.may_edit_division(actor, code) for code in areas))
    lock(db, "registry")
    known = {row.code: row for row in queries.division_rows(db)}
    counts, added = Counts(), []
    for code, new in areas.items():
        row = known.get(code)
        if row is None:
            added.append({"code": code, **vars(new)})
        elif DivisionInput(row.name, row.level, row.parent_code) == new:
            counts.unchanged += 1
        else:
            old = {name: getattr(row, name) for name in vars(new)}
            row.name, row.level, row.parent_code = new.name, new.level, new.parent_code
            audit.record(db, actor, "division.changed", f"division:{code}", {"old": old, "new": dict(vars(new))})
            counts.updated += 1
    if added:
        db.execute(insert(Division), added)
        codes = [row["code"] for row in added]
        audit.record(db, actor, "divisions.added", "registry:divisions", {"count": len(codes), "codes": codes})
    counts.added = len(added)
    return counts
