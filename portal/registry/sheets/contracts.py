"""The contracts sheet."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.i18n import _
from portal.kernel.importing import Counts, ImportContext
from portal.kernel.sheets.read import Problems, Sheet, checked_rows
from portal.registry import policy, queries
from portal.registry.columns import CONTRACTS
from portal.registry.models import Manager
from portal.registry.service.contracts import ContractInput, plan_contracts, store_contracts, terms_of
from portal.registry.sheets.reading import note_refusals, note_repeats, optional, unknown


def run(db: Session, actor: Actor, sheet: Sheet, context: ImportContext) -> Counts:
    """Check and store the sheet whole, or refuse it with every bad cell."""
    problems = Problems()
    rows = checked_rows(sheet, CONTRACTS, problems)
    keys = list(zip(rows["estate_code"], rows["uscc"], rows["starts_on"], strict=True))
    note_repeats(sheet, problems, "starts_on", [None if None in key else key for key in keys])
    _note_codes(db, actor, sheet, rows, problems)
    held = {} if sheet.has("ends_on") else {terms_of(row).key: row.valid_to for row in queries.live_contracts(db)}
    # rows with a bad cell cannot be compared with the others; the good ones are looked at all the same
    places = [place for place, key in enumerate(keys) if None not in key and rows["manager_code"][place]]
    contracts = [
        ContractInput(
            keys[place][0],
            keys[place][1],
            rows["manager_code"][place],
            keys[place][2],
            optional(sheet, rows, "ends_on", place, held.get(keys[place])),
        )
        for place in places
    ]
    if len({row.key for row in contracts}) == len(contracts):
        plan = plan_contracts(db, contracts)
        note_refusals(sheet, problems, plan.refusals, places)
    problems.refuse_if_any()
    return store_contracts(db, actor, plan)


def _note_codes(db: Session, actor: Actor, sheet: Sheet, rows: Mapping[str, list[Any]], problems: Problems) -> None:
    """Estate, company and manager exist, and the actor keeps the estate."""
    estates = queries.live_estates(db)
    companies, managers = set(queries.enterprise_names(db)), set(db.scalars(select(Manager.code)))
    for name, known, thing in (
        ("estate_code", set(estates), _("小区")),
        ("uscc", companies, _("企业")),
        ("manager_code", managers, _("项目负责人")),
    ):
        for place, code in enumerate(rows[name]):
            if code is not None and code not in known:
                problems.add(sheet.cell(name, place), unknown(code, thing))
    for place, code in enumerate(rows["estate_code"]):
        if code in estates and not policy.may_edit_estate(actor, estates[code].division_code):
            problems.add(sheet.cell("estate_code", place), _("“%(value)s”不在您的辖区内。", value=code))
