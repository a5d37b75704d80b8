"""Estates: an identity that stays, and facts as versions on two axes of time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.importing import Counts
from portal.registry import policy, queries
from portal.registry.models import Estate, EstateFacts
from portal.registry.search.key import search_key
from portal.registry.service.parties import refuse_stale
from portal.registry.service.refusals import FieldRefused, pinned_days

FIRST_DAY = date(1900, 1, 1)
_CHUNK = 500


@dataclass(frozen=True)
class EstateInput:
    """What is true of an estate; units as in ``EstateFacts``."""

    name: str
    kind: str
    division_code: str
    address: str | None
    households: int
    floor_area_centi: int | None = None
    delivered_on: date | None = None
    latitude_e6: int | None = None
    longitude_e6: int | None = None


def facts_of(row: EstateFacts) -> EstateInput:
    """The facts of a version."""
    return EstateInput(*(getattr(row, field.name) for field in fields(EstateInput)))


def _version(code: str, facts: EstateInput, first: date, last: date | None, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "estate_code": code,
        **vars(facts),
        "search_key": search_key(facts.name, code, facts.address),
        "valid_from": first,
        "valid_to": last,
        "recorded_at": at,
        "superseded_at": None,
    }


def supersede(db: Session, model: Any, ids: list[str], at: datetime) -> None:
    """Close many versions at once."""
    for start in range(0, len(ids), _CHUNK):
        closing = update(model).where(model.id.in_(ids[start : start + _CHUNK])).values(superseded_at=at)
        db.execute(closing, execution_options={"synchronize_session": "fetch"})


def store_estates(db: Session, actor: Actor, estates: Mapping[str, EstateInput]) -> Counts:
    """Add and change estates by code, as the estates sheet means it.

    A new estate is true from 1900-01-01. A change counts from the day after the last day that published results hold
    of the estate; where they hold none of the current version, it corrects that version from its beginning.
    """
    require(all(policy.may_edit_estate(actor, facts.division_code) for facts in estates.values()))
    lock(db, "registry")
    at, counts, live = clock.now(), Counts(), queries.live_estates(db)
    added = {code: facts for code, facts in estates.items() if code not in live}
    changed = {code: facts for code, facts in estates.items() if code in live and facts_of(live[code]) != facts}
    if changed:
        pins = pinned_days(db)
        versions: list[dict[str, Any]] = []
        for code, facts in changed.items():
            old = live[code]
            require(policy.may_edit_estate(actor, old.division_code))
            day = _day_after(pins.get(code, ()), old)
            versions += _successors(old, facts, day, at)
            _audit_change(db, actor, old, facts, day)
        supersede(db, EstateFacts, [live[code].id for code in changed], at)
        db.execute(insert(EstateFacts), versions)
    _add(db, actor, added, at)
    counts.added, counts.updated = len(added), len(changed)
    counts.unchanged = len(estates) - counts.added - counts.updated
    return counts


def _add(db: Session, actor: Actor, added: Mapping[str, EstateInput], at: datetime) -> None:
    if not added:
        return
    db.execute(insert(Estate), [{"code": code, "recorded_at": at} for code in added])
    db.execute(insert(EstateFacts), [_version(code, facts, FIRST_DAY, None, at) for code, facts in added.items()])
    audit.record(db, actor, "estates.added", "registry:estates", {"count": len(added), "codes": list(added)})


def _day_after(pinned: Iterable[date], old: EstateFacts) -> date | None:
    """From when a change of the current version may count; None: from the version's own beginning."""
    last = max(pinned, default=None)
    return None if last is None or last < old.valid_from else last + timedelta(days=1)


def _successors(old: EstateFacts, new: EstateInput, day: date | None, at: datetime) -> list[dict[str, Any]]:
    """The versions that follow a closed one: corrected as a whole, or split at a day."""
    if day is None or day <= old.valid_from:
        return [_version(old.estate_code, new, old.valid_from, old.valid_to, at)]
    before = _version(old.estate_code, facts_of(old), old.valid_from, day - timedelta(days=1), at)
    return [before, _version(old.estate_code, new, day, old.valid_to, at)]


def _audit_change(db: Session, actor: Actor, old: EstateFacts, new: EstateInput, day: date | None) -> None:
    before, after = vars(facts_of(old)), vars(new)
    names = [name for name in after if before[name] != after[name]]
    detail = {
        "old": {name: before[name] for name in names},
        "new": {name: after[name] for name in names},
        "valid_from": day or old.valid_from,
    }
    audit.record(db, actor, "estate.changed", f"estate:{old.estate_code}", detail)


def add_estate(db: Session, actor: Actor, code: str, facts: EstateInput) -> None:
    """A new estate. Raises ``FieldRefused`` when the code is taken: a code never returns."""
    if db.get(Estate, code) is not None:
        raise FieldRefused("estate_code", _("编号为“%(value)s”的小区已经登记。", value=code))
    store_estates(db, actor, {code: facts})


def edit_estate(
    db: Session, actor: Actor, code: str, facts: EstateInput, *, version: str, from_day: date | None, on: date
) -> bool:
    """Change an estate from a day, or (``from_day`` None) correct its current version from its beginning.

    Whether anything changed. Raises ``NotFound``, ``Conflict`` when ``version`` is not the current one, and
    ``FieldRefused`` for a day in the future or a correction that would reach into published results.
    """
    lock(db, "registry")
    old = queries.current_estate(db, code)
    require(policy.may_edit_estate(actor, old.division_code) and policy.may_edit_estate(actor, facts.division_code))
    refuse_stale(db, f"estate:{code}", old.id == version, old.recorded_at)
    if facts_of(old) == facts:
        return False
    _check_day(db, old, facts, from_day, on)
    at = clock.now()
    versions = _successors(old, facts, from_day, at)
    supersede(db, EstateFacts, [old.id], at)
    db.execute(insert(EstateFacts), versions)
    _audit_change(db, actor, old, facts, from_day)
    return True


def _check_day(db: Session, old: EstateFacts, new: EstateInput, from_day: date | None, on: date) -> None:
    if from_day is not None and from_day > on:
        raise FieldRefused("from_day", _("日期不能晚于今天。"))
    if from_day is not None and from_day < old.valid_from:
        raise FieldRefused(
            "from_day", _("日期不能早于现有内容的起始日期（%(date)s）。", date=old.valid_from.isoformat())
        )
    if (old.kind, old.division_code) == (new.kind, new.division_code):
        return  # names and figures of an estate are no part of who is compared with whom
    last = max(pinned_days(db).get(old.estate_code, ()), default=None)
    if last is not None and last >= (from_day or old.valid_from):
        raise FieldRefused(
            "from_day",
            _(
                "截至%(date)s的评价结果已经公布，之前的类型和社区不能改动。请选择“自某日起变更”，日期晚于%(date)s。",
                date=last.isoformat(),
            ),
        )
