"""The way of an adverse event of the office: notice served, answer heard, decided, decision served; only then it counts.

proposed → noticed → (answered) → decided → confirmed; refused before the decision, withdrawn after it. Source: rules.md,
sections 3.2 ("unsigned or unserved events score 0") and 3.4; the time to answer is the rule ``notice.response``.
"""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit, clock
from portal.kernel.access import Actor, Role, require
from portal.kernel.errors import DomainError, NotAllowed
from portal.kernel.formats import date_text
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.versions import replace
from scoring.credit import catalogue, policy, service
from scoring.credit.models import CreditAnswer, CreditEvent, CreditStep

RESPONSE = "notice.response"
LONGEST = 5000


def subject_of(case_id: str) -> str:
    """The name of a case for deadlines, documents, objections and the audit log."""
    return f"credit:{case_id}"


def notice_served(db: Session, actor: Actor, case_id: str, *, on: date) -> None:
    """Record that the notice was served: the time to answer begins. Proof and document are kept by the notices."""
    require(policy.may_serve(actor))
    case, steps = service.open_case(db, case_id, "proposed")
    event = service.live_event(db, case_id)
    if not service.needs_service(case, event):
        raise DomainError(_("这一事项不用送达告知书。"))
    service.step(db, actor, case_id, steps[-1].seq + 1, "noticed", on, clock.now())
    company = service.company_of(case, event)
    if company:
        deadlines.start(
            db, actor, RESPONSE, subject_of(case_id), holder=deadlines.Holder(role=Role.ENTERPRISE, uscc=company),
            title=_title(event), endpoint="credit.my_case", values={"case_id": case_id}, on=on,
        )  # fmt: skip
    audit.record(db, actor, "credit.notice_served", subject_of(case_id), {"on": on})


def _title(event: CreditEvent) -> str:
    return f"{event.code} {catalogue.recorded_entry(event.catalogue, event.code, event.points_cp).name_zh}"


def answer(db: Session, actor: Actor, case_id: str, *, body: str, file_sha256: str = "", on: date) -> None:
    """The enterprise answers the notice, once or more often, as long as its time runs.

    Raises NotAllowed for anybody else, DomainError for an empty answer or after the last day.
    """
    case, steps = service.open_case(db, case_id, "noticed", "answered")
    if not policy.may_answer(actor, service.company_of(case, service.live_event(db, case_id))):
        raise NotAllowed(_("您没有办理此事项的权限。"))
    if not body.strip() or len(body) > LONGEST:
        raise DomainError(_("请填写陈述、申辩的内容，最多%(n)s个字。", n=LONGEST))
    if on > answer_until(db, steps):
        raise DomainError(_("陈述申辩期已于%(day)s结束。", day=answer_until(db, steps).isoformat()))
    service.step(db, actor, case_id, steps[-1].seq + 1, "answered", on, clock.now())
    _keep(db, actor, case_id, "enterprise", body.strip(), on, file_sha256)
    deadlines.close(db, actor, RESPONSE, subject_of(case_id), outcome="answered", on=on)
    audit.record(db, actor, "credit.answered", subject_of(case_id), {"file": file_sha256, "length": len(body.strip())})


def _keep(db: Session, actor: Actor, case_id: str, side: str, body: str, on: date, file: str = "") -> None:
    row = CreditAnswer(id=new_id(), case_id=case_id, side=side, body=body, file_sha256=file, actor=actor.login, on=on)
    row.at = clock.now()
    db.add(row)


def answer_until(db: Session, steps: list[CreditStep]) -> date:
    """The last day on which the enterprise may answer. DomainError before the notice was served."""
    served = next((step.on for step in steps if step.step == "noticed"), None)
    if served is None:
        raise DomainError(_("不良信息要先送达告知书，听取陈述、申辩后再核准。"))
    return deadlines.last_day(db, RESPONSE, served)


def answers_of(db: Session, case_id: str) -> list[CreditAnswer]:
    """What was answered to the notice, and what the decision answers to it, in order."""
    query = select(CreditAnswer).where(CreditAnswer.case_id == case_id).order_by(CreditAnswer.at, CreditAnswer.id)
    return list(db.scalars(query))


def decide(db: Session, actor: Actor, case_id: str, *, reply: str = "", on: date) -> None:
    """Decide to record the event; it counts once the decision is served. The one who decides did not propose.

    ``reply`` answers what the enterprise said and is needed when it said something. DomainError while its time runs and
    no answer has come.
    """
    case, steps = service.open_case(db, case_id, "proposed", "noticed", "answered")
    require(policy.may_decide(actor, service.proposer(case, steps)), _("提出人不能核准自己提出的事项。"))
    event, until = service.live_event(db, case_id), answer_until(db, steps)
    if steps[-1].step == "noticed" and on <= until:
        raise DomainError(_("陈述申辩期到%(day)s（含当日）才结束，现在不能核准。", day=date_text(until)))
    if steps[-1].step == "answered" and not reply.strip():
        raise DomainError(_("企业提出了陈述、申辩，请逐项答复后再核准。"))
    service.step(db, actor, case_id, steps[-1].seq + 1, "decided", on, clock.now())
    if reply.strip():
        _keep(db, actor, case_id, "office", reply.strip(), on)
    if steps[-1].step == "noticed":
        # a right that was not used is no late work: its clock ends on its last day
        deadlines.close(db, actor, RESPONSE, subject_of(case_id), outcome="silent", on=min(on, until))
    audit.record(db, actor, "credit.decided", subject_of(case_id), {"subject": case.subject, "code": event.code})


def decision_served(db: Session, actor: Actor, case_id: str, *, on: date) -> None:
    """Record that the decision was served: the event counts from this day for the months of its catalogue entry."""
    require(policy.may_serve(actor))
    case, steps = service.open_case(db, case_id, "decided")
    old, at = service.live_event(db, case_id), clock.now()
    service.step(db, actor, case_id, steps[-1].seq + 1, "confirmed", on, at)
    replace(db, old, service.restarted(old, on), at)
    audit.record(db, actor, "credit.confirmed", subject_of(case_id), {"subject": case.subject, "code": old.code})
