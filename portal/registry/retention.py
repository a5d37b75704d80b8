"""Managers and companies that serve no estate any more: after the term a manager's name, phone and ID digest go, and a company's
phone. Codes, contracts and credit records stay: they are public and name nobody."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.kernel import clock, keys
from portal.kernel.retention import Ended, Keeper
from portal.kernel.versions import recorded
from portal.registry.models import Contract, Enterprise, Manager
from portal.registry.sealed import company_subject, manager_subject
from portal.registry.search.people import people_key

CLEARED = "cleared:"  # stands in place of the digest of the ID number


def keepers(_db: Session) -> list[Keeper]:
    """The answer to ``retention.due``."""
    return [Keeper("managers-left", _managers, _clear_managers), Keeper("companies-left", _companies, _clear_companies)]


def _since(db: Session, column: Any) -> dict[str, date | None]:
    """Code to the last day of the last contract known now; None while one is open."""
    ends = select(column, func.max(Contract.valid_to), func.count() - func.count(Contract.valid_to)).where(
        recorded(Contract)
    )
    return {code: None if still_open else last for code, last, still_open in db.execute(ends.group_by(column))}


def _managers(db: Session, before: date) -> list[Ended]:
    ends = _since(db, Contract.manager_code)
    rows = (
        select(Manager.code, Manager.recorded_at).where(Manager.id_hash.not_like(f"{CLEARED}%")).order_by(Manager.code)
    )
    found = []
    for code, at in db.execute(rows):
        last = ends.get(code, clock.district_date(at))  # who never served counts from the day of registration
        if last is not None and last <= before:
            found.append(Ended(manager_subject(code), last))
    return found


def _clear_managers(db: Session, subjects: Sequence[str], at: datetime) -> int:
    codes = [subject.removeprefix("manager:") for subject in subjects]
    for code in codes:
        gone = {"id_hash": f"{CLEARED}{code}", "id_hash_key": "", "id_last4": "", "search_key": people_key("", code)}
        db.execute(update(Manager).where(Manager.code == code).values(**gone, phone_sealed=None))
    keys.bury(db, subjects, at)
    return len(codes)


def _companies(db: Session, before: date) -> list[Ended]:
    ends = _since(db, Contract.uscc)
    rows = select(Enterprise.uscc, Enterprise.recorded_at).where(Enterprise.phone_sealed.is_not(None))
    found = []
    for uscc, at in db.execute(rows.order_by(Enterprise.uscc)):
        last = ends.get(uscc, clock.district_date(at))
        if last is not None and last <= before:
            found.append(Ended(company_subject(uscc), last))
    return found


def _clear_companies(db: Session, subjects: Sequence[str], _at: datetime) -> int:
    """The phone goes, the key stays: a company may come back."""
    codes = [subject.removeprefix("enterprise:") for subject in subjects]
    db.execute(update(Enterprise).where(Enterprise.uscc.in_(codes)).values(phone_sealed=None))
    return len(codes)
