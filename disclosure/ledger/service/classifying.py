"""What a person does with lines: classify, correct, split, merge, take the last deed back.

A rule's word may be changed freely; a person's word is corrected with a public reason. Nothing is edited: the old
posting is reversed and stays to be seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.ledger import places, queries
from disclosure.ledger.models import LedgerAct, LedgerPosting
from disclosure.ledger.queries import Key
from disclosure.ledger.service import posting
from disclosure.ledger.service.posting import Held, Piece
from portal.kernel import audit, clock
from portal.kernel.access import Actor
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.ids import new_id

MOST_PIECES, MOST_MERGED = 20, 200


@dataclass(frozen=True)
class Choice:
    """What a person says of a line: category, public words, a note for owners; ``seen``: number of the act the page showed."""

    category: str
    label: str = ""
    memo: str = ""
    seen: int | None = None


def key_of(ref: str) -> Key:
    """Year and id from ``fund-line:YEAR-ID`` or ``YEAR-ID``. NotFound for anything else."""
    year, dash, line_id = ref.removeprefix("fund-line:").partition("-")
    if not dash or not (year.isascii() and year.isdigit() and line_id.isascii() and line_id.isdigit()):
        raise NotFound(_("没有找到这笔银行流水，或者它所在的对账单已经撤回。"))
    if len(year) != 4 or len(line_id) > 19 or int(line_id) >= 2**63:
        raise NotFound(_("没有找到这笔银行流水，或者它所在的对账单已经撤回。"))
    return int(year), int(line_id)


def classify(db: Session, actor: Actor, account_code: str, choices: Mapping[Key, Choice], *, on: date) -> int:
    """Say what lines of an account were for; answers how many changed.

    What says the same already is left alone. DomainError for a line that a person classified (correct it with a reason)
    or that is split, Conflict when a line was changed since the page showed it.
    """
    places.classifiable(db, actor, account_code)
    posting.begin(db, account_code)
    changes: dict[Key, tuple[Held, Sequence[Piece]]] = {}
    for held in _held(db, account_code, choices):
        choice = choices[held.key]
        piece = Piece(held.line.amount_fen, choice.category, choice.label, choice.memo)
        if _says_the_same(held, choice):
            continue
        posting.expect(held, choice.seen)
        posting.check(held.line, [piece])
        if held.by_person or len(held.standing) > 1:
            raise DomainError(_("%(day)s的%(amount)s元已经由人工归类，更正要在这笔流水的页面上写明理由。",
                                day=held.line.booked_on.isoformat(), amount=funds.print_fen(abs(held.line.amount_fen))))  # fmt: skip
        changes[held.key] = held, [piece]
    if changes:
        _record(db, actor, account_code, "classify", changes, reason="", on=on)
    return len(changes)


def _says_the_same(held: Held, choice: Choice) -> bool:
    if len(held.standing) != 1 or held.by_person is False:
        return False
    row = held.standing[0]
    return (row.category, row.label, row.memo) == (choice.category, choice.label.strip(), choice.memo.strip())


def _held(db: Session, account_code: str, keys: Mapping[Key, object]) -> list[Held]:
    lines = [funds.line(db, *key) for key in keys]
    if any(line.account_code != account_code for line in lines):
        raise NotFound(_("没有找到这笔银行流水，或者它所在的对账单已经撤回。"))
    return posting.hold(db, lines)


def with_same_payee(db: Session, account_code: str, choices: Mapping[Key, Choice]) -> dict[Key, Choice]:
    """The choices, and the same for every other unclassified line of the account with the same payee and direction."""
    said: dict[tuple[str, bool], Choice] = {}
    for key, choice in choices.items():
        line = funds.line(db, *key)
        if line.counterparty.strip():
            said.setdefault((line.counterparty, line.amount_fen > 0), replace(choice, seen=None))
    more = {
        (line.year, line.id): said[line.counterparty, line.amount_fen > 0]
        for line in funds.unclaimed(db, [account_code], queries.claimed, clock.today())
        if (line.counterparty, line.amount_fen > 0) in said
    }
    return {**more, **choices}


def correct(
    db: Session, actor: Actor, key: Key, pieces: Sequence[Piece], *, reason: str, on: date, seen: int | None = None
) -> bool:
    """Reverse what stands on a line and post it right, with the reason that everybody reads. False: it says so already.

    DomainError without a reason or where nothing stands yet.
    """
    held = _one(db, actor, key, seen)
    if not held.standing:
        raise DomainError(_("这笔流水还没有归类，不用更正。"))
    if not reason.strip():
        raise DomainError(_("请写明更正的理由，理由会公开。"))
    posting.check(held.line, pieces)
    if posting.as_pieces(held.standing) == list(pieces):
        return False
    _record(db, actor, held.line.account_code, "correct", {held.key: (held, pieces)}, reason=reason, on=on)
    return True


def split(
    db: Session, actor: Actor, key: Key, pieces: Sequence[Piece], *, on: date, reason: str = "", seen: int | None = None
) -> None:
    """Share a line out among categories; with a reason where a person classified it before."""
    held = _one(db, actor, key, seen)
    if len(pieces) < 2 or len(pieces) > MOST_PIECES:
        raise DomainError(_("拆分应有2至%(n)s部分。", n=MOST_PIECES))
    posting.check(held.line, pieces)
    _ask_why(held, reason)
    kind = "correct" if held.by_person else "split"
    _record(db, actor, held.line.account_code, kind, {held.key: (held, pieces)}, reason=reason, on=on)


def merge(db: Session, actor: Actor, account_code: str, choices: Mapping[Key, Choice], *, on: date) -> str:
    """Show lines of one account and direction as one entry; all have the same category and words. Answers the bundle's id."""
    places.classifiable(db, actor, account_code)
    if not 2 <= len(choices) <= MOST_MERGED:
        raise DomainError(_("请选择2至%(n)s笔流水合并。", n=MOST_MERGED))
    posting.begin(db, account_code)
    bundle, changes = new_id(), {}
    said = {(choice.category, choice.label.strip()) for choice in choices.values()}
    listed = _held(db, account_code, choices)
    if len(said) > 1 or len({held.line.amount_fen > 0 for held in listed}) > 1:
        raise DomainError(_("合并的流水应同为收入或者同为支出，科目相同。"))
    for held in listed:
        choice = choices[held.key]
        posting.expect(held, choice.seen)
        _ask_why(held, "")
        pieces = [Piece(held.line.amount_fen, choice.category, choice.label, choice.memo, bundle)]
        posting.check(held.line, pieces)
        changes[held.key] = held, pieces
    _record(db, actor, account_code, "merge", changes, reason="", on=on)
    return bundle


def _ask_why(held: Held, reason: str) -> None:
    if held.by_person and not reason.strip():
        raise DomainError(_("%(day)s的%(amount)s元已经由人工归类，更正要在这笔流水的页面上写明理由。",
                            day=held.line.booked_on.isoformat(), amount=funds.print_fen(abs(held.line.amount_fen))))  # fmt: skip


def undo(db: Session, actor: Actor, act_id: str, *, on: date, reason: str = "") -> int:
    """Take the last deed on its lines back: what stood before stands again. Answers how many lines.

    One's own deed of the same day needs no reason; any other one a public reason. Conflict when a line was changed since.
    """
    act = db.get(LedgerAct, act_id)
    if act is None:
        raise NotFound(_("没有找到这次归类。"))
    places.classifiable(db, actor, act.account_code)
    posting.begin(db, act.account_code)
    if (act.actor, act.on) != (actor.audit_name, on) and not reason.strip():
        raise DomainError(_("撤销他人或者以前的归类，请写明理由，理由会公开。"))
    rows = list(db.scalars(select(LedgerPosting).where(LedgerPosting.act_id == act_id)))
    before = {row.id: row for row in _reversed_by(db, rows)}
    earlier: dict[Key, list[LedgerPosting]] = {(row.year, row.line_id): [] for row in rows}
    for row in rows:
        if row.reverses is not None:
            earlier[row.year, row.line_id].append(before[row.reverses])
    changes: dict[Key, tuple[Held, Sequence[Piece]]] = {}
    for held in _held(db, act.account_code, earlier):
        if held.seq != max(row.seq for row in rows if (row.year, row.line_id) == held.key):
            raise Conflict(_("这次归类以后又有改动，不能撤销，请更正。"))
        own = sorted(earlier[held.key], key=lambda row: row.piece)
        changes[held.key] = held, posting.as_pieces(own)
    _record(db, actor, act.account_code, "undo", changes, reason=reason, on=on, more={"undone": act_id})
    return len(changes)


def _reversed_by(db: Session, rows: Sequence[LedgerPosting]) -> list[LedgerPosting]:
    """What an act reversed: postings of the same lines, found by line since there are few acts on each."""
    keys = {(row.year, row.line_id) for row in rows if row.reverses is not None}
    wanted = {row.reverses for row in rows}
    return [row for row in queries.postings_of(db, keys) if row.id in wanted]


def _one(db: Session, actor: Actor, key: Key, seen: int | None) -> Held:
    line = funds.line(db, *key)
    places.classifiable(db, actor, line.account_code)
    posting.begin(db, line.account_code)
    held = posting.hold(db, [line])[0]
    posting.expect(held, seen)
    return held


def _record(
    db: Session,
    actor: Actor,
    account_code: str,
    kind: str,
    changes: Mapping[Key, tuple[Held, Sequence[Piece]]],
    *,
    reason: str,
    on: date,
    more: Mapping[str, str] | None = None,
) -> None:
    act_id = posting.write(db, actor, account_code, kind, changes, reason=reason, on=on)
    first = next(iter(changes.values()))[0].line
    subject = first.ref if len(changes) == 1 else f"fund-account:{account_code}"
    audit.record(db, actor, f"ledger.{kind}", subject, {
        "act": act_id, "account": account_code, "lines": len(changes), "reason": reason.strip(), "on": on.isoformat(),
        **(more or {}),
    })  # fmt: skip
