"""The notice and the decision of an adverse event: numbered documents, issued here, served by ``portal.notices``.

Their text is Chinese and final. Wording: the district's glossary (notice.adverse_event, notice.rights, notice.remedy).
"""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel.access import Actor, Role, require
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.formats import date_text
from portal.kernel.i18n import _, using
from portal.kernel.points import print_cp
from portal.kernel.settings import settings
from portal.notices import api as notices
from portal.registry import api as registry
from scoring.adverse import api as adverse
from scoring.credit import catalogue, due_process, policy, service
from scoring.credit.models import CreditCase, CreditEvent

NOTICE, DECISION, SERVE = "credit.notice", "credit.decision", "notice.serve"


def issue_notice(db: Session, actor: Actor, case_id: str, *, on: date) -> notices.DocumentView:
    """Issue the notice of a proposed adverse event; it takes effect when it is served. Conflict when there is one."""
    require(policy.may_serve(actor))
    case, _steps = service.open_case(db, case_id, "proposed")
    event = service.live_event(db, case_id)
    if not service.needs_service(case, event):
        raise DomainError(_("这一事项不用送达告知书。"))
    if of_case(db, case_id, NOTICE):
        raise Conflict(_("告知书已经制作，请登记送达。"))
    with using("zh"):
        title, body = _notice(db, case, event)
        addressee = _addressee(db, case, event)
    subject = due_process.subject_of(case_id)
    annex = [event.document_sha256]
    paper = notices.issue(db, actor, NOTICE, subject, addressee=addressee, title=title, body=body, on=on, annex=annex)
    return _offered(db, actor, paper, case_id, on)


def _offered(db: Session, actor: Actor, paper: notices.DocumentView, case_id: str, on: date) -> notices.DocumentView:
    """Serve a fresh document in the portal where the enterprise agreed to that; else an officer serves it on paper."""
    uscc = paper.addressee.uscc
    if uscc and notices.confirmation_on_file(db, uscc, on):
        notices.serve(db, actor, paper.id, on=on, method="portal")
    else:
        deadlines.start(
            db, actor, SERVE, f"document:{paper.id}", holder=deadlines.Holder(role=Role.OFFICER),
            title=f"{paper.title} {paper.number}", endpoint="credit.event", values={"case_id": case_id}, on=on,
        )  # fmt: skip
    return notices.document(db, paper.id)


def decide(db: Session, actor: Actor, case_id: str, *, reply: str = "", on: date) -> notices.DocumentView:
    """Decide to record the event (``due_process.decide``) and issue the decision; it counts once that is served."""
    due_process.decide(db, actor, case_id, reply=reply, on=on)
    case, event = db.get_one(CreditCase, case_id), service.live_event(db, case_id)
    with using("zh"):
        title, body = _decision(db, case, event, on)
        addressee = _addressee(db, case, event)
    subject = due_process.subject_of(case_id)
    paper = notices.issue(db, actor, DECISION, subject, addressee=addressee, title=title, body=body, on=on)
    return _offered(db, actor, paper, case_id, on)


def serve(
    db: Session, actor: Actor, case_id: str, document_id: str, *, on: date, method: str, proof_sha256: str | None = None,
    note: str = "",
) -> None:  # fmt: skip
    """Enter how a notice or a decision of a case was served. NotFound for a document of another case."""
    require(policy.may_serve(actor))
    if document_id not in {one.id for one in of_case(db, case_id)}:
        raise NotFound(_("没有找到这份文书。"))
    notices.serve(db, actor, document_id, on=on, method=method, proof_sha256=proof_sha256, note=note)


def of_case(db: Session, case_id: str, kind: str = "") -> list[notices.DocumentView]:
    """The documents of a case, the newest first; of one kind when it is named."""
    found = notices.documents_of(db, due_process.subject_of(case_id))
    return [one for one in found if kind in ("", one.kind)]


def on_document_served(db: Session, *, actor: Actor, document: notices.DocumentView, on: date) -> None:
    """Hears ``document.served``: a served notice opens the time to answer, a served decision lets the event count."""
    if document.kind not in (NOTICE, DECISION):
        return
    case_id = document.subject.removeprefix("credit:")
    deadlines.close(db, actor, SERVE, f"document:{document.id}", on=on)
    take = due_process.notice_served if document.kind == NOTICE else due_process.decision_served
    take(db, actor, case_id, on=on)


def _addressee(db: Session, case: CreditCase, event: CreditEvent) -> notices.Addressee:
    if case.subject_type == "enterprise":
        return notices.Addressee(uscc=case.subject, name=registry.enterprise(db, case.subject).name)
    name = registry.manager_staff_view(db, case.subject).name
    return notices.Addressee(uscc=event.uscc, manager_code=case.subject, name=name)


def _entry(event: CreditEvent) -> catalogue.CatalogueEntry:
    return catalogue.recorded_entry(event.catalogue, event.code, event.points_cp)


def _facts(db: Session, event: CreditEvent) -> list[str]:
    entry = _entry(event)
    lines = [f"事项：{entry.name}（{entry.code}）。",
             f"来源文书：{event.document}，{event.issued_by}，{date_text(event.document_on)}。"]  # fmt: skip
    if event.estate_code:
        name = registry.estate_names(db, [event.estate_code]).get(event.estate_code, event.estate_code)
        lines.append(f"涉及小区：{name}（{event.estate_code}）。")
    return lines


def _notice(db: Session, case: CreditCase, event: CreditEvent) -> tuple[str, list[notices.Section]]:
    entry, you = _entry(event), _you(case)
    rule = deadlines.rule(due_process.RESPONSE)
    intent = (
        f"依据《信用事项目录》（{entry.catalogue}起适用；{entry.basis}），我局拟在{you}的信用记录中登记不良信息"
        f"“{entry.name}”，信用扣分{print_cp(-event.points_cp)}分，计分期{entry.months}个月。决定送达前不计分、不公开。"
    )
    rights = (
        f"{you}可以自收到本告知书之日起{rule.length}个工作日内陈述、申辩，提交证据。我局不会因此作出更不利的处理。"
        "期满没有提出意见的，我局根据现有材料作出决定。"
    )
    return "拟登记不良信息告知书", [
        notices.Section("一、事实", _facts(db, event)),
        notices.Section("二、拟作出的处理和依据", [intent]),
        notices.Section("三、陈述、申辩的权利", [rights, f"联系方式：{settings().contact or settings().operator}。"]),
        notices.Section("四、期满和修复", [_exit(entry)]),
    ]


def _exit(entry: catalogue.CatalogueEntry) -> str:
    text = "计分期满，自动停止计分和公开，不用申请。"
    if 0 < entry.repair_after_months < entry.months:
        text = f"自决定送达之日起满{entry.repair_after_months}个月且已经改正的，可以申请信用修复。" + text
    return text


def _you(case: CreditCase) -> str:
    return "你单位" if case.subject_type == "enterprise" else "您"


def _decision(db: Session, case: CreditCase, event: CreditEvent, on: date) -> tuple[str, list[notices.Section]]:
    entry, you = _entry(event), _you(case)
    decided = (
        f"经核准，决定在{you}的信用记录中登记不良信息“{entry.name}”，信用扣分{print_cp(-event.points_cp)}分，"
        f"自本决定书送达之日起计分{entry.months}个月。"
    )
    sections: list[Any] = [
        notices.Section("一、事实", _facts(db, event)),
        notices.Section("二、陈述、申辩和答复", _heard(db, case.id)),
        notices.Section(
            "三、决定和依据", [decided, f"依据：《信用事项目录》（{entry.catalogue}起适用；{entry.basis}）。"]
        ),
        notices.Section("四、期满和修复", [_exit(entry)]),
        notices.Section("五、救济途径", [adverse.remedies()]),
    ]
    return "信用信息登记决定书", sections


def _heard(db: Session, case_id: str) -> list[str]:
    answers = due_process.answers_of(db, case_id)
    if not answers:
        return ["期满没有提出陈述、申辩。"]
    names = {"enterprise": "陈述、申辩", "office": "答复"}
    return [f"{names[one.side]}（{date_text(one.on)}）：{one.body}" for one in answers]
