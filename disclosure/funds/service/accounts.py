"""The register of accounts of the common funds. The full number is sealed; pages show the first and last four."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from disclosure.funds import queries
from disclosure.funds.models import FundAccount, FundAccountFacts
from disclosure.funds.statements.shapes import masked
from portal.kernel import audit, clock, keys
from portal.kernel.access import Actor
from portal.kernel.db import lock
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.importing import Counts
from portal.kernel.versions import replace
from portal.registry import api as registry

LOCK = "fund-accounts"


@dataclass(frozen=True)
class AccountInput:
    """One account as a sheet or a form gives it; ``number`` without spaces."""

    code: str
    estate_code: str
    type: str
    bank: str
    number: str
    opened_on: date


@dataclass(frozen=True)
class Refusal:
    """A row that cannot be stored: its position, the column and why."""

    place: int
    column: str
    message: str


def estates_of(db: Session, actor: Actor) -> set[str]:
    """Estates of today's register within somebody's jurisdiction."""
    frame = registry.estates_frame(db, clock.today())
    pairs = zip(frame["estate_code"], frame["division_code"], strict=True)
    return {code for code, division in pairs if actor.covers(division)}


def refusals(db: Session, rows: Sequence[AccountInput]) -> list[Refusal]:
    """Rows with a number that another account has, or that would change an account with statements."""
    lock(db, LOCK)
    live = {row.account_code: row for row in queries.accounts(db)}
    owner = {row.number_hash: code for code, row in live.items()}
    found = []
    for place, row in enumerate(rows):
        hashed = keys.key_ring().identity_hash(row.number)[1]
        if owner.setdefault(hashed, row.code) != row.code:
            text = _("这个账号已经登记在账户%(code)s名下，一个账号只能登记一次。", code=owner[hashed])
            found.append(Refusal(place, "account_number", text))
        old = live.get(row.code)
        if old is None or (old.number_hash, old.estate_code) == (hashed, row.estate_code):
            continue
        if queries.statements(db, row.code):
            column = "account_number" if old.number_hash != hashed else "estate_code"
            text = _("这个账户已有银行对账单，不能改账号和小区。请用新的账户编号登记。")
            found.append(Refusal(place, column, text))
    return found


def store(db: Session, actor: Actor, rows: Sequence[AccountInput]) -> Counts:
    """Add new accounts, correct known ones; rows have passed ``refusals``."""
    counts, live = Counts(), {row.account_code: row for row in queries.accounts(db)}
    for row in rows:
        old = live.get(row.code)
        if old is not None and _same(db, old, row):
            counts.unchanged += 1
            continue
        _write(db, actor, row, old)
        counts.updated += old is not None
        counts.added += old is None
    return counts


def _same(db: Session, old: FundAccountFacts, row: AccountInput) -> bool:
    hashed = keys.key_ring().identity_hash(row.number)[1]
    mine = (row.estate_code, row.type, row.bank, hashed, row.opened_on)
    return (old.estate_code, old.type, old.bank, old.number_hash, old.opened_on) == mine


def _write(db: Session, actor: Actor, row: AccountInput, old: FundAccountFacts | None) -> None:
    at, subject = clock.now(), f"fund-account:{row.code}"
    if old is None:
        db.add(FundAccount(code=row.code, recorded_at=at))
        db.flush()
    key_id, hashed = keys.key_ring().identity_hash(row.number)
    facts = FundAccountFacts(
        id=new_id(), account_code=row.code, estate_code=row.estate_code, type=row.type, bank=row.bank,
        number_sealed=keys.seal(db, subject, row.number), number_hash=hashed, number_key_id=key_id,
        number_mask=masked(row.number), opened_on=row.opened_on, valid_from=row.opened_on, valid_to=None,
    )  # fmt: skip
    replace(db, old, facts, at)
    db.flush()
    audit.record(db, actor, "fund-account.changed" if old else "fund-account.added", subject, {
        "estate": row.estate_code, "type": row.type, "bank": row.bank, "opened_on": row.opened_on.isoformat(),
        "old": {"estate": old.estate_code, "type": old.type, "bank": old.bank} if old else None,
    })  # fmt: skip
