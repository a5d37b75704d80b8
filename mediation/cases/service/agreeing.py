"""From terms to an agreement in force, or to an end without one."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from mediation.cases import people, policy, vault, words
from mediation.cases.models.papers import MediationPaper, MediationPromise, MediationPromiseStep
from mediation.cases.models.record import TALKING
from mediation.cases.service import assigning, filing, papers, record, sessions
from mediation.cases.service.idle import idle_days
from mediation.cases.service.record import CONFIRM, MEDIATE, PROMISE, Held
from mediation.cases.service.talking import Term, check_terms, term_of
from portal.kernel import clock, ids
from portal.kernel.access import Actor, require
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _

IDLE_DAYS = 14


def draft(
    db: Session, actor: Actor, case_id: str, terms: Sequence[Term], *, text: str = "", partial: bool = False,
    seen: int | None = None, on: date | None = None,
) -> str:  # fmt: skip
    """Write what was agreed, wholly or in part, as a paper to be signed; answers its id. Until the first signature a new
    draft takes the place of the last one. A major case is settled by a panel."""
    held = record.hold(db, actor, case_id, seen=seen, on=on)
    require(policy.may_mediate(held.who))
    record.expect(held, *TALKING)
    check_terms(terms, on)
    if len(text) > record.LONGEST:
        raise DomainError(_("内容最多填%(n)s个字。请缩短。", n=record.LONGEST))
    if filing.has_flag(db, case_id, "major") and len(people.assigned(db, case_id)) < assigning.PANEL:
        raise DomainError(_("重大纠纷由三人调解小组调解，请先补足调解员。"))
    before = papers.latest(db, case_id, "agreement")
    if before is not None and papers.signatures(db, before.id):
        raise Conflict(_("协议书已经有人签署，不能再改。"))
    reached = "partial" if partial else "agreed"
    if held.state in ("mediating", "extended"):
        record.add_step(db, actor, held, reached, on)
    elif held.state != reached:
        raise Conflict(_("是否全部达成协议已经登记，不能在这里更改。"))
    parties = [
        {
            "side": row.side,
            "kind": row.kind,
            "uscc": row.uscc,
            **vault.unseal_values(db, case_id, row.person),
            "phone": "",
        }
        for row in people.parties(db, case_id)
    ]
    content = {
        "partial": partial, "text": text.strip(), "terms": [one.plain() for one in terms], "parties": parties,
        "mediators": people.assigned(db, case_id), "estate": held.case.estate_code,
    }  # fmt: skip
    return papers.issue(db, actor, held, "agreement", content, on=on)


def sign(db: Session, actor: Actor, paper_id: str, sha256: str, *, on: date | None = None) -> bool:
    """Sign minutes, or the last draft of an agreement, over the hash that the page showed. True when nobody is missing;
    an agreement is then in force, its promises run and so does the time for the court."""
    row = papers.row_of(db, paper_id)
    held = record.hold(db, actor, row.case_id, on=on)
    if not papers.may_see(db, held, row, is_opened=False):
        raise record.no_case()
    signer = papers.signer_of(db, actor, held)
    _refuse_stale(db, held, row)
    papers.add_signature(db, actor, held, row, signer, sha256, "portal", on)
    return _complete(db, actor, held, row, on)


def sign_on_paper(
    db: Session, actor: Actor, paper_id: str, signer: str, sha256: str, *, on: date | None = None
) -> bool:
    """The mediator notes a signature that a party gave on paper."""
    row = papers.row_of(db, paper_id)
    held = record.hold(db, actor, row.case_id, on=on)
    require(policy.may_mediate(held.who))
    if signer not in [one.id for one in people.voices(db, held.id)]:
        raise DomainError(_("请选择签署的当事人。"))
    _refuse_stale(db, held, row)
    papers.add_signature(db, actor, held, row, signer, sha256, "paper", on)
    return _complete(db, actor, held, row, on)


def _refuse_stale(db: Session, held: Held, row: MediationPaper) -> None:
    if row.kind not in ("minutes", "agreement"):
        raise DomainError(_("这份文书不用签署。"))
    if row.kind == "agreement":
        record.expect(held, "agreed", "partial")
        last = papers.latest(db, held.id, "agreement")
        if last is None or last.id != row.id:
            raise Conflict(_("协议书已有新稿，请查看新稿。"))


def _complete(db: Session, actor: Actor, held: Held, row: MediationPaper, on: date | None) -> bool:
    if papers.missing(db, row):
        return False
    if row.kind == "agreement":
        _in_force(db, actor, held, row, on)
    return True


def _in_force(db: Session, actor: Actor, held: Held, row: MediationPaper, on: date | None) -> None:
    record.stop_clock(db, actor, held.case, MEDIATE, on, held.state)
    sessions.cancel_ahead(db, actor, held)
    record.add_step(db, actor, held, "signed", on)
    for seq, plain in enumerate(papers.sealed_content(db, row)["terms"], 1):
        _promise(db, actor, held, row, seq, term_of(plain), on)
    record.add_step(db, actor, held, "judicial_window", on)
    record.start_clock(db, actor, held.case, CONFIRM, on)


def _promise(db: Session, actor: Actor, held: Held, row: MediationPaper, seq: int, term: Term, on: date | None) -> None:
    day = on or clock.today()
    promise = MediationPromise(
        id=ids.new_id(), case_id=held.id, paper_id=row.id, seq=seq, side=term.side, due_on=term.due_on,
        terms=vault.seal_values(db, held.id, term.plain()), recorded_at=clock.now(),
    )  # fmt: skip
    db.add(promise)
    db.flush()
    db.add(
        MediationPromiseStep(promise_id=promise.id, seq=1, step="made", on=day, at=clock.now(), actor=actor.audit_name)
    )
    db.flush()
    record.start_clock(db, actor, held.case, PROMISE, on, part=f"/{seq}", due_on=max(term.due_on, day))


def terminate(
    db: Session,
    actor: Actor,
    case_id: str,
    ground: str,
    reason: str,
    *,
    seen: int | None = None,
    on: date | None = None,
) -> str:
    """End without an agreement, with a coded ground and a paper that says what else is open; answers its id.

    The mediator for any ground that holds; a party because it no longer wants to (``withdrawal``), at any time.
    """
    held = record.hold(db, actor, case_id, seen=seen, on=on)
    record.one_of(ground, words.GROUNDS)
    mediates = policy.may_mediate(held.who) or (policy.may_register(held.who) and not people.assigned(db, case_id))
    require(mediates or (held.who.is_party and ground == "withdrawal"))
    record.expect(held, *TALKING)
    due = record.due_at(db, held.case, MEDIATE)
    if ground == "expired" and due is not None and clock.now() < due:
        raise DomainError(_("调解期限还没有到。"))
    if ground == "idle" and idle_days(db, case_id, on or clock.today()) < IDLE_DAYS:
        raise DomainError(_("双方没有回应还不到%(n)s天。", n=IDLE_DAYS))
    said = record.needed(reason)
    record.add_step(db, actor, held, "terminated", on, code=ground, reason=said)
    record.stop_clock(db, actor, held.case, MEDIATE, on, "terminated")
    sessions.cancel_ahead(db, actor, held)
    return papers.issue(db, actor, held, "termination", {"code": ground, "reason": said}, on=on)
