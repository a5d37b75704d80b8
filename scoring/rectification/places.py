"""Names, kinds and communities of some estates, in few questions."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.registry import api as registry

FEW = 3  # so many are asked for one by one


@dataclass(frozen=True)
class Place:
    """What an order says of its estate."""

    code: str
    name: str
    kind: str
    division_code: str


def places_of(db: Session, codes: Collection[str]) -> dict[str, Place]:
    """Estate code to its place today. ``NotFound`` where there is none."""
    if len(codes) <= FEW:
        views = [registry.estate(db, code) for code in sorted(codes)]
        return {view.code: Place(view.code, view.name, view.kind, view.division_code) for view in views}
    frame = registry.estates_frame(db, clock.today(), codes=codes)[["estate_code", "name", "kind", "division_code"]]
    return {row.estate_code: Place(*row) for row in frame.itertuples(index=False)}
