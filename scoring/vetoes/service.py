"""Verbs of a veto: propose, drop, decide, revoke. Service moves it on; a served decision becomes a fact of the year."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.notices import api as notices
from portal.registry import api as registry
from scoring.adverse import api as adverse
from scoring.adverse.api import Journal
from scoring.surveys import api as surveys
from scoring.vetoes import described, documents, policy, queries
from scoring.vetoes.models import VetoCase, VetoStep

NEEDS_RESPONSIBILITY = ("V06",)  # a public incident alone is none: a document establishes who is responsible
LONGEST = 5000


@dataclass(frozen=True)
class NewVeto:
    """What an officer proposes. ``evidence``: SHA-256 of kept files; ``hint``: the record that gave the hint."""

    year: int
    estate_code: str
    veto_code: str
    facts: str
    evidence: Sequence[str] = ()
    responsibility: str = ""
    hint: str = ""


def propose(db: Session, actor: Actor, new: NewVeto, *, on: date, recorded: bool = False) -> str:
    """Open a case: its notice is issued, and served in the portal when the company's confirmation is on file.

    Raises NotFound, NotAllowed, DomainError (no evidence, no document of responsibility), Conflict while one is open.
    """
    estate = registry.estate(db, new.estate_code)
    if not actor.covers(estate.division_code):
        raise NotFound(_("没有编号为“%(value)s”的小区。", value=new.estate_code))
    require(policy.may_propose(actor, estate.division_code))
    _check(new, on)
    lock(db, f"veto:{new.year}:{new.estate_code}")
    case = _new_case(db, new, _company(db, new, on))
    Journal(db, actor, VetoStep, "veto", case.id, on).add("proposed")
    adverse.flush(db)
    detail = {"year": case.year, "estate": case.estate_code, "code": case.veto_code, "hint": case.hint}
    audit.record(db, actor, "veto.proposed", f"veto:{case.id}", detail)
    document = documents.issue_notice(db, actor, case, on)
    values = {"kind": "veto", "case_id": case.id}
    adverse.offer(db, actor, document, on=on, endpoint="adverse.case", values=values, recorded=recorded)
    return case.id


def _check(new: NewVeto, on: date) -> None:
    if not 2018 <= new.year <= on.year:
        raise DomainError(_("%(year)s年还没有开始。", year=new.year))
    if new.veto_code not in {ground.code for ground in surveys.veto_grounds(new.year)}:
        raise DomainError(_("没有否决情形“%(code)s”。", code=new.veto_code))
    if not new.facts.strip() or len(new.facts) > LONGEST:
        raise DomainError(_("请写明事实。"))
    if not new.evidence:
        raise DomainError(_("请上传证据。"))
    if new.veto_code in NEEDS_RESPONSIBILITY and not new.responsibility.strip():
        raise DomainError(_("%(code)s需要认定责任的文书，请填写文号。", code=new.veto_code))


def _company(db: Session, new: NewVeto, on: date) -> str:
    """Who answers for the estate: the company that serves it on the day, or on the last day of the year."""
    day = min(on, date(new.year, 12, 31))
    serving = registry.serving(db, day)
    mine = serving.loc[serving["estate_code"] == new.estate_code, "uscc"]
    if mine.empty:
        raise DomainError(_("这个小区在%(day)s没有服务企业，没有告知的对象。", day=day.isoformat()))
    return str(mine.iloc[0])


def _new_case(db: Session, new: NewVeto, uscc: str) -> VetoCase:
    earlier = queries.attempts(db, new.year, new.estate_code, new.veto_code)
    if earlier and earlier[-1][1].step not in ("dropped", "revoked"):
        raise Conflict(_("这个小区、年度和情形已经有一件在办理或者已经决定。"))
    case = VetoCase(
        id=new_id(),
        year=new.year,
        estate_code=new.estate_code,
        veto_code=new.veto_code,
        attempt=len(earlier) + 1,
        uscc=uscc,
        facts=new.facts.strip(),
        evidence=json.dumps(list(new.evidence)),
        responsibility=new.responsibility.strip(),
        hint=new.hint,
        recorded_at=clock.now(),
    )
    db.add(case)
    adverse.flush(db)
    return case


def case_by_id(db: Session, case_id: str) -> VetoCase:
    """A case; NotFound."""
    case = db.get(VetoCase, case_id)
    if case is None:
        raise NotFound(_("没有找到这个一票否决事项。"))
    return case


def _journal(db: Session, actor: Actor, case_id: str, on: date) -> Journal:
    return Journal(db, actor, VetoStep, "veto", case_id, on, queries.steps_of(db, case_id)[-1])


def on_document_served(db: Session, *, actor: Actor, document: notices.DocumentView, on: date) -> None:
    """A document reached the company (announcement ``document.served``): the time to respond runs, or the veto counts."""
    kind, _colon, case_id = document.subject.partition(":")
    case = db.get(VetoCase, case_id) if kind == "veto" else None
    if case is None:
        return
    adverse.record_served(db, actor, document, on)
    steps = _journal(db, actor, case_id, on)
    if document.kind == documents.NOTICE and steps.step == "proposed":
        steps.add("notice_served", document=document.number)
        steps.add("response_open", due_on=deadlines.last_day(db, "notice.response", on))
        adverse.flush(db)
        adverse.start_response(db, actor, described.one(db, case), on)
    elif document.kind == documents.DECISION and steps.step == "decided":
        steps.add("decision_served", document=document.number)
        adverse.flush(db)
        _count(db, actor, case, document, on)


def _count(db: Session, actor: Actor, case: VetoCase, document: notices.DocumentView, on: date) -> None:
    """The served decision becomes a fact: it counts at once and revises a published rating."""
    decider = next(step for step in queries.steps_of(db, case.id) if step.step == "decided")
    surveys.record_served_veto(
        db, actor, case.year, case.estate_code, veto_code=case.veto_code, decision=document.number,
        decided_on=decider.on, evidence=case.facts[:500], decided_by=decider.actor, on=on,
    )  # fmt: skip


def decide(
    db: Session, actor: Actor, case_id: str, *, vetoed: bool, why: str, on: date, recorded: bool = False
) -> None:
    """Decide a reviewed case, with the reason that the decision carries.

    Raises NotFound, NotAllowed, DomainError (not heard, not answered, not reviewed, against the legal opinion).
    """
    lock(db, f"veto:{case_id}")
    case = case_by_id(db, case_id)
    view = described.one(db, case)
    require(policy.may_decide(actor, view.proposer), _("提出建议的人不能作出决定。"))
    if not why.strip():
        raise DomainError(_("请写明理由。"))
    adverse.require_ready(db, actor, view, adverse=vetoed, on=on)
    document = documents.issue_decision(db, actor, case, vetoed=vetoed, why=why.strip(), on=on)
    number = document.number
    reason = "" if vetoed else why.strip()
    _journal(db, actor, case_id, on).add("decided" if vetoed else "dropped", document=number, reason=reason)
    adverse.flush(db)
    audit.record(db, actor, "veto.decided" if vetoed else "veto.dropped", f"veto:{case_id}", {"document": number})
    values = {"kind": "veto", "case_id": case_id}
    adverse.offer(db, actor, document, on=on, endpoint="adverse.case", values=values, recorded=recorded)


def drop(db: Session, actor: Actor, case_id: str, *, why: str, on: date) -> None:
    """A lead drops a proposal before its notice is served; nobody was told, nobody is answered."""
    lock(db, f"veto:{case_id}")
    case = case_by_id(db, case_id)
    view = described.one(db, case)
    require(policy.may_decide(actor, view.proposer), _("提出建议的人不能作出决定。"))
    if view.state != "proposed" or not why.strip():
        raise DomainError(_("告知书送达以后，要经过陈述申辩和法制审核再决定。"))
    _journal(db, actor, case_id, on).add("dropped", reason=why.strip())
    adverse.flush(db)
    for document in notices.documents_of(db, f"veto:{case_id}"):
        deadlines.cancel(db, actor, f"document:{document.id}", reason="不再送达")
    audit.record(db, actor, "veto.dropped", f"veto:{case_id}", {"why": why.strip()})


def revoke(db: Session, actor: Actor, case_id: str, *, why: str, on: date) -> None:
    """Take back a veto in force: the fact is withdrawn, a published rating revised, all in this transaction."""
    case = case_by_id(db, case_id)
    view = described.one(db, case)
    require(policy.may_decide(actor, view.proposer), _("提出建议的人不能作出决定。"))
    served = view.taken("decision_served")
    fact = surveys.veto_by_decision(db, served.document) if served and view.state == "decision_served" else None
    if fact is None:
        raise NotFound(_("没有这条一票否决记录。"))
    surveys.withdraw_veto(db, actor, fact.id, on=on, reason=why)


def on_veto_withdrawn(db: Session, *, actor: Actor, decision: str, on: date, reason: str) -> None:
    """A veto was taken back (announcement ``veto.withdrawn``): its case ends. One that came by sheet has none."""
    case = queries.of_decision(db, decision)
    if case is None:
        return
    _journal(db, actor, case.id, on).add("revoked", reason=reason)
    adverse.flush(db)
    audit.record(db, actor, "veto.revoked", f"veto:{case.id}", {"reason": reason})
