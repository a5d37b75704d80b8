"""Verbs of objections: file, accept or refuse, extend, decide, withdraw; and note paper service of the decision.

An objection is reviewed by the street of the estate when it concerns a check item, unless everybody there had a hand in
the check; else by the district. Every verb takes the step that the page showed (``seen``): a stale one is a conflict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts import api as accounts
from portal.deadlines import api as deadlines
from portal.deadlines.api import Holder
from portal.kernel import audit, clock
from portal.kernel.access import Actor, Role, person_actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotAllowed
from portal.kernel.i18n import _, using
from portal.kernel.ids import new_id
from portal.kernel.settings import settings
from portal.notices import api as notices
from portal.notices.api import To
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.objections import corrections, documents, policy, queries, words
from scoring.objections.contested import Contested, contested
from scoring.objections.corrections import Correction
from scoring.objections.files import NewFile, keep
from scoring.objections.models import (
    NEXT_STEPS,
    VERDICTS,
    Objection,
    ObjectionAnswer,
    ObjectionCorrection,
    ObjectionPoint,
    ObjectionStep,
)

ACCEPT, DECIDE, EXTENSION = "objection.accept", "objection.decide", "objection.extension"
MOST_POINTS, LONGEST, MOST_FILES = 10, 2000, 10
ENDPOINT, OWN_ENDPOINT = "objections.case", "my_objections.case"


@dataclass(frozen=True)
class Answer:
    """The answer to one point: ``allowed`` or ``dismissed``, and why."""

    point_seq: int
    verdict: str
    text: str


# --- filing -----------------------------------------------------------------------------------------------------------


def file(
    db: Session, actor: Actor, ref: str, *, points: Sequence[str], files: Sequence[NewFile] = (), on: date
) -> Objection:
    """A company contests a record that concerns it, with points and files; it is marked from this moment.

    Raises ``NotFound`` (no such record, or none of this company's), ``DomainError`` (no points, nothing to contest),
    ``Conflict`` (its objection to the same record is not settled).
    """
    target = contested(db, ref)
    if not policy.may_file(actor, target):
        raise queries.nothing() if actor.uscc else NotAllowed(_("异议由有关企业提出。"))
    texts = _points(points)
    _not_ahead(on)
    if target.closed:
        raise DomainError(target.closed)
    if len(files) > MOST_FILES:
        raise DomainError(_("最多上传%(n)s个文件。", n=MOST_FILES))
    lock(db, f"objections:{on.year}")
    if queries.open_of(db, ref, actor.uscc or "") is not None:
        raise Conflict(_("贵企业对这一结果提出的异议还在办理，不能重复提出。"))
    made = _stored(db, actor, target, on)
    db.add_all(ObjectionPoint(objection_id=made.id, seq=seq, text=text) for seq, text in enumerate(texts, 1))
    keep(db, made.id, files)
    _step(db, actor, made.id, 0, "", "filed", on)
    _start_clock(db, actor, ACCEPT, made, target, on)
    detail = {"number": made.number, "ref": ref, "points": len(texts), "files": len(files), "on": on}
    audit.record(db, actor, "objection.filed", _subject(made.id), detail)
    return made


def _points(points: Sequence[str]) -> list[str]:
    texts = [text.strip() for text in points if text.strip()]
    if not texts:
        raise DomainError(_("请至少写明一条具体的意见。"))
    if len(texts) > MOST_POINTS or any(len(text) > LONGEST for text in texts):
        raise DomainError(_("最多写%(n)s条意见，每条不超过%(most)s字。", n=MOST_POINTS, most=LONGEST))
    return texts


def _not_ahead(on: date) -> None:
    if on > clock.today():
        raise DomainError(_("办理日期%(on)s还没有到。", on=on.isoformat()))


def _stored(db: Session, actor: Actor, target: Contested, on: date) -> Objection:
    made = Objection(
        id=new_id(),
        number=queries.number_of(on.year, queries.numbers_used(db, on.year) + 1),
        ref=target.ref,
        kind=target.kind,
        uscc=actor.uscc or "",
        estate_code=target.estate_code,
        division_code=target.division_code,
        level="street" if _street_reviewers(db, target, actor.uscc or "") else "district",
        contested=audit.canonical(dict(target.facts)),
        filed_by=actor.audit_name,
        recorded_at=clock.now(),
    )
    db.add(made)
    db.flush()
    return made


def _street_reviewers(db: Session, target: Contested, uscc: str) -> list[str]:
    """People of the estate's street who could review an objection to a check item."""
    if target.kind != "check":
        return []
    people = [
        person_actor(one.login, Role.REVIEWER, one.division_code, one.uscc)
        for one in accounts.people_in(db, role=Role.REVIEWER)
    ]
    return [
        one.login
        for one in people
        if one.covers(target.division_code) and not policy.bar_to_review(one, target, uscc, _interest(db, one, target))
    ]


def _interest(db: Session, actor: Actor, target: Contested) -> bool:
    return target.estate_code is not None and checks.has_interest(db, actor.login, target.estate_code)


def _subject(objection_id: str) -> str:
    return f"objection:{objection_id}"


def holder_of(level: str, division_code: str) -> Holder:
    """Who has to act: the reviewers of the estate's street, or the officers of the district."""
    if level == "street":
        return Holder(Role.REVIEWER, f"{division_code[:9]}000")
    return Holder(Role.OFFICER, settings().division)


def _start_clock(db: Session, actor: Actor, rule: str, made: Objection, target: Contested, on: date) -> None:
    with using("zh"):
        title = f"{made.number} {words.title(target.kind, target.facts)}"
    holder, values = holder_of(made.level, made.division_code), {"objection_id": made.id}
    deadlines.start(
        db, actor, rule, _subject(made.id), holder=holder, title=title, endpoint=ENDPOINT, values=values, on=on
    )


# --- the journal ------------------------------------------------------------------------------------------------------


def _step(
    db: Session, actor: Actor, objection_id: str, seq: int, before: str, step: str, on: date, **values: Any
) -> None:
    """Write the next step. ``Conflict`` when it may not follow, or somebody else wrote it first."""
    if step not in NEXT_STEPS.get(before, ()):
        raise Conflict(_("这件异议现在不能这样办理。请刷新页面后再看。"))
    row = ObjectionStep(
        objection_id=objection_id, seq=seq + 1, step=step, actor=actor.audit_name, on=on, at=clock.now(), **values
    )
    db.add(row)
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(_("其他人刚刚办理了这件异议。请刷新页面后再看。")) from error


def _held(db: Session, objection_id: str, on: date, seen: int | None, step: str) -> queries.Case:
    """The objection, held until the transaction ends, when the step may follow. Raises ``Conflict``, ``DomainError``."""
    queries.find(db, objection_id)
    lock(db, _subject(objection_id))
    case = queries.case(db, objection_id)
    _not_ahead(on)
    if on < case.last.on:
        raise DomainError(_("办理日期不能早于上一步的日期%(day)s。", day=case.last.on.isoformat()))
    if seen is not None and seen != case.last.seq:
        raise Conflict(_("其他人刚刚办理了这件异议。请刷新页面后再看。"))
    if step not in NEXT_STEPS.get(case.last.step, ()):
        raise Conflict(_("这件异议现在不能这样办理。请刷新页面后再看。"))
    return case


def level_of(db: Session, own: Objection, target: Contested) -> str:
    """The office that reviews now: the street that was to do it hands over when nobody there is left who may."""
    if own.level == "street" and not _street_reviewers(db, target, own.uscc):
        return "district"
    return own.level


def bar_to_review(db: Session, actor: Actor, own: Objection) -> str:
    """Why this person may not review the objection, in words; empty when they may. ``NotFound`` for one of elsewhere."""
    if not policy.may_read(actor, own.kind, own.division_code):
        raise queries.nothing()
    target = contested(db, own.ref)
    barred = policy.bar_to_review(actor, target, own.uscc, _interest(db, actor, target))
    if barred:
        return barred
    level = level_of(db, own, target)
    if not policy.is_of_level(actor, level, own.division_code):
        return _("这件异议由区级人员复核。") if level == "district" else _("这件异议由街道复核。")
    return _("这件异议由街道复核。") if level == "street" and actor.has_whole_district else ""


def _require_reviewer(db: Session, actor: Actor, own: Objection) -> None:
    barred = bar_to_review(db, actor, own)
    require(not barred, barred)


# --- accepting and refusing -------------------------------------------------------------------------------------------


def accept(db: Session, actor: Actor, objection_id: str, *, on: date, seen: int | None = None) -> None:
    """Accept an objection; the review begins. Raises ``NotFound``, ``NotAllowed``, ``Conflict``."""
    own = queries.find(db, objection_id)
    _require_reviewer(db, actor, own)
    case = _held(db, objection_id, on, seen, "accepted")
    deadlines.close(db, actor, ACCEPT, _subject(own.id), outcome="accepted", on=on)
    _start_clock(db, actor, DECIDE, own, contested(db, own.ref), on)
    office, due = office_name(db, own.level, own.division_code), deadlines.last_day(db, DECIDE, on)
    made = documents.accepted(db, actor, case, office, due, on)
    _step(db, actor, own.id, case.last.seq, case.last.step, "accepted", on, document_id=made.id)
    audit.record(db, actor, "objection.accepted", _subject(own.id), {"on": on, "document": made.number})
    _inform(db, own, on, "已受理贵企业提出的异议（%(number)s）。")


def office_name(db: Session, level: str, division_code: str) -> str:
    """The office that reviews, as documents and pages call it."""
    if level == "district":
        return settings().operator
    return f"{registry.division_name(db, f'{division_code[:9]}000')}办事处"


def refuse(
    db: Session, actor: Actor, objection_id: str, *, code: str, reason: str, on: date, seen: int | None = None
) -> None:
    """Do not accept an objection, with a coded reason and the same in writing. Raises as ``accept``, ``DomainError``."""
    own = queries.find(db, objection_id)
    _require_reviewer(db, actor, own)
    case, text = _held(db, objection_id, on, seen, "refused"), _reason(reason)
    if code not in words.REFUSALS:
        raise DomainError(_("请选择不予受理的理由。"))
    deadlines.close(db, actor, ACCEPT, _subject(own.id), outcome="refused", on=on)
    made = documents.refused(db, actor, case, code, text, on)
    _step(db, actor, own.id, case.last.seq, case.last.step, "refused", on, code=code, reason=text, document_id=made.id)
    audit.record(db, actor, "objection.refused", _subject(own.id), {"on": on, "code": code, "document": made.number})
    _inform(db, own, on, "对贵企业提出的异议（%(number)s）不予受理，请查看理由。")


def _reason(text: str) -> str:
    if not text.strip():
        raise DomainError(_("请写明理由。"))
    if len(text) > LONGEST:
        raise DomainError(_("说明最多填%(n)s个字。请缩短。", n=LONGEST))
    return text.strip()


def _inform(db: Session, own: Objection, on: date, text: str) -> None:
    values = {"objection_id": own.id}
    notices.inform(db, To(uscc=own.uscc), text, {"number": own.number}, OWN_ENDPOINT, values, on)


def withdraw(db: Session, actor: Actor, objection_id: str, *, on: date, seen: int | None = None) -> None:
    """The company takes its objection back before the decision. Raises ``NotFound``, ``Conflict``."""
    own = queries.find(db, objection_id)
    if not policy.is_own(actor, own.uscc):
        raise queries.nothing()
    case = _held(db, objection_id, on, seen, "withdrawn")
    _step(db, actor, own.id, case.last.seq, case.last.step, "withdrawn", on)
    deadlines.cancel(db, actor, _subject(own.id), reason="企业撤回异议")
    audit.record(db, actor, "objection.withdrawn", _subject(own.id), {"on": on})


# --- the extension ----------------------------------------------------------------------------------------------------


def ask_extension(
    db: Session, actor: Actor, objection_id: str, *, reason: str, on: date, seen: int | None = None
) -> None:
    """The reviewer asks a lead for more time, once. Raises as ``accept``, ``DomainError`` without a reason."""
    own = queries.find(db, objection_id)
    _require_reviewer(db, actor, own)
    case, text = _held(db, objection_id, on, seen, "extension_asked"), _reason(reason)
    _step(db, actor, own.id, case.last.seq, case.last.step, "extension_asked", on, reason=text)
    audit.record(db, actor, "objection.extension-asked", _subject(own.id), {"on": on})
    to = To(role=Role.LEAD, division_code=settings().division)
    text = "异议%(number)s申请延长复核期限，请审批。"
    notices.inform(db, to, text, {"number": own.number}, ENDPOINT, {"objection_id": own.id}, on)


def settle_extension(
    db: Session,
    actor: Actor,
    objection_id: str,
    *,
    granted: bool,
    reason: str,
    on: date,
    seen: int | None = None,
) -> None:
    """A lead grants the longer time (3 more working days) or not; never the person who asked. Raises as ``accept``."""
    own, step = queries.find(db, objection_id), "extended" if granted else "extension_denied"
    case, text = _held(db, objection_id, on, seen, step), _reason(reason)
    asked_by = case.last.actor.split(" (")[0]
    require(policy.may_settle_extension(actor, asked_by), _("延期由区级审定人员批准，申请人不能批准自己的申请。"))
    if granted:
        deadlines.extend(db, actor, DECIDE, _subject(own.id), by_rule=EXTENSION, reason=text, on=on)
        _inform(db, own, on, "异议%(number)s的复核期限已延长。")
    _step(db, actor, own.id, case.last.seq, case.last.step, step, on, reason=text)
    audit.record(db, actor, f"objection.{step.replace('_', '-')}", _subject(own.id), {"on": on})


# --- the decision -----------------------------------------------------------------------------------------------------


def decide(
    db: Session,
    actor: Actor,
    objection_id: str,
    *,
    answers: Sequence[Answer],
    fixes: Sequence[Correction] = (),
    reason: str,
    on: date,
    seen: int | None = None,
) -> str:
    """Decide: every point is answered; what is found to be wrong is corrected, and only that computed anew.

    The outcome follows from the answers: ``allowed``, ``partly_allowed`` or ``dismissed``. Raises ``NotFound``,
    ``NotAllowed``, ``Conflict``, ``DomainError`` (a point without an answer, an allowed one without a correction or the
    other way round, a correction that would leave the company worse off).
    """
    own = queries.find(db, objection_id)
    _require_reviewer(db, actor, own)
    target = contested(db, own.ref)
    corrections.lock_for(db, target)
    case, text = _held(db, objection_id, on, seen, "decided"), _reason(reason)
    outcome = _outcome(case, answers, fixes)
    done = _corrected(db, actor, target, fixes, on, text) if fixes else []
    db.add_all(
        ObjectionAnswer(objection_id=own.id, point_seq=one.point_seq, verdict=one.verdict, text=one.text.strip())
        for one in answers
    )
    db.add_all(
        ObjectionCorrection(objection_id=own.id, seq=seq, target=one.target, old=one.old, new=one.new)
        for seq, one in enumerate(done, 1)
    )
    db.flush()
    made = documents.decided(db, actor, queries.case(db, own.id), outcome, done, text, on)
    last = case.last
    _step(db, actor, own.id, last.seq, last.step, "decided", on, code=outcome, reason=text, document_id=made.id)
    deadlines.close(db, actor, DECIDE, _subject(own.id), outcome=outcome, on=on)
    detail = {"on": on, "outcome": outcome, "document": made.number, "corrected": [one.target for one in done]}
    audit.record(db, actor, "objection.decided", _subject(own.id), detail)
    _inform(db, own, on, "对贵企业提出的异议（%(number)s）已作出复核决定。")
    return outcome


def _outcome(case: queries.Case, answers: Sequence[Answer], fixes: Sequence[Correction]) -> str:
    if sorted(one.point_seq for one in answers) != [point.seq for point in case.points]:
        raise DomainError(_("企业提出的每一条意见都要答复，才能作出决定。"))
    if any(one.verdict not in VERDICTS or not one.text.strip() for one in answers):
        raise DomainError(_("企业提出的每一条意见都要答复，才能作出决定。"))
    if any(len(one.text) > LONGEST for one in answers):
        raise DomainError(_("说明最多填%(n)s个字。请缩短。", n=LONGEST))
    allowed = sum(one.verdict == "allowed" for one in answers)
    if allowed and not fixes:
        raise DomainError(_("有意见成立，请写明更正的内容。"))
    if fixes and not allowed:
        raise DomainError(_("没有意见成立，不能更正原结果。"))
    return "dismissed" if not allowed else "allowed" if allowed == len(answers) else "partly_allowed"


def _corrected(
    db: Session, actor: Actor, target: Contested, fixes: Sequence[Correction], on: date, reason: str
) -> list[corrections.Corrected]:
    before = corrections.figures(db, target)
    done = corrections.apply(db, actor, target, fixes, on=on, reason=reason)
    if not policy.is_not_worse(before, corrections.figures(db, target)):
        raise DomainError(_("提出异议不能带来更不利的结果。请核对更正的内容，或者先公布该小区其他待公布的更正。"))
    return done


def record_service(
    db: Session, actor: Actor, objection_id: str, *, method: str, note: str, on: date, proof: str | None = None
) -> None:
    """Note that the last document of an objection reached the company on paper. Raises as ``notices.serve``."""
    own = queries.find(db, objection_id)
    if not policy.may_read(actor, own.kind, own.division_code):
        raise queries.nothing()
    require(policy.is_of_level(actor, own.level, own.division_code) or actor.has_whole_district)
    document_id = queries.last_step(db, own.id).document_id
    if not document_id:
        raise Conflict(_("这件异议没有等待送达的文书。"))
    notices.serve(db, actor, document_id, on=on, method=method, proof_sha256=proof, note=note)
