"""Where an estate lies and who serves it today: what every check of permission on the ledger needs."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.ledger import policy
from portal.kernel import clock
from portal.kernel.access import Actor, require
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.registry import api as registry


@dataclass(frozen=True)
class Place:
    """An estate with the code of its area and the company that serves it today (None: nobody)."""

    code: str
    name: str
    division_code: str
    uscc: str | None


def place(db: Session, estate_code: str) -> Place:
    """The place of an estate. NotFound without one."""
    found = registry.estate(db, estate_code)
    serving = registry.companies_serving(db, clock.today(), [estate_code]).get(estate_code)
    return Place(estate_code, found.name, found.division_code, serving[0] if serving else None)


def readable(db: Session, actor: Actor, estate_code: str) -> Place:
    """The place of an estate that this person may read. NotFound for any other: nobody learns that it exists."""
    found = place(db, estate_code)
    if not policy.may_read(actor, found.division_code, found.uscc):
        raise NotFound(_("没有编号为“%(value)s”的小区，请先登记小区，或者核对编号。", value=estate_code))
    return found


def readable_account(db: Session, actor: Actor, account_code: str) -> tuple[funds.AccountView, Place]:
    """An account with its estate, for somebody who may read it. NotFound otherwise."""
    account = funds.account(db, account_code)
    found = place(db, account.estate_code)
    if not policy.may_read(actor, found.division_code, found.uscc):
        raise NotFound(_("没有编号为“%(code)s”的账户。", code=account_code))
    return account, found


def classifiable(db: Session, actor: Actor, account_code: str) -> tuple[funds.AccountView, Place]:
    """An account whose lines this person may classify. NotFound or NotAllowed otherwise."""
    account, found = readable_account(db, actor, account_code)
    require(policy.may_classify(actor, found.division_code, found.uscc))
    return account, found


def of_actor(db: Session, actor: Actor, estates: Collection[str] | None = None) -> dict[str, Place]:
    """Every estate that this person may read, by code; of some only when they are given."""
    frame = registry.estates_frame(db, clock.today())
    rows = zip(frame["estate_code"], frame["name"], frame["division_code"], strict=True)
    serving = registry.serving(db, clock.today())
    company = dict(zip(serving["estate_code"], serving["uscc"], strict=True))
    found = (Place(code, name, division, company.get(code)) for code, name, division in rows)
    return {
        one.code: one
        for one in found
        if (estates is None or one.code in estates) and policy.may_read(actor, one.division_code, one.uscc)
    }
