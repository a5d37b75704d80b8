"""Taking over the bank's statements: each line once, what does not add up kept and flagged, a foreign file refused."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from disclosure.funds import proof, queries
from disclosure.funds.models import BankLine, FundAccountFacts, FundStatement, FundStatementWithdrawn
from disclosure.funds.service import staging
from disclosure.funds.service.counting import Judged, judge
from disclosure.funds.service.rows import insert_lines, insert_repeats, rows_of
from disclosure.funds.statements.shapes import CURRENCY, BankStatement, refuse, same_account
from portal.kernel import audit, clock, keys
from portal.kernel.access import Actor
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.kernel.ids import new_id

_FLAWS_KEPT = 50


@dataclass
class Taken:
    """What an import did: statements and lines that are new, lines known before, and what does not add up."""

    statements: int = 0
    lines: int = 0
    known: int = 0
    flaws: list[proof.Flaw] = field(default_factory=list)


def take_over(
    db: Session,
    actor: Actor,
    account_code: str,
    statements: Sequence[BankStatement | Judged],
    file_sha256: str,
    *,
    on: date,
) -> Taken:
    """Store the statements of one file, whole or not at all.

    InputRefused when a statement is of another account or currency. Nothing changes, and nothing is audited, when the
    file or all that it says is known already.
    """
    lock(db, f"fund-account:{account_code}")
    account, taken = queries.account(db, account_code), Taken()
    for one in statements:
        refuse_foreign(db, account, one.made if isinstance(one, Judged) else one)
    judged = [one if isinstance(one, Judged) else judge(one) for one in statements]
    if queries.statement_of_file(db, account_code, file_sha256):
        taken.known = sum(len(one.made.lines) for one in judged)
        return taken
    stored = [_store(db, actor, account_code, one, file_sha256, on, taken) for one in judged]
    new = {one for one in stored if one is not None}
    if new:
        audit.record(db, actor, "statement.imported", f"fund-account:{account_code}", {
            "file": file_sha256, "statements": taken.statements, "lines": taken.lines, "known": taken.known,
            "on": on.isoformat(),
        })  # fmt: skip
        taken.flaws = _flaws_of(db, account_code, new)
    return taken


def _flaws_of(db: Session, account_code: str, new: set[str]) -> list[proof.Flaw]:
    """Flaws that the new statements have, or that lie between one of them and its neighbour."""
    listed = proof.standing(queries.statements(db, account_code))
    neighbours = {after.id for before, after in zip(listed, listed[1:], strict=False) if before.id in new}
    return [
        flaw
        for flaw in proof.flaws(db, account_code, listed)
        if flaw.statement_id in new or (flaw.kind in ("gap", "break") and flaw.statement_id in neighbours)
    ] + proof.overlaps(db, account_code, listed, new)


def foreign(db: Session, account_code: str, statements: Sequence[BankStatement]) -> None:
    """Refuse what is of another account before anything is staged."""
    account = queries.account(db, account_code)
    for one in statements:
        refuse_foreign(db, account, one)


def refuse_foreign(db: Session, account: FundAccountFacts, statement: BankStatement) -> None:
    if statement.currency != CURRENCY:
        raise refuse(
            statement.format, _("对账单的币种是%(currency)s，只能导入人民币账户。", currency=statement.currency)
        )
    if not statement.account:
        return
    subject = f"fund-account:{account.account_code}"
    number = keys.unseal(db, subject, account.number_sealed) or ""
    if not same_account(number, statement.account):
        raise refuse(statement.format, _("对账单的账号不是这个账户的账号，文件没有导入。请核对账户编号和文件。"))


def _store(db: Session, actor: Actor, code: str, judged: Judged, sha256: str, on: date, taken: Taken) -> str | None:
    existing = _existing(db, code, judged)
    known = [existing[one.key] for one in judged.lines if one.key in existing]
    if not known and told_in_another_format(db, code, judged):
        taken.known += len(judged.made.lines)
        return None
    taken.known += len(known) + len(judged.made.lines) - len(judged.lines)
    if len(known) == len(judged.lines) and _same_statement(db, code, judged):
        return None
    row = statement_row(code, judged, sha256, actor, on, _reference_flaws(db, code, judged, existing))
    db.execute(insert(FundStatement), [row])
    statement_id = str(row["id"])
    new = [one for one in judged.lines if one.key not in existing]
    if judged.batch:
        seqs = [seq for seq, one in enumerate(judged.lines, start=1) if one.key in existing]
        staging.take(db, judged.batch, statement_id, seqs, len(new))
    else:
        insert_lines(db, rows_of(code, statement_id, new))
    taken.lines += len(new)
    insert_repeats(db, statement_id, known)
    taken.statements += 1
    return statement_id


def statement_row(
    code: str, judged: Judged, sha256: str, actor: Actor, on: date, more_flaws: Sequence[Any] = ()
) -> dict[str, Any]:
    """A judged statement as a row."""
    return {
        "id": new_id(), "account_code": code, "file_sha256": sha256, "format": judged.made.format,
        "number": judged.made.number, "from_on": judged.first, "to_on": judged.last,
        "opening_fen": judged.opening_fen, "closing_fen": judged.closing_fen, "in_fen": judged.in_fen,
        "out_fen": judged.out_fen, "lines": len(judged.lines),
        "flaws": json.dumps([*judged.flaws, *more_flaws][:_FLAWS_KEPT], ensure_ascii=False),
        "actor": actor.audit_name, "on": on, "recorded_at": clock.now(),
    }  # fmt: skip


def _existing(db: Session, code: str, judged: Judged) -> dict[str, tuple[int, int]]:
    """Key to (year, id) of lines that the account has already."""
    if not judged.lines:
        return {}
    query = select(BankLine.key, BankLine.year, BankLine.id).where(
        BankLine.account_code == code, BankLine.booked_on.between(*judged.reach)
    )
    mine = {one.key for one in judged.lines}
    return {key: (year, line_id) for key, year, line_id in db.execute(query) if key in mine}


def _same_statement(db: Session, code: str, judged: Judged) -> bool:
    mine = (judged.first, judged.last, judged.opening_fen, judged.closing_fen)
    return any(
        (one.from_on, one.to_on, one.opening_fen, one.closing_fen) == mine
        for one in queries.statements(db, code)
        if one.number == judged.made.number or not judged.made.number or not one.number
    )


def told_in_another_format(db: Session, code: str, judged: Judged) -> bool:
    """Whether the account has this statement from a file of another format: the same balances and sums up to the same day,
    and on its days exactly these bookings. References differ between formats, so the lines' own keys do not tell."""
    mine = (judged.last, judged.opening_fen, judged.closing_fen, judged.in_fen, judged.out_fen, len(judged.lines))
    if (
        not judged.lines
        or judged.closing_fen is None
        or not any(
            (one.to_on, one.opening_fen, one.closing_fen, one.in_fen, one.out_fen, one.lines) == mine
            and one.format != judged.made.format
            for one in queries.statements(db, code)
        )
    ):
        return False
    days = BankLine.booked_on.between(*judged.reach)
    query = select(BankLine.booked_on, BankLine.amount_fen).where(
        BankLine.account_code == code, days, queries.counted()
    )
    booked = Counter((day, fen) for day, fen in db.execute(query))
    return booked == Counter((one.line.booked_on, one.line.amount_fen) for one in judged.lines)


def _reference_flaws(db: Session, code: str, judged: Judged, existing: dict[str, tuple[int, int]]) -> list[list[Any]]:
    """Lines whose reference came before on the same day with another amount."""
    fresh = {(one.line.reference, one.line.booked_on): one.line for one in judged.lines
             if one.line.reference and one.key not in existing}  # fmt: skip
    if not fresh:
        return []
    days = [day for _reference, day in fresh]
    query = select(BankLine.reference, BankLine.booked_on, BankLine.amount_fen).where(
        BankLine.account_code == code, BankLine.booked_on >= min(days), BankLine.booked_on <= max(days),
        BankLine.reference != "", queries.counted(),
    )  # fmt: skip
    return [
        ["reference", day.isoformat(), fresh[reference, day].place, amount, fresh[reference, day].amount_fen]
        for reference, day, amount in db.execute(query.order_by(BankLine.booked_on, BankLine.reference))
        if (reference, day) in fresh and amount != fresh[reference, day].amount_fen
    ]


def withdraw(db: Session, actor: Actor, statement_id: str, *, reason: str, on: date) -> None:
    """Take back a statement that was delivered wrong: its lines stop counting unless another one delivered them too.

    DomainError without a reason or without the statement, Conflict when it was withdrawn before.
    """
    found = db.get(FundStatement, statement_id)
    if found is None:
        raise DomainError(_("没有这份对账单。"))
    if not reason.strip():
        raise DomainError(_("请写明撤回的原因，原因会公开。"))
    lock(db, f"fund-account:{found.account_code}")
    if db.get(FundStatementWithdrawn, statement_id) is not None:
        raise Conflict(_("这份对账单已经撤回。"))
    db.add(
        FundStatementWithdrawn(
            statement_id=statement_id, reason=reason.strip(), actor=actor.audit_name, on=on, recorded_at=clock.now()
        )
    )
    detail = {"statement": statement_id, "reason": reason.strip(), "on": on.isoformat()}
    audit.record(db, actor, "statement.withdrawn", f"fund-account:{found.account_code}", detail)
