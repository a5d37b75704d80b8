"""Taking over the bank's statements: each line once, what does not add up kept and flagged, a foreign file refused."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from disclosure.funds import proof, queries
from disclosure.funds.models import BankLine, BankLineRepeat, FundAccountFacts, FundStatement, FundStatementWithdrawn
from disclosure.funds.statements.layouts import Layout, layout_of, shipped
from disclosure.funds.statements.shapes import CURRENCY, BankStatement, Line, digits, refuse, same_account
from portal.kernel import audit, clock, keys
from portal.kernel.access import Actor
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.kernel.ids import new_id, new_row_number

_AT_ONCE = 5_000
_FLAWS_KEPT = 50


@dataclass
class Taken:
    """What an import did: statements and lines that are new, lines known before, and what does not add up."""

    statements: int = 0
    lines: int = 0
    known: int = 0
    flaws: list[proof.Flaw] = field(default_factory=list)


@dataclass(frozen=True)
class _Counted:
    """A line with its key in the account: equal keys are one line."""

    line: Line
    key: str


def layouts(db: Session) -> dict[str, Layout]:
    """The shipped layouts and the district's own, which stand first."""
    own = {
        row.code: layout_of({"code": row.code, "zh": row.name, "columns": json.loads(row.columns)})
        for row in queries.layouts(db)
    }
    return {**own, **{code: layout for code, layout in shipped().items() if code not in own}}


def take_over(
    db: Session, actor: Actor, account_code: str, statements: Sequence[BankStatement], file_sha256: str, *, on: date
) -> Taken:
    """Store the statements of one file, whole or not at all.

    InputRefused when a statement is of another account or currency. Nothing changes, and nothing is audited, when the
    file or all that it says is known already.
    """
    lock(db, f"fund-account:{account_code}")
    account, taken = queries.account(db, account_code), Taken()
    for statement in statements:
        _refuse_foreign(db, account, statement)
    if queries.statement_of_file(db, account_code, file_sha256):
        taken.known = sum(len(statement.lines) for statement in statements)
        return taken
    stored = [_store(db, actor, account_code, one, file_sha256, on, taken) for one in statements]
    new = {one.id for one in stored if one is not None}
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


def _refuse_foreign(db: Session, account: FundAccountFacts, statement: BankStatement) -> None:
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


def _store(
    db: Session, actor: Actor, code: str, made: BankStatement, sha256: str, on: date, taken: Taken
) -> FundStatement | None:
    span = _span(made)
    counted, amounts = _counted(made)
    opening, closing = _balances(made, amounts)
    existing = _existing(db, code, counted)
    known = [existing[one.key] for one in counted if one.key in existing]
    taken.known += len(known) + len(made.lines) - len(counted)
    if len(known) == len(counted) and _same_statement(db, code, span, opening, closing, made.number):
        return None
    flaws = _inner_flaws(made, counted, opening, closing, span[1]) + _reference_flaws(db, code, counted, existing)
    statement = FundStatement(
        id=new_id(), account_code=code, file_sha256=sha256, format=made.format, number=made.number,
        from_on=span[0], to_on=span[1], opening_fen=opening, closing_fen=closing,
        in_fen=sum(x for x in amounts if x > 0), out_fen=-sum(x for x in amounts if x < 0), lines=len(counted),
        flaws=json.dumps(flaws[:_FLAWS_KEPT], ensure_ascii=False), actor=actor.audit_name, on=on,
        recorded_at=clock.now(),
    )  # fmt: skip
    db.add(statement)
    db.flush()
    new = [one for one in counted if one.key not in existing]
    _insert(db, code, statement.id, new)
    _insert_repeats(db, statement.id, known)
    taken.statements += 1
    taken.lines += len(new)
    return statement


def _span(made: BankStatement) -> tuple[date, date]:
    """The days that a statement covers: what it says, widened by its lines."""
    if made.from_on is not None and made.to_on is not None and made.to_on < made.from_on:
        raise refuse(made.format, _("对账单的起始日期晚于截止日期。"))
    days = [day for day in (made.from_on, made.to_on, *(line.booked_on for line in made.lines)) if day is not None]
    if not days:
        raise refuse(made.format, _("对账单没有日期，也没有明细，不能导入。"))
    first, last = min(days), max(days)
    if last > clock.today():
        raise refuse(made.format, _("对账单的日期%(day)s还没有到。", day=last.isoformat()))
    return first, last


# --- one line once ----------------------------------------------------------------------------------------------------


def _content(line: Line) -> str:
    """What makes a line this line: its reference where the bank gives one, else all that it says."""
    if line.reference:
        return f"{line.booked_on}|{line.amount_fen}|{line.reference}"
    return f"{line.booked_on}|{line.amount_fen}|{line.balance_fen}|{line.counterparty}|{line.summary}"


def _counted(made: BankStatement) -> tuple[list[_Counted], list[int]]:
    """The lines of a statement, the same line twice as one, and their amounts.

    Two equal lines are two bookings when the balances say so, or when nothing tells them apart and nothing but they
    could say: neither a reference nor a running balance.
    """
    contents = [_content(line) for line in made.lines]
    unique = dict.fromkeys(contents)
    if len(unique) < len(contents) and _are_twins(made, contents):
        seen: Counter[str] = Counter()
        listed = []
        for line, content in zip(made.lines, contents, strict=True):
            seen[content] += 1
            listed.append(_Counted(line, _key(content, seen[content])))
        return listed, [one.line.amount_fen for one in listed]
    first: dict[str, Line] = {}
    for line, content in zip(made.lines, contents, strict=True):
        first.setdefault(content, line)
    listed = [_Counted(line, _key(content, 1)) for content, line in first.items()]
    return listed, [one.line.amount_fen for one in listed]


def _are_twins(made: BankStatement, contents: Sequence[str]) -> bool:
    every = sum(line.amount_fen for line in made.lines)
    once = sum({content: line.amount_fen for content, line in zip(contents, made.lines, strict=True)}.values())
    if made.opening_fen is not None and made.closing_fen is not None:
        moved = made.closing_fen - made.opening_fen
        if moved in (every, once) and every != once:
            return moved == every
    return not any(line.reference or line.balance_fen is not None for line in made.lines)


def _key(content: str, nth: int) -> str:
    return hashlib.sha256(f"{content}|{nth}".encode()).hexdigest()[:40]


def _existing(db: Session, code: str, counted: Sequence[_Counted]) -> dict[str, tuple[int, int]]:
    """Key to (year, id) of lines that the account has already."""
    if not counted:
        return {}
    days = [one.line.booked_on for one in counted]
    query = select(BankLine.key, BankLine.year, BankLine.id).where(
        BankLine.account_code == code, BankLine.booked_on >= min(days), BankLine.booked_on <= max(days)
    )
    mine = {one.key for one in counted}
    return {key: (year, line_id) for key, year, line_id in db.execute(query) if key in mine}


def _same_statement(
    db: Session, code: str, span: tuple[date, date], opening: int | None, closing: int | None, number: str
) -> bool:
    return any(
        (one.from_on, one.to_on) == span and one.closing_fen == closing and one.opening_fen == opening
        for one in queries.statements(db, code)
        if one.number == number or not number or not one.number
    )


# --- what adds up -----------------------------------------------------------------------------------------------------


def _balances(made: BankStatement, amounts: Sequence[int]) -> tuple[int | None, int | None]:
    """Opening and closing; the one that the format does not carry is derived from the other."""
    opening, closing, net = made.opening_fen, made.closing_fen, sum(amounts)
    if opening is None and closing is not None:
        opening = closing - net
    if closing is None and opening is not None:
        closing = opening + net
    return opening, closing


def _inner_flaws(
    made: BankStatement, counted: Sequence[_Counted], opening: int | None, closing: int | None, to_on: date
) -> list[list[Any]]:
    """Flaws inside the file: running balances line by line, then the sum. As (kind, day, place, expected, found)."""
    flaws: list[list[Any]] = []
    running = opening
    for one in counted:
        line = one.line
        if running is None:
            break
        running += line.amount_fen
        if line.balance_fen is not None and line.balance_fen != running:
            flaws.append(["line", line.booked_on.isoformat(), line.place, running, line.balance_fen])
            running = line.balance_fen  # the next line is judged by what the bank says, so that one fault shows once
    expected = None if opening is None else opening + sum(one.line.amount_fen for one in counted)
    if expected is not None and closing is not None and expected != closing:
        flaws.append(["sum", to_on.isoformat(), _last_place(made), expected, closing])
    return flaws


def _last_place(made: BankStatement) -> str:
    return made.lines[-1].place if made.lines else made.format


def _reference_flaws(
    db: Session, code: str, counted: Sequence[_Counted], existing: dict[str, tuple[int, int]]
) -> list[list[Any]]:
    """Lines whose reference came before on the same day with another amount."""
    fresh = {(one.line.reference, one.line.booked_on): one.line for one in counted
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


# --- rows -------------------------------------------------------------------------------------------------------------


def _insert(db: Session, code: str, statement_id: str, new: Sequence[_Counted]) -> None:
    rows = [_row(code, statement_id, seq, one) for seq, one in enumerate(new, start=1)]
    if db.get_bind().dialect.name == "postgresql":
        _copy(db, rows)
        return
    for start in range(0, len(rows), _AT_ONCE):
        db.execute(insert(BankLine), rows[start : start + _AT_ONCE])


def _row(code: str, statement_id: str, seq: int, one: _Counted) -> dict[str, Any]:
    line = one.line
    return {
        "year": line.booked_on.year, "id": new_row_number(), "account_code": code, "statement_id": statement_id,
        "seq": seq, "key": one.key, "booked_on": line.booked_on, "value_on": line.value_on,
        "amount_fen": line.amount_fen, "balance_fen": line.balance_fen, "counterparty": line.counterparty,
        "counterparty_account": masked(line.counterparty_account), "summary": line.summary,
        "reference": line.reference, "raw": line.raw,
    }  # fmt: skip


def _copy(db: Session, rows: Sequence[dict[str, Any]]) -> None:
    """PostgreSQL takes many rows fastest through COPY."""
    if not rows:
        return
    names = list(rows[0])
    cursor = db.connection().connection.cursor()
    with cursor.copy(f"COPY bank_line ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])


def _insert_repeats(db: Session, statement_id: str, known: Sequence[tuple[int, int]]) -> None:
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    rows = [{"year": year, "line_id": line_id, "statement_id": statement_id} for year, line_id in known]
    for start in range(0, len(rows), _AT_ONCE):
        db.execute(dialect.insert(BankLineRepeat).on_conflict_do_nothing(), rows[start : start + _AT_ONCE])


def masked(number: str) -> str:
    """First and last four of an account number."""
    plain = digits(number)
    return plain if len(plain) <= 8 else f"{plain[:4]}****{plain[-4:]}"


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
