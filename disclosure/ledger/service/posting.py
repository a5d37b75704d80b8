"""How every deed on the ledger is written: what stands on a line is reversed, what takes its place is posted, as one act."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.ledger import queries
from disclosure.ledger.categories import by_code
from disclosure.ledger.models import LedgerAct, LedgerPosting
from disclosure.ledger.queries import Key
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.bulk import insert_rows
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.kernel.ids import new_id, new_row_number

MOST_WORDS = 200


@dataclass(frozen=True)
class Piece:
    """A part of a line: signed fen, category, public words (empty: the category's name), a note for owners."""

    amount_fen: int
    category: str
    label: str = ""
    memo: str = ""
    bundle: str | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Held:
    """A line under the lock of its account, with what stands on it and the number of its last act (0: none)."""

    line: funds.FundLine
    standing: Sequence[LedgerPosting]
    seq: int

    @property
    def key(self) -> Key:
        """Year and id."""
        return self.line.year, self.line.id

    @property
    def by_person(self) -> bool:
        """Whether a person said what stands: then a change is a correction and says why."""
        return any(row.rule is None for row in self.standing)


def begin(db: Session, account_code: str) -> None:
    """One deed at a time on the ledger of an account."""
    lock(db, f"ledger:{account_code}")


def hold(db: Session, lines: Iterable[funds.FundLine]) -> list[Held]:
    """Lines with what stands on them; call it under the lock."""
    listed = list(lines)
    keys = [(line.year, line.id) for line in listed]
    standing, seqs = queries.standing_of(db, keys), queries.last_seq(db, keys)
    return [Held(line, standing.get(key, ()), seqs.get(key, 0)) for line, key in zip(listed, keys, strict=True)]


def expect(held: Held, seen: int | None) -> None:
    """Refuse a form that showed an older state of the line."""
    if seen is not None and seen != held.seq:
        raise Conflict(_("您打开页面以后，其他人修改了这笔流水，请刷新后再办理。"))


def check(line: funds.FundLine, pieces: Sequence[Piece]) -> None:
    """Refuse pieces that do not add up to the line, run against it, or whose words say too little."""
    if not pieces or sum(piece.amount_fen for piece in pieces) != line.amount_fen:
        raise DomainError(
            _("各部分金额合计应等于这笔流水的金额%(amount)s元。", amount=funds.print_fen(abs(line.amount_fen)))
        )
    for piece in pieces:
        if piece.amount_fen * line.amount_fen <= 0:
            raise DomainError(_("每一部分的金额应大于零。"))
        category = by_code().get(piece.category)
        if category is None:
            raise DomainError(_("没有“%(code)s”这个科目。", code=piece.category))
        if category.needs_words and not piece.label.strip():
            raise DomainError(_("归入“%(name)s”的，请写明公开摘要。", name=category.name))
        if max(len(piece.label), len(piece.memo)) > MOST_WORDS:
            raise DomainError(_("摘要和备注最多%(n)s个字。", n=MOST_WORDS))


Changes = Mapping[Key, tuple[Held, Sequence[Piece]]]


def write(db: Session, actor: Actor, account_code: str, kind: str, changes: Changes, *, reason: str, on: date) -> str:
    """One act on lines of one account: what stands is reversed, the pieces are posted. Answers the id of the act."""
    return write_many(db, actor, kind, {account_code: changes}, reason=reason, on=on)[account_code]


def write_many(
    db: Session, actor: Actor, kind: str, changes: Mapping[str, Changes], *, reason: str, on: date
) -> dict[str, str]:
    """The same on many accounts at once, an act each: account to the id of its act."""
    now, ids = clock.now(), {account: new_id() for account in changes}
    acts = [
        {"id": act_id, "account_code": account, "kind": kind, "reason": reason.strip(), "actor": actor.audit_name,
         "on": on, "recorded_at": now}
        for account, act_id in ids.items()
    ]  # fmt: skip
    insert_rows(db, LedgerAct.__table__, acts)
    rows: list[dict[str, Any]] = []
    for account, act_id in ids.items():
        for held, pieces in changes[account].values():
            rows += [_reversal(act_id, held, row) for row in held.standing]
            rows += [_posting(act_id, held, number, piece) for number, piece in enumerate(pieces, 1)]
    insert_rows(db, LedgerPosting.__table__, rows)
    return ids


def _reversal(act_id: str, held: Held, row: LedgerPosting) -> dict[str, Any]:
    return {
        "year": row.year, "id": new_row_number(), "line_id": row.line_id, "seq": held.seq + 1, "piece": row.piece,
        "step": "reverse", "act_id": act_id, "account_code": row.account_code, "booked_on": row.booked_on,
        "amount_fen": -row.amount_fen, "side": row.side, "category": row.category, "label": row.label,
        "memo": row.memo, "bundle": row.bundle, "rule": row.rule, "reverses": row.id,
    }  # fmt: skip


def _posting(act_id: str, held: Held, number: int, piece: Piece) -> dict[str, Any]:
    line = held.line
    return {
        "year": line.year, "id": new_row_number(), "line_id": line.id, "seq": held.seq + 1, "piece": number,
        "step": "post", "act_id": act_id, "account_code": line.account_code, "booked_on": line.booked_on,
        "amount_fen": piece.amount_fen, "side": 1 if line.amount_fen > 0 else -1, "category": piece.category,
        "label": piece.label.strip(), "memo": piece.memo.strip(), "bundle": piece.bundle, "rule": piece.rule,
        "reverses": None,
    }  # fmt: skip


def as_pieces(rows: Iterable[LedgerPosting]) -> list[Piece]:
    """What stood once, to be posted again."""
    return [Piece(row.amount_fen, row.category, row.label, row.memo, row.bundle, row.rule) for row in rows]
