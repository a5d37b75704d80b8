"""Verbs that change the facts of a year: store many at once, record or correct one, decide or withdraw a veto.

A fact is never edited: its version is closed and the next one inserted. What would change a fact of a published rating
is a correction: it needs a public reason and revises the rating in the same transaction (announced, see ``hooks``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, hooks
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.registry import api as registry
from scoring.surveys import policy, queries
from scoring.surveys.catalogue import indicators, veto_grounds
from scoring.surveys.kinds import COLLECTION_RATES, INDICATORS, SURVEYS, VETOES, FactKind
from scoring.surveys.models import Veto

_AT_ONCE = 500
Fact = Mapping[str, Any]


@dataclass
class Change:
    """What storing rows would do: positions of the rows that are new, changed (with the open version) or unchanged."""

    added: list[int] = field(default_factory=list)
    updated: list[tuple[int, Any]] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)


def compare(db: Session, kind: FactKind, rows: Sequence[Fact]) -> Change:
    """Sort rows by what storing them would do."""
    live = queries.live_rows(db, kind, {row["year"] for row in rows})
    change = Change()
    for place, row in enumerate(rows):
        old = live.get(tuple(row[name] for name in kind.key))
        if old is None:
            change.added.append(place)
        elif all(getattr(old, name) == row[name] for name in kind.values):
            change.unchanged.append(place)
        else:
            change.updated.append((place, old))
    return change


def published(db: Session, year: int) -> set[str]:
    """Estates whose rating of a year is published."""
    return set().union(*hooks.announce("year.published", db, year=year))


def lock_years(db: Session, years: Iterable[int]) -> None:
    """No publication of these years meanwhile: what it reads and what it says it knew stay one."""
    for year in sorted(set(years)):
        lock(db, f"year:{year}")


def store(db: Session, actor: Actor, kind: FactKind, rows: Sequence[Fact], change: Change, on: date) -> None:
    """Write a compared change: bulk rows, one audit row. Vetoes count at once: the announcement revises ratings.

    The caller has refused changes of published facts and checked jurisdiction.
    """
    if not change.added and not change.updated:
        return
    at = clock.now()
    closed = [old.id for _place, old in change.updated]
    for start in range(0, len(closed), _AT_ONCE):
        model = kind.model
        db.execute(
            update(model)
            .where(model.id.in_(closed[start : start + _AT_ONCE]))
            .values(superseded_at=at)
            .execution_options(synchronize_session=False)
        )
    written = [rows[place] for place in (*change.added, *(place for place, _old in change.updated))]
    db.execute(insert(kind.model), [_version(kind, row, actor, at) for row in written])
    db.expire_all()
    years = sorted({row["year"] for row in written})
    detail = {
        "added": len(change.added),
        "changed": [
            {"fact": _key(kind, rows[place]), "old": _values(kind, old), "new": _values(kind, rows[place])}
            for place, old in change.updated
        ],
    }
    subject = f"year:{years[0]}" if len(years) == 1 else f"year:{years[0]}-{years[-1]}"
    audit.record(db, actor, f"{kind.name}.stored", subject, detail)
    if kind is VETOES:
        for year in years:
            estates = sorted({row["estate_code"] for row in written if row["year"] == year})
            hooks.announce("veto.decided", db, actor=actor, year=year, estates=estates, on=on)


def _version(kind: FactKind, row: Fact, actor: Actor, at: Any) -> dict[str, Any]:
    own: dict[str, Any] = {name: row[name] for name in kind.columns}
    if kind is INDICATORS:
        own["source"] = row.get("source", "sheet")
    if kind is VETOES:
        own["decided_by"] = row.get("decided_by") or actor.login
    first, last = date(row["year"], 1, 1), date(row["year"], 12, 31)
    return {**own, "id": new_id(), "valid_from": first, "valid_to": last, "recorded_at": at, "superseded_at": None}


def _key(kind: FactKind, row: Any) -> list[Any]:
    return [row[name] for name in kind.key]


def _values(kind: FactKind, row: Any) -> dict[str, Any]:
    read: Callable[[str], Any] = row.__getitem__ if isinstance(row, Mapping) else lambda name: getattr(row, name)
    return {name: str(value) if isinstance(value := read(name), date) else value for name in kind.values}


def keep_computed(
    db: Session, actor: Actor, year: int, indicator_code: str, scores: Mapping[str, int], *, evidence: str, at: datetime
) -> int:
    """Keep what the portal computed for estates that have no such indicator yet, as a publication used it at ``at``; how
    many. A sheet that came first stands; one that comes later is a correction of the published fact.

    The caller holds the lock of the year.
    """
    row = {"year": year, "indicator_code": indicator_code, "evidence": evidence, "source": "computed"}
    known = {key[1] for key in queries.live_rows(db, INDICATORS, [year]) if key[2] == indicator_code}
    new = [{**row, "estate_code": code, "score_cp": cp} for code, cp in sorted(scores.items()) if code not in known]
    if new:
        db.execute(insert(INDICATORS.model), [_version(INDICATORS, one, actor, at) for one in new])
        detail = {"indicator": indicator_code, "added": len(new)}
        audit.record(db, actor, "indicators.computed", f"year:{year}", detail)
    return len(new)


def record_survey(
    db: Session,
    actor: Actor,
    year: int,
    estate_code: str,
    *,
    households: int,
    valid_responses: int,
    score_cp: int,
    on: date,
    reason: str = "",
) -> bool:
    """Enter or correct the survey of an estate; whether anything changed. Raises as ``record``."""
    if households < 1 or not 0 <= valid_responses <= households:
        raise DomainError(_("有效问卷数不能超过户数，户数至少为1。"))
    values = {"households": households, "valid_responses": valid_responses, "score_cp": score_cp}
    return record(db, actor, SURVEYS, {"year": year, "estate_code": estate_code, **values}, on=on, reason=reason)


def record_indicator(
    db: Session,
    actor: Actor,
    year: int,
    estate_code: str,
    *,
    indicator_code: str,
    score_cp: int,
    evidence: str,
    on: date,
    reason: str = "",
) -> bool:
    """Enter or correct one indicator of an estate; whether anything changed. Raises as ``record``."""
    if indicator_code not in {known.code for known in indicators()}:
        raise DomainError(_("没有指标“%(code)s”。", code=indicator_code))
    row = {"year": year, "estate_code": estate_code, "indicator_code": indicator_code}
    return record(db, actor, INDICATORS, {**row, "score_cp": score_cp, "evidence": evidence}, on=on, reason=reason)


def record_collection_rate(
    db: Session, actor: Actor, year: int, estate_code: str, *, rate_cp: int, on: date, reason: str = ""
) -> bool:
    """Enter or correct the fee collection rate of an estate; whether anything changed. Raises as ``record``."""
    row = {"year": year, "estate_code": estate_code, "rate_cp": rate_cp}
    return record(db, actor, COLLECTION_RATES, row, on=on, reason=reason)


def record(db: Session, actor: Actor, kind: FactKind, row: Fact, *, on: date, reason: str = "") -> bool:
    """Enter one fact, or correct it; False when nothing changes. Raises as ``record_all``."""
    return record_all(db, actor, row["year"], row["estate_code"], [(kind, row)], on=on, reason=reason)


def record_all(
    db: Session,
    actor: Actor,
    year: int,
    estate_code: str,
    facts: Sequence[tuple[FactKind, Fact]],
    *,
    on: date,
    reason: str = "",
) -> bool:
    """Enter or correct facts of one estate and year in one deed; False when nothing changes (nothing is written then).

    Changing a fact whose rating is published needs ``reason``, which is made public with the revision. Raises
    ``NotFound`` (no such estate in the jurisdiction), ``NotAllowed``, ``DomainError``.
    """
    _own_estate(db, actor, estate_code, may=policy.may_edit)
    _not_ahead(year, on)
    for kind, row in facts:
        points = row.get("score_cp", row.get("rate_cp"))
        if kind is VETOES or points is None or not 0 <= points <= 10000:
            raise DomainError(_("得分应在0至100之间。"))
    lock_years(db, [year])
    changes = [(kind, row, compare(db, kind, [row])) for kind, row in facts]
    corrected = [kind.name for kind, _row, change in changes if change.updated]
    corrects = bool(corrected) and estate_code in published(db, year)
    if corrects and not reason.strip():
        raise DomainError(_("该年度结果已经公布，更正需要写明公开的原因。"))
    for kind, row, change in changes:
        store(db, actor, kind, [row], change, on)
    if corrects:
        _corrected(db, actor, ",".join(sorted(set(corrected))), year, estate_code, on, reason.strip())
    return any(change.added or change.updated for _kind, _row, change in changes)


def decide_veto(
    db: Session,
    actor: Actor,
    year: int,
    estate_code: str,
    *,
    veto_code: str,
    decision: str,
    decided_on: date,
    evidence: str,
    on: date,
    decided_by: str = "",
) -> bool:
    """Enter a veto that was decided and served: it counts at once and revises a published rating.

    False when the same veto stands already. Raises ``NotFound``, ``NotAllowed``, ``DomainError``.
    """
    _own_estate(db, actor, estate_code, may=policy.may_decide_veto)
    _not_ahead(year, on)
    if veto_code not in {ground.code for ground in veto_grounds(year)}:
        raise DomainError(_("没有否决情形“%(code)s”。", code=veto_code))
    if not decision.strip():
        raise DomainError(_("请填写决定书编号。"))
    if decided_on > on:
        raise DomainError(_("决定日期不能晚于办理日期%(on)s。", on=on.isoformat()))
    row = {
        "year": year,
        "estate_code": estate_code,
        "veto_code": veto_code,
        "decision": decision.strip(),
        "decided_on": decided_on,
        "evidence": evidence.strip(),
        "decided_by": decided_by.strip(),
    }
    lock_years(db, [year])
    change = compare(db, VETOES, [row])
    if change.updated and estate_code in published(db, year):
        raise DomainError(_("这份决定已经计入公布的结果。请先撤销原来的登记，写明原因，再重新登记。"))
    store(db, actor, VETOES, [row], change, on)
    return bool(change.added or change.updated)


def record_served_veto(
    db: Session, actor: Actor, year: int, estate_code: str, *, veto_code: str, decision: str, decided_on: date,
    evidence: str, decided_by: str, on: date,
) -> None:  # fmt: skip
    """Record a veto whose decision just reached the company: the chain of vetoes decided it, whoever proves the service.

    It counts at once and revises a published rating.
    """
    row = {
        "year": year,
        "estate_code": estate_code,
        "veto_code": veto_code,
        "decision": decision,
        "decided_on": decided_on,
        "evidence": evidence,
        "decided_by": decided_by,
    }
    lock_years(db, [year])
    store(db, actor, VETOES, [row], compare(db, VETOES, [row]), on)


def withdraw_veto(db: Session, actor: Actor, veto_id: str, *, on: date, reason: str) -> None:
    """Take back a veto whose decision was withdrawn; revises a published rating. The old version stays readable."""
    found = queries.veto(db, veto_id)
    if found is None:
        raise NotFound(_("没有这条一票否决记录。"))
    _own_estate(db, actor, found.estate_code, may=policy.may_decide_veto)
    if not reason.strip():
        raise DomainError(_("请写明撤销的原因。"))
    lock_years(db, [found.year])
    _close(db, found)
    detail = {"veto_code": found.veto_code, "decision": found.decision, "reason": reason.strip()}
    audit.record(db, actor, "veto.withdrawn", f"estate:{found.estate_code}", {"year": found.year, **detail})
    hooks.announce("veto.withdrawn", db, actor=actor, decision=found.decision, on=on, reason=reason.strip())
    _corrected(db, actor, VETOES.name, found.year, found.estate_code, on, reason.strip())


def _close(db: Session, found: Veto) -> None:
    done = db.execute(
        update(Veto)
        .where(Veto.id == found.id, Veto.superseded_at.is_(None))
        .values(superseded_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound(_("没有这条一票否决记录。"))
    db.expire_all()


def _corrected(db: Session, actor: Actor, kind: str, year: int, estate_code: str, on: date, reason: str) -> None:
    audit.record(
        db, actor, "year-fact.corrected", f"estate:{estate_code}", {"kind": kind, "year": year, "reason": reason}
    )
    hooks.announce("year-fact.corrected", db, actor=actor, year=year, estates=[estate_code], on=on, reason=reason)


def _own_estate(db: Session, actor: Actor, code: str, may: Callable[[Actor, str], bool]) -> None:
    found = registry.estate(db, code)
    if not actor.covers(found.division_code):
        raise NotFound(_("没有编号为“%(value)s”的小区。", value=code))
    require(may(actor, found.division_code))


def _not_ahead(year: int, on: date) -> None:
    if year > on.year:
        raise DomainError(_("%(year)s年还没有开始。", year=year))
