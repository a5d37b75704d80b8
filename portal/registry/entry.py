"""Market entry as the register sees it: rooms above tell what stands on the parties of a contract, an officer decides.

Announcements: ``contract.registering`` (answered with ``EntryStanding``) and ``contract.decided`` (heard, with the reason).
The register bars nobody: it asks for a decision and keeps to it.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.kernel import clock, hooks
from portal.kernel.access import Actor


@dataclass(frozen=True)
class EntryStanding:
    """What stands, in sentences for the office, and whether the officer must decide."""

    lines: tuple[str, ...]
    asks_decision: bool


@dataclass(frozen=True)
class Registration:
    """A contract that is being registered, or (``deed`` manager) whose manager changes."""

    deed: str
    estate_code: str
    uscc: str
    manager_code: str
    starts_on: date


def standing(db: Session, uscc: str, manager_code: str) -> EntryStanding:
    """What the rooms above know of the parties today."""
    told = hooks.announce("contract.registering", db, uscc=uscc, manager_code=manager_code, on=clock.today())
    lines = tuple(line for answer in told for line in answer.lines)
    return EntryStanding(lines, any(answer.asks_decision for answer in told))


def decided(db: Session, actor: Actor, registration: Registration, decision: str, reason: str) -> None:
    """Tell the rooms above what the officer decided, and why."""
    facts = vars(registration) | {"decision": decision, "reason": reason, "on": clock.today()}
    hooks.announce("contract.decided", db, actor=actor, **facts)
