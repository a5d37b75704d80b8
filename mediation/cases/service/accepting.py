"""The office's deeds before talks begin, and the parties' answers that begin them."""

from datetime import date

from sqlalchemy.orm import Session

from mediation.cases import news, people, policy, words
from mediation.cases.models.record import FLAGS, MediationAnswer, MediationAsk, MediationCase
from mediation.cases.service import asking, assigning, filing, papers, record
from mediation.cases.service.record import ACCEPT, COMPLEX, CONSENT, EXTENSION, MEDIATE, TRANSFER, Held
from portal.deadlines import api as deadlines
from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.notices import api as notices

BOTH = "applicant respondent"
FLAG_RULES = {
    "complex": ("multi_agency", "technical"),
    "major": ("many_parties", "large_sum", "safety", "public_concern"),
    "priority": ("vulnerable", "urgent"),
}


def take_up(db: Session, actor: Actor, case_id: str, *, seen: int | None = None, on: date | None = None) -> None:
    """The registrar looks at an application that belongs here; the clock of a transfer stops."""
    held = record.hold(db, actor, case_id, seen=seen, on=on)
    require(policy.may_register(held.who))
    record.add_step(db, actor, held, "acceptance_check", on)
    record.stop_clock(db, actor, held.case, TRANSFER, on)


def flag(
    db: Session, actor: Actor, case_id: str, flag: str, rule: str, is_set: bool = True, *, on: date | None = None
) -> None:
    """Mark a case complex (5 working days more to decide), major (goes to a conference, panel) or priority, by a rule."""
    held = record.hold(db, actor, case_id, on=on)
    require(policy.may_register(held.who) or policy.may_mediate(held.who))
    record.one_of(flag, FLAGS)
    record.one_of(rule, FLAG_RULES[flag])
    if filing.has_flag(db, case_id, flag) == is_set:
        return
    if flag == "complex":
        record.expect(held, "submitted", "acceptance_check")
        if not is_set:
            raise DomainError(_("审查期限已经延长，不能撤销这一标记。"))
        if held.case.track == "dispute":
            deadlines.extend(db, actor, ACCEPT, record.ref(held.case), by_rule=COMPLEX, reason=rule, on=on)
    filing.set_flag(db, actor, held.case, flag, rule, is_set, on or clock.today())


def refuse(
    db: Session, actor: Actor, case_id: str, code: str, reason: str, *, seen: int | None = None, on: date | None = None
) -> str:
    """Refuse an application in writing, with a coded reason; answers the paper's id."""
    held = record.hold(db, actor, case_id, seen=seen, on=on)
    require(policy.may_register(held.who))
    record.one_of(code, words.REFUSALS)
    said = record.needed(reason)
    record.add_step(db, actor, held, "rejected", on, code=code, reason=said)
    _stop_all(db, actor, held, on, "rejected")
    return papers.issue(db, actor, held, "refusal", {"code": code, "reason": said}, on=on)


def transfer(
    db: Session, actor: Actor, case_id: str, code: str, reason: str, *, seen: int | None = None, on: date | None = None
) -> str:
    """Pass an application to the body that is competent, in writing; answers the paper's id."""
    held = record.hold(db, actor, case_id, seen=seen, on=on)
    require(policy.may_register(held.who))
    record.one_of(code, words.TRANSFERS)
    said = record.needed(reason)
    record.add_step(db, actor, held, "transferred", on, code=code, reason=said)
    _stop_all(db, actor, held, on, "transferred")
    return papers.issue(db, actor, held, "transfer", {"code": code, "reason": said}, on=on)


def withdraw(db: Session, actor: Actor, case_id: str, *, seen: int | None = None, on: date | None = None) -> None:
    """The applicant takes the application back, before talks begin. One of several leaves instead (``leave``)."""
    held = record.hold(db, actor, case_id, seen=seen, on=on)
    require(held.who.side == "applicant")
    if len(people.voices(db, case_id, ("applicant",))) > 1:
        raise DomainError(_("本案还有其他申请人。您可以退出，其他人的申请继续办理。"))
    record.add_step(db, actor, held, "withdrawn", on)
    _stop_all(db, actor, held, on, "withdrawn")


def _stop_all(db: Session, actor: Actor, held: Held, on: date | None, outcome: str) -> None:
    for rule in (TRANSFER, ACCEPT, CONSENT, filing.PETITION_ACCEPT, "petition.finish"):
        record.stop_clock(db, actor, held.case, rule, on, outcome)


def accept(db: Session, actor: Actor, case_id: str, *, seen: int | None = None, on: date | None = None) -> str:
    """Accept a dispute and ask the other side; answers the id of the question."""
    held = record.hold(db, actor, case_id, seen=seen, on=on)
    require(policy.may_register(held.who))
    if held.case.track != "dispute":
        raise DomainError(_("信访事项不适用调解程序。"))
    record.add_step(db, actor, held, "consent_pending", on)
    record.stop_clock(db, actor, held.case, ACCEPT, on)
    record.start_clock(db, actor, held.case, CONSENT, on)
    last = deadlines.last_day(db, CONSENT, on or clock.today())
    tell(db, held.case, "respondent", news.asked(), {"code": held.case.code, "day": last.isoformat()}, on)
    return asking.ask(db, actor, held.case, "mediate", "", "respondent", on)


def tell(db: Session, case: MediationCase, side: str, text: str, params: dict[str, str], on: date | None) -> None:
    """A line in the portal for the companies of a side (both when empty); without any content of the case."""
    for row in people.parties(db, case.id):
        if row.uscc and side in ("", row.side):
            notices.inform(
                db, notices.To(uscc=row.uscc), text, params, record.ENDPOINT, {"case_id": case.id}, on or clock.today()
            )


def answer(db: Session, actor: Actor, ask_id: str, yes: bool, *, on: date | None = None) -> bool | None:
    """A party answers for itself (and those for whom it speaks); the last yes, or the first no, takes effect at once.

    Answers what the question has come to, as ``verdict``. ``Conflict`` for a second answer, or an old question.
    """
    asked = db.get(MediationAsk, ask_id)
    if asked is None:
        raise record.no_case()
    held = record.hold(db, actor, asked.case_id, on=on)
    require(held.who.is_party and held.who.side in asked.sides.split())
    latest = asking.open_ask(
        db, held.id, asked.purpose, asked.ref if asked.purpose in ("mediator", "recording") else None
    )
    if latest is None or latest.id != asked.id or asking.verdict(db, asked) is not None:
        raise Conflict(_("这一问题已经有了结果。请刷新页面后再看。"))
    record.expect(held, *(("consent_pending",) if asked.purpose == "mediate" else ("mediating", "extended")))
    _note(db, actor, asked, held, yes, on)
    came_to = asking.verdict(db, asked)
    if came_to is not None:
        _EFFECTS[asked.purpose](db, actor, held, asked, came_to, on)
    return came_to


def _note(db: Session, actor: Actor, asked: MediationAsk, held: Held, yes: bool, on: date | None) -> None:
    if db.get(MediationAnswer, (asked.id, held.who.party_id)) is not None:
        raise Conflict(_("您已经答复过了。"))
    row = MediationAnswer(ask_id=asked.id, party_id=held.who.party_id, yes=yes, on=on or clock.today(), at=clock.now())
    row.actor = actor.audit_name
    db.add(row)
    db.flush()
    audit.record(db, actor, "mediation.answered", record.ref(held.case), {"ask": asked.id, "purpose": asked.purpose})


def _began(db: Session, actor: Actor, held: Held, _asked: MediationAsk, yes: bool, on: date | None) -> None:
    record.stop_clock(db, actor, held.case, CONSENT, on, "agreed" if yes else "declined")
    if not yes:
        record.add_step(db, actor, held, "declined", on)
        return
    record.add_step(db, actor, held, "mediating", on)
    record.start_clock(db, actor, held.case, MEDIATE, on, to=record.holder(db, held.case))
    filing.open_rooms(db, held.id)


def _chosen(db: Session, actor: Actor, held: Held, asked: MediationAsk, yes: bool, on: date | None) -> None:
    if yes:
        assigning.assign(db, actor, held, asked.ref, "mediator", "parties", on)


def _longer(db: Session, actor: Actor, held: Held, asked: MediationAsk, yes: bool, on: date | None) -> None:
    if not yes:
        return
    deadlines.extend(
        db, actor, MEDIATE, record.ref(held.case), by_rule=EXTENSION, reason=f"ask:{asked.id}", on=on,
        asked_at=asked.at, again=True,
    )  # fmt: skip
    record.add_step(db, actor, held, "extended", on)


def _nothing(db: Session, actor: Actor, held: Held, asked: MediationAsk, yes: bool, on: date | None) -> None:
    """A recording is switched on by the mediator, who then finds every yes."""


_EFFECTS = {"mediate": _began, "mediator": _chosen, "extension": _longer, "recording": _nothing}


def close_silent(db: Session, actor: Actor, case_id: str, *, seen: int | None = None, on: date | None = None) -> None:
    """The other side never answered and its days are over: nobody is mediated against silence. No reproach is kept."""
    held = record.hold(db, actor, case_id, seen=seen, on=on)
    require(policy.may_register(held.who))
    record.expect(held, "consent_pending")
    due = record.due_at(db, held.case, CONSENT)
    if due is not None and clock.now() < due:
        raise DomainError(_("对方的答复期限还没有到。"))
    record.add_step(db, actor, held, "declined", on, code="no_answer")
    record.stop_clock(db, actor, held.case, CONSENT, on, "declined")


def ask_extension(db: Session, actor: Actor, case_id: str, *, on: date | None = None) -> str:
    """The mediator asks both sides for 15 days more, before the time is over; each time anew."""
    held = record.hold(db, actor, case_id, on=on)
    require(policy.may_mediate(held.who))
    record.expect(held, "mediating", "extended")
    due = record.due_at(db, held.case, MEDIATE)
    if due is None or clock.now() >= due:
        raise DomainError(_("调解期限已过，不能再延长。"))
    last = asking.open_ask(db, held.id, "extension")
    if last is not None and asking.verdict(db, last) is None and last.at >= held.step.at:
        raise Conflict(_("延长期限的征询还在进行。"))
    return asking.ask(db, actor, held.case, "extension", str(held.step.seq), BOTH, on)


def join(
    db: Session, actor: Actor, case_id: str, new: filing.NewParty, *, side: str = "applicant", on: date | None = None
) -> str:
    """One more party of a building-wide case, with a voice of its own; before talks begin. Answers its id."""
    held = record.hold(db, actor, case_id, on=on)
    require(policy.may_register(held.who))
    record.expect(held, "submitted", "acceptance_check")
    filing.check_party(db, new)
    if new.uscc and any(row.uscc == new.uscc for row in people.parties(db, case_id)):
        raise DomainError(_("这家企业已经是当事人。"))
    party_id = filing.add_party(
        db, actor, case_id, record.one_of(side, ("applicant", "respondent")), new, on or clock.today()
    )
    audit.record(db, actor, "mediation.joined", record.ref(held.case), {"party": party_id, "side": side})
    filing.flag_many(db, actor, held.case, on or clock.today())
    return party_id
