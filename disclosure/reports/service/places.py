"""The estate of a report: where it lies and who serves it. What lies outside somebody's reach is not there for them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from disclosure.reports import policy
from portal.kernel.access import Actor
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.registry import api as registry


@dataclass(frozen=True)
class Place:
    """An estate today and the company that serves it (code and name; None and "" without one)."""

    code: str
    name: str
    division_code: str
    uscc: str | None
    company: str


def place(db: Session, estate_code: str, on: date) -> Place:
    """An estate on a day. NotFound."""
    estate = registry.estate(db, estate_code, on)
    uscc, company = registry.companies_serving(db, on, [estate_code]).get(estate_code, (None, ""))
    return Place(estate.code, estate.name, estate.division_code, uscc, company)


def readable(db: Session, actor: Actor, estate_code: str, on: date) -> Place:
    """The same, for somebody who may read its reports. NotFound otherwise."""
    found = place(db, estate_code, on)
    if not policy.may_read(actor, found.division_code, found.uscc):
        raise NotFound(_("没有找到这个小区。"))
    return found
