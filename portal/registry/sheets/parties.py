"""The sheets of companies and managers."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.importing import Counts, ImportContext
from portal.kernel.sheets.read import Problems, Sheet, checked_rows
from portal.registry import sealed
from portal.registry.columns import ENTERPRISES, MANAGERS
from portal.registry.models import Manager
from portal.registry.service.parties import (
    EnterpriseInput,
    ManagerInput,
    facts_of_all,
    manager_refusals,
    store_enterprises,
    store_managers,
)
from portal.registry.sheets.reading import note_refusals, note_repeats, optional

_NOTHING = EnterpriseInput("")


def run_enterprises(db: Session, actor: Actor, sheet: Sheet, context: ImportContext) -> Counts:
    """Check and store the sheet whole, or refuse it with every bad cell."""
    problems = Problems()
    rows = checked_rows(sheet, ENTERPRISES, problems)
    note_repeats(sheet, problems, "uscc", rows["uscc"])
    problems.refuse_if_any()
    held = facts_of_all(db)
    companies = {}
    for place, uscc in enumerate(rows["uscc"]):
        old = held.get(uscc, _NOTHING)
        companies[uscc] = EnterpriseInput(
            rows["name"][place],
            optional(sheet, rows, "legal_representative", place, old.legal_representative),
            optional(sheet, rows, "phone", place, old.phone),
            optional(sheet, rows, "address", place, old.address),
        )
    return store_enterprises(db, actor, companies)


def run_managers(db: Session, actor: Actor, sheet: Sheet, context: ImportContext) -> Counts:
    """Check and store the sheet whole, or refuse it with every bad cell; ID numbers end here."""
    problems = Problems()
    rows = checked_rows(sheet, MANAGERS, problems)
    codes = rows["manager_code"]
    note_repeats(sheet, problems, "manager_code", codes)
    phones = {one.code: one.phone for one in sealed.opened(db, db.scalars(select(Manager)))}
    people = [
        (code, ManagerInput(name, optional(sheet, rows, "phone", place, phones.get(code)), identity))
        for place, (code, name, identity) in enumerate(zip(codes, rows["name"], rows["id_number"], strict=True))
    ]
    # a row with a bad cell has no identity to compare; its own problem is noted already
    whole = [place for place, (code, facts) in enumerate(people) if code and facts.identity]
    refusals = manager_refusals(db, [people[place] for place in whole])
    note_refusals(sheet, problems, refusals, whole)
    problems.refuse_if_any()
    counts = store_managers(db, actor, dict(people))
    for place, (_code, facts) in enumerate(people):
        if facts.identity and facts.identity.doubt:
            counts.notes.append(f"{sheet.cell('id_number', place)}: {facts.identity.doubt}")
    return counts
