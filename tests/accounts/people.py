"""People of these tests, and the forms of the door."""

import io
from typing import Any

from openpyxl import Workbook

from portal.accounts import passwords, service
from portal.accounts.imports import PEOPLE, run
from portal.accounts.models import Person
from portal.kernel import clock
from portal.kernel.access import system_actor
from portal.kernel.db import transaction
from portal.kernel.importing import Counts, ImportContext
from portal.kernel.sheets.read import read_sheet

ADMIN = system_actor("cli:test")
PASSWORD = "four odd words here"
STREET = "440306017000"


def person(
    login: str = "lihua", role: str = "reviewer", division: str = STREET, password: str | None = PASSWORD
) -> str:
    """A person with a password, or with a one-time code (returned) when ``password`` is None."""
    with transaction() as db:
        code = service.add(db, ADMIN, service.PersonFacts(login, "李华", role, division))
        if password is not None:
            found = db.get_one(Person, login)
            found.password_hash, found.code_hash = passwords.hash_password(password), None
    return code


def sheet(*rows: tuple[Any, ...]) -> bytes:
    """A people sheet; rows as login, name, role, division_code, uscc."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "people"
    page.append([column.name for column in PEOPLE.columns])
    for row in rows:
        page.append([*row, *[""] * (5 - len(row))])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def bring(data: bytes, actor: Any = ADMIN) -> Counts:
    """Import a people sheet."""
    with transaction() as db:
        return run(db, actor, read_sheet(data, "people.xlsx", PEOPLE), ImportContext(on=clock.today()))


def sign_in(client: Any, login: str, secret: str, target: str = "", **kwargs: Any) -> Any:
    """Fill in the form of the door as a browser does, token included."""
    page = client.page("/sign-in")
    token = page.find("input", attrs={"name": "csrf_token"})["value"]
    form = {"login": login, "password": secret, "next": target, "csrf_token": token}
    return client.post("/sign-in", data=form, **kwargs)


def token_of(page: Any) -> str:
    """The form token of a page."""
    return str(page.find("input", attrs={"name": "csrf_token"})["value"])
