"""A small district with inspectors and reviewers, and the ways in which a check comes about."""

import io
from datetime import date
from typing import Any

from PIL import Image
from sqlalchemy import select

from portal.kernel.access import Actor, Role, person_actor, system_actor
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.importing import Counts, ImportContext
from portal.kernel.sheets.read import read_sheet
from scoring.checks import imports, service
from scoring.standards import api as standards
from tests.people import make_person
from tests.registry import sheets

CLI = system_actor("cli:test")
ZHANG = person_actor("zhang", Role.INSPECTOR, "440306017010")
LI = person_actor("li", Role.INSPECTOR, "440306020001")
STREET = person_actor("street", Role.REVIEWER, "440306017000")
FUYONG = person_actor("fuyong", Role.REVIEWER, "440306020000")
OFFICER = person_actor("officer", Role.OFFICER, "440306000000")
PEOPLE = (ZHANG, LI, STREET, FUYONG, OFFICER)
MONTH, DAY = "2026-10", date(2026, 10, 12)
HEADER = "estate_code,month,inspected_on,inspector,item_code,result,note\n"


def build() -> None:
    """Divisions, estates E-1 (商品房, 海乐) and E-2 (村改居, 怀德), and the people above."""
    sheets.bring_all()
    for person in PEOPLE:
        assert person.role
        assert person.division_code
        make_person(person.role, person.division_code, login=person.login)


def photo(shade: int = 0) -> bytes:
    """A small JPEG; another shade is another photo."""
    target = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 90, 120)).save(target, "JPEG")
    return target.getvalue()


def codes(hazard: str = "") -> list[str]:
    """Item codes of the checklist, of one hazard class or all."""
    with reading() as db:
        return [code for code, item in standards.view(db, "2025.1").items.items() if hazard in ("", item.hazard_class)]


def started(actor: Actor = ZHANG, estate: str = "E-1", month: str = MONTH, on: date = DAY) -> str:
    """A check just begun."""
    with transaction() as db:
        return service.start_check(db, actor, estate, month, on)


def filled(check: str, results: dict[str, dict[str, str]] | None = None, actor: Actor = ZHANG, **payload: Any) -> int:
    """The draft as the page would send it: the rest passed, with the photos that are asked for."""
    found = results or {}
    with transaction() as db:
        for code in sorted({*codes("C"), *found}):
            service.add_photo(db, actor, check, code, photo(), "a.jpg")
    with transaction() as db:
        version = version_of(check)
        return service.save_draft(db, actor, check, {"results": found, "clean": True, **payload}, version)


def version_of(check: str) -> int:
    """The number of the draft as the page was shown."""
    from scoring.checks import reading as pages

    with reading() as db:
        return pages.check_view(db, check).draft_version


def finding(result: str, place: str = "1栋大堂", note: str = "") -> dict[str, str]:
    """An answer with its place."""
    return {"result": result, "place": place, "note": note}


def submitted(results: dict[str, dict[str, str]] | None = None, **others: Any) -> str:
    """A check handed to the street."""
    actor = others.get("actor", ZHANG)
    check = started(**others)
    filled(check, results, actor)
    with transaction() as db:
        service.submit(db, actor, check, others.get("on", DAY))
    return check


def view(check: str) -> Any:
    """The check as a page reads it."""
    from scoring.checks import reading as pages

    with reading() as db:
        return pages.check_view(db, check)


def bring(text: str, actor: Actor = CLI, on: date = DAY, past: bool = True) -> Counts:
    """Import rows (with or without the header) in a transaction of its own."""
    text = text if text.startswith("estate_code") else HEADER + text
    with transaction() as db:
        sheet = read_sheet(text.encode(), "checks.csv", imports.KIND.sheet)
        return imports.run(db, actor, sheet, ImportContext(on, past_months=past))


def deeds() -> list[str]:
    """The audited actions, in order."""
    with reading() as db:
        return list(db.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))
