"""Verbs of a repair: apply, supplement, withdraw, extend, decide. An approval ends display and effect in one deed."""

import json
from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit, clock, keys
from portal.kernel.access import Actor, Role, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _, using
from portal.kernel.ids import new_id
from portal.notices import api as notices
from portal.registry import api as registry
from scoring.adverse import api as adverse
from scoring.adverse.api import Journal
from scoring.repair import policy, queries, targets
from scoring.repair.models import RepairCase, RepairPaper, RepairStep
from scoring.repair.targets import Target

DECIDE, EXTENSION, DECISION = "repair.decide", "repair.extension", "repair.decision"
BARRED_MONTHS = 36  # after false materials
REFUSALS = {
    "not_corrected": "没有改正，或者没有消除不利影响",
    "same_type": "期间又发生同类行为",
    "incomplete": "补正后材料仍不齐全",
    "false_materials": "提供虚假材料",
    "not_met": "不符合修复条件",
}


def ref_of(case: RepairCase) -> str:
    """How deadlines, documents and the audit log name an application."""
    return f"repair:{case.id}"


def gaps(statement: str, files: Sequence[str], is_committed: bool, signer: str) -> list[str]:
    """Everything that an application lacks, told at once (一次性告知)."""
    found = []
    if not statement.strip():
        found.append(_("没有写明怎样改正"))
    if not files:
        found.append(_("没有改正的证明材料"))
    if not is_committed or not signer.strip():
        found.append(_("没有签署信用承诺"))
    return found


def apply(
    db: Session,
    actor: Actor,
    ref: str,
    *,
    statement: str,
    files: Sequence[str],
    is_committed: bool,
    signer: str,
    on: date,
) -> str:
    """Hand in an application. A complete one is accepted on the spot; else everything that is missing is told at once.

    Raises NotFound for what is not the company's own, DomainError before the minimum time or after false materials,
    Conflict while one is open.
    """
    target = _own_target(db, actor, ref, on)
    _require_free(db, target, on)
    lock(db, f"repair:{ref}")
    earlier = queries.cases(db, target=ref)
    if any(last.step in queries.OPEN for _case, last in earlier):
        raise Conflict(_("这一事项的修复申请正在办理。"))
    case = RepairCase(id=new_id(), target=ref, attempt=len(earlier) + 1, uscc=target.uscc, recorded_at=clock.now())
    db.add(case)
    adverse.flush(db)
    steps = Journal(db, actor, RepairStep, "repair", case.id, on)
    steps.add("submitted")
    missing = gaps(statement, files, is_committed, signer)
    _paper(db, case, 1, statement, files, is_committed, signer, on)
    if missing:
        steps.add("gaps_told", reason=_("；").join(missing))
    else:
        _accept(db, steps, case, target)
    adverse.flush(db)
    audit.record(db, actor, "repair.submitted", ref_of(case), {"target": ref, "gaps": len(missing)})
    return case.id


def _own_target(db: Session, actor: Actor, ref: str, on: date) -> Target:
    target = targets.find(db, ref, actor.uscc, on) if actor.uscc else None
    if target is None or not policy.may_apply(actor, target.uscc):
        raise NotFound(_("没有找到可以修复的事项。"))
    return target


def _require_free(db: Session, target: Target, on: date) -> None:
    barred = queries.false_materials(db, target.uscc, clock.add_months(on, -BARRED_MONTHS))
    if barred is not None:
        until = clock.add_months(barred, BARRED_MONTHS).isoformat()
        raise DomainError(_("因提供过虚假材料，%(day)s以前不能申请信用修复。", day=until))
    if not target.can:
        day = target.first_day.isoformat() if target.first_day else ""
        sentence = (
            _("最短公示期还没有满，%(day)s起可以申请。", day=day) if day else _("最短公示期还没有满，现在不能申请。")
        )
        raise DomainError(sentence)


def _paper(
    db: Session,
    case: RepairCase,
    seq: int,
    statement: str,
    files: Sequence[str],
    is_committed: bool,
    signer: str,
    on: date,
) -> None:
    signed = keys.seal(db, ref_of(case), signer.strip()) if is_committed and signer.strip() else ""
    row = RepairPaper(
        case_id=case.id,
        seq=seq,
        statement=statement.strip(),
        files=json.dumps(list(files)),
        commitment=adverse.commitment() if signed else "",
        signed_by=signed,
        on=on,
        at=clock.now(),
    )
    db.add(row)


def _accept(db: Session, steps: Journal, case: RepairCase, target: Target) -> None:
    steps.add("accepted")
    with using("zh"):
        title = f"信用修复申请：{target.name}"
    deadlines.start(
        db, steps.actor, DECIDE, ref_of(case), holder=deadlines.Holder(role=Role.LEAD), title=title,
        endpoint="repair.case", values={"case_id": case.id}, on=steps.on,
    )  # fmt: skip


def case_by_id(db: Session, case_id: str) -> RepairCase:
    """An application; NotFound."""
    case = db.get(RepairCase, case_id)
    if case is None:
        raise NotFound(_("没有找到这件修复申请。"))
    return case


def _own(db: Session, actor: Actor, case_id: str) -> RepairCase:
    case = case_by_id(db, case_id)
    if not policy.may_apply(actor, case.uscc):
        raise NotFound(_("没有找到这件修复申请。"))
    return case


def _journal(db: Session, actor: Actor, case: RepairCase, on: date) -> Journal:
    return Journal(db, actor, RepairStep, "repair", case.id, on, queries.steps_of(db, case.id)[-1])


def supplement(
    db: Session,
    actor: Actor,
    case_id: str,
    *,
    statement: str,
    files: Sequence[str],
    is_committed: bool,
    signer: str,
    on: date,
) -> bool:
    """Hand in what was missing, once. Complete now: accepted; else refused as incomplete. Whether it was accepted."""
    case = _own(db, actor, case_id)
    lock(db, f"repair:{case.target}")
    first = queries.papers(db, case_id)[0]
    steps = _journal(db, actor, case, on)
    steps.add("supplemented")
    _paper(db, case, 2, statement, files, is_committed, signer, on)
    has_signed = is_committed or bool(first.signed_by)
    known = [*json.loads(first.files), *files]
    missing = gaps(statement or first.statement, known, has_signed, signer or first.signed_by)
    target = targets.find(db, case.target, case.uscc, on)
    if missing or target is None:
        _refuse(db, steps, case, "incomplete", _("；").join(missing))
    else:
        _accept(db, steps, case, target)
    adverse.flush(db)
    audit.record(db, actor, "repair.supplemented", ref_of(case), {"gaps": len(missing)})
    return not missing


def withdraw(db: Session, actor: Actor, case_id: str, *, on: date) -> None:
    """The company takes its application back."""
    case = _own(db, actor, case_id)
    lock(db, f"repair:{case.target}")
    _journal(db, actor, case, on).add("withdrawn")
    adverse.flush(db)
    deadlines.cancel(db, actor, ref_of(case), reason="企业撤回申请")
    audit.record(db, actor, "repair.withdrawn", ref_of(case))


def hands_on_target(db: Session, case: RepairCase, on: date) -> frozenset[str]:
    """Who brought about the record that is to be repaired."""
    target = targets.find(db, case.target, case.uscc, on)
    return target.hands if target else frozenset()


def extend(db: Session, actor: Actor, case_id: str, *, why: str, on: date) -> None:
    """A lead approves three working days more, once, with the reason."""
    case = case_by_id(db, case_id)
    require(policy.may_decide(actor, hands_on_target(db, case, on)))
    lock(db, f"repair:{case.target}")
    _journal(db, actor, case, on).add("extended", reason=why.strip())
    adverse.flush(db)
    deadlines.extend(db, actor, DECIDE, ref_of(case), by_rule=EXTENSION, reason=why, on=on)
    audit.record(db, actor, "repair.extended", ref_of(case), {"why": why.strip()})


def decide(db: Session, actor: Actor, case_id: str, *, approved: bool, code: str = "", why: str, on: date) -> None:
    """Approve, which ends display and effect at once, or refuse with a coded reason.

    Raises NotFound, NotAllowed, Conflict (decided already), DomainError (no reason, conditions not met).
    """
    case = case_by_id(db, case_id)
    target = targets.find(db, case.target, case.uscc, on)
    require(policy.may_decide(actor, target.hands if target else ()), _("提出或者决定原事项的人不能决定修复。"))
    if not why.strip() or (not approved and code not in REFUSALS):
        raise DomainError(_("请写明理由。"))
    lock(db, f"repair:{case.target}")
    steps = _journal(db, actor, case, on)
    if approved:
        _approve(db, steps, case, target, why.strip())
    else:
        _refuse(db, steps, case, code, why.strip())
    adverse.flush(db)
    deadlines.close(db, actor, DECIDE, ref_of(case), outcome="approved" if approved else "refused", on=on)
    audit.record(db, actor, "repair.decided", ref_of(case), {"approved": approved, "code": code, "on": on})


def _approve(db: Session, steps: Journal, case: RepairCase, target: Target | None, why: str) -> None:
    if target is None or not target.can:
        raise DomainError(_("原事项已经失效，或者最短公示期还没有满。"))
    if targets.has_happened_again(db, target, steps.on):
        raise DomainError(_("期间又发生同类行为，不能修复。"))
    document = _issue(
        db,
        steps,
        case,
        "准予信用修复",
        [f"准予修复：{target.name}。", why, "自本决定作出之日起，停止公示和停止使用同时生效。"],
    )
    steps.add("approved", document=document.number, reason=why)
    adverse.flush(db)
    targets.stop(db, steps.actor, target, why=f"修复决定{document.number}", on=steps.on)
    _offer(db, steps, case, document)


def _refuse(db: Session, steps: Journal, case: RepairCase, code: str, why: str) -> None:
    lines = [f"不予修复。原因：{REFUSALS[code]}。", why]
    document = _issue(db, steps, case, "不予信用修复", [line for line in lines if line])
    steps.add("refused", document=document.number, reason=f"{code}: {why}")
    adverse.flush(db)
    _offer(db, steps, case, document)


def _issue(db: Session, steps: Journal, case: RepairCase, what: str, lines: list[str]) -> notices.DocumentView:
    told = adverse.standing_texts()
    body = adverse.numbered_sections(
        [
            ("basis", (told["basis"]["repair"],), None),
            ("decision", lines, None),
            ("remedies", (adverse.remedies(),), None),
            ("contact", (adverse.contact(),), None),
        ]
    )
    who = notices.Addressee(uscc=case.uscc, name=registry.enterprise(db, case.uscc).name)
    title = f"{what}决定书"
    return notices.issue(db, steps.actor, DECISION, ref_of(case), addressee=who, title=title, body=body, on=steps.on)


def _offer(db: Session, steps: Journal, case: RepairCase, document: notices.DocumentView) -> None:
    values = {"case_id": case.id}
    adverse.offer(db, steps.actor, document, on=steps.on, endpoint="repair.case", values=values)


def on_document_served(db: Session, *, actor: Actor, document: notices.DocumentView, on: date) -> None:
    """The decision reached the company (announcement ``document.served``)."""
    kind, _colon, case_id = document.subject.partition(":")
    case = db.get(RepairCase, case_id) if kind == "repair" else None
    if case is None or document.kind != DECISION:
        return
    adverse.record_served(db, actor, document, on)
    steps = _journal(db, actor, case, on)
    if steps.step in ("approved", "refused"):
        steps.add("decision_served", document=document.number)
        adverse.flush(db)
