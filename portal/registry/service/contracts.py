"""Service contracts: dated, never overlapping within an estate, never rewritten under a published result."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.importing import Counts
from portal.registry import policy, queries
from portal.registry.models import Contract
from portal.registry.service.estates import supersede
from portal.registry.service.parties import refuse_stale
from portal.registry.service.refusals import FieldRefused, Refusal, pinned_days, refuse_first


@dataclass(frozen=True)
class ContractInput:
    """One contract; ``ends_on`` is the last day included, None while it is open."""

    estate_code: str
    uscc: str
    manager_code: str
    starts_on: date
    ends_on: date | None = None

    @property
    def key(self) -> tuple[str, str, date]:
        """What a contract is known by."""
        return self.estate_code, self.uscc, self.starts_on

    def covers(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def terms_of(row: Contract) -> ContractInput:
    """The terms of a recorded contract."""
    return ContractInput(row.estate_code, row.uscc, row.manager_code, row.valid_from, row.valid_to)


@dataclass(frozen=True)
class ContractPlan:
    """What storing rows would do, and why it cannot be done."""

    added: list[ContractInput]
    changed: list[tuple[Contract, ContractInput]]
    unchanged: int
    refusals: list[Refusal]


def plan_contracts(db: Session, rows: Sequence[ContractInput]) -> ContractPlan:
    """Compare rows (no two with one key) with the register as known now; nothing is written."""
    lock(db, "registry")
    live = {terms_of(row).key: row for row in queries.live_contracts(db)}
    added = [row for row in rows if row.key not in live]
    changed = [(live[row.key], row) for row in rows if row.key in live and terms_of(live[row.key]) != row]
    untouched = [terms_of(row) for key, row in live.items()]
    refusals = _ends_before_start(rows)
    if not refusals:
        refusals = _overlaps(db, rows, untouched) + _rewritten(db, rows, live)
    return ContractPlan(added, changed, len(rows) - len(added) - len(changed), refusals)


def _ends_before_start(rows: Sequence[ContractInput]) -> list[Refusal]:
    return [
        Refusal(place, "ends_on", _("结束日期早于开始日期（%(date)s）。请核对。", date=row.starts_on.isoformat()))
        for place, row in enumerate(rows)
        if row.ends_on is not None and row.ends_on < row.starts_on
    ]


def _overlaps(db: Session, rows: Sequence[ContractInput], live: Iterable[ContractInput]) -> list[Refusal]:
    """Rows that overlap another contract of their estate, in the file or (as the file leaves it) in the register."""
    touched = {row.estate_code for row in rows}
    keys = {row.key for row in rows}
    final: dict[str, list[tuple[ContractInput, int]]] = defaultdict(list)
    for terms in live:
        if terms.estate_code in touched and terms.key not in keys:
            final[terms.estate_code].append((terms, -1))
    for place, row in enumerate(rows):
        final[row.estate_code].append((row, place))
    clashes: dict[int, ContractInput] = {}
    for contracts in final.values():
        _find_clashes(contracts, clashes)
    names = queries.enterprise_names(db, {other.uscc for other in clashes.values()})
    return [
        Refusal(place, "starts_on", _overlap_sentence(other, names.get(other.uscc, other.uscc)))
        for place, other in sorted(clashes.items())
    ]


def _find_clashes(contracts: list[tuple[ContractInput, int]], clashes: dict[int, ContractInput]) -> None:
    """Walk an estate's contracts by their start; of two that overlap, the later row of the input is named."""
    contracts.sort(key=lambda item: (item[0].starts_on, item[1]))
    longest, place = contracts[0]
    for terms, here in contracts[1:]:
        if longest.covers(terms.starts_on):
            blamed, other = (here, longest) if here > place else (place, terms)
            clashes.setdefault(blamed, other)
        if longest.ends_on is not None and (terms.ends_on is None or terms.ends_on > longest.ends_on):
            longest, place = terms, here


def _overlap_sentence(other: ContractInput, name: str) -> str:
    if other.ends_on is None:
        return _(
            "与%(enterprise)s的合同（%(from)s起，未约定终止日期）服务期重叠。请先填写那份合同的结束日期。",
            **{"enterprise": name, "from": other.starts_on.isoformat()},
        )
    dates = {"from": other.starts_on.isoformat(), "to": other.ends_on.isoformat()}
    return _(
        "与%(enterprise)s的合同（%(from)s至%(to)s）服务期重叠。请先填写那份合同的结束日期。", enterprise=name, **dates
    )


def _rewritten(
    db: Session, rows: Sequence[ContractInput], live: dict[tuple[str, str, date], Contract]
) -> list[Refusal]:
    """Rows that would alter who served on a day that published results hold."""
    changing = [(place, terms_of(live[row.key]), row) for place, row in enumerate(rows) if row.key in live]
    changing = [(place, old, row) for place, old, row in changing if old != row]
    pins = pinned_days(db) if changing else {}
    refusals = []
    for place, old, row in changing:
        last = _last_day_altered(pins.get(row.estate_code, ()), old, row)
        if last is not None:
            field = "manager_code" if old.manager_code != row.manager_code else "ends_on"
            refusals.append(Refusal(place, field, _held_sentence(last)))
    return refusals


def _last_day_altered(pinned: Iterable[date], old: ContractInput, new: ContractInput | None) -> date | None:
    """The last held day of the old terms, when the new ones alter who served on any; None when they do not."""
    held = [day for day in pinned if old.covers(day)]
    same_hands = new is not None and new.manager_code == old.manager_code
    altered = [day for day in held if not (same_hands and new is not None and new.covers(day))]
    return max(held) if altered else None


def _held_sentence(last: date) -> str:
    return _(
        "截至%(date)s由谁服务已用于公布的结果，不能改动。"
        "请把这份合同的结束日期填为%(date)s或之后，再另增一份自次日起的合同。",
        date=last.isoformat(),
    )


def _row(terms: ContractInput, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "estate_code": terms.estate_code,
        "uscc": terms.uscc,
        "manager_code": terms.manager_code,
        "valid_from": terms.starts_on,
        "valid_to": terms.ends_on,
        "recorded_at": at,
        "superseded_at": None,
    }


def _subject(terms: ContractInput) -> str:
    return f"contract:{terms.estate_code}/{terms.uscc}/{terms.starts_on}"


def store_contracts(db: Session, actor: Actor, plan: ContractPlan) -> Counts:
    """Do what a plan without refusals says. The caller has checked that its codes exist."""
    refuse_first(plan.refusals)
    rows = [*plan.added, *(terms for _old, terms in plan.changed)]
    live = queries.live_estates(db) if rows else {}
    require(all(policy.may_edit_estate(actor, live[row.estate_code].division_code) for row in rows))
    at = clock.now()
    for old, new in plan.changed:
        detail = {
            "old": {"manager_code": old.manager_code, "ends_on": old.valid_to},
            "new": {"manager_code": new.manager_code, "ends_on": new.ends_on},
        }
        audit.record(db, actor, "contract.changed", _subject(new), detail)
    supersede(db, Contract, [old.id for old, _new in plan.changed], at)
    if rows:
        db.execute(insert(Contract), [_row(terms, at) for terms in rows])
    if plan.added:
        added = [[row.estate_code, row.uscc, row.manager_code, row.starts_on, row.ends_on] for row in plan.added]
        audit.record(db, actor, "contracts.added", "registry:contracts", {"count": len(added), "contracts": added})
    return Counts(len(plan.added), len(plan.changed), plan.unchanged)


def add_contract(db: Session, actor: Actor, terms: ContractInput) -> None:
    """A new contract. Raises ``FieldRefused`` when it is known already or overlaps, ``NotFound`` for its parties."""
    estate = queries.current_estate(db, terms.estate_code)
    require(policy.may_edit_estate(actor, estate.division_code))
    _check_parties(db, terms)
    plan = plan_contracts(db, [terms])
    refuse_first(plan.refusals)
    if not plan.added:
        raise FieldRefused("starts_on", _("这份合同已经登记。"))
    store_contracts(db, actor, plan)


def _check_parties(db: Session, terms: ContractInput) -> None:
    checks = (("uscc", queries.enterprise_row, terms.uscc), ("manager_code", queries.manager_row, terms.manager_code))
    for field, find, code in checks:
        try:
            find(db, code)
        except DomainError as error:
            raise FieldRefused(field, str(error)) from error


def edit_contract(db: Session, actor: Actor, contract_id: str, *, manager_code: str, ends_on: date | None) -> bool:
    """Change the manager or the last day (None: open again); ``contract_id`` is the version that was read.

    Whether anything changed. Raises ``NotFound``, ``Conflict``, ``FieldRefused``.
    """
    old = _current(db, actor, contract_id)
    terms = replace(terms_of(old), manager_code=manager_code, ends_on=ends_on)
    _check_parties(db, terms)
    return store_contracts(db, actor, plan_contracts(db, [terms])).changed


def end_contract(db: Session, actor: Actor, contract_id: str, *, ends_on: date) -> bool:
    """Give a contract its last day. Otherwise as ``edit_contract``."""
    return edit_contract(
        db, actor, contract_id, manager_code=queries.contract_row(db, contract_id).manager_code, ends_on=ends_on
    )


def withdraw_contract(db: Session, actor: Actor, contract_id: str, *, reason: str) -> None:
    """Take back a contract that was recorded in error; it stays readable as known before.

    Raises ``NotFound``, ``Conflict``, and ``DomainError`` when published results rest on it.
    """
    old = _current(db, actor, contract_id)
    terms = terms_of(old)
    last = _last_day_altered(pinned_days(db).get(old.estate_code, ()), terms, None)
    if last is not None:
        raise DomainError(_held_sentence(last))
    supersede(db, Contract, [old.id], clock.now())
    audit.record(db, actor, "contract.withdrawn", _subject(terms), {"old": dict(vars(terms)), "reason": reason})


def _current(db: Session, actor: Actor, contract_id: str) -> Contract:
    lock(db, "registry")
    old = queries.contract_row(db, contract_id)
    require(policy.may_edit_estate(actor, queries.current_estate(db, old.estate_code).division_code))
    refuse_stale(db, _subject(terms_of(old)), old.superseded_at is None, old.superseded_at)
    return old
