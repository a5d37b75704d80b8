"""The documents of an objection: accepted, not accepted, decided. Chinese and final; each names its remedies."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.formats import date_text
from portal.kernel.i18n import using
from portal.notices import api as notices
from portal.notices.api import Addressee, DocumentView, Section
from portal.registry import api as registry
from scoring.adverse import api as adverse
from scoring.objections import saying, words
from scoring.objections.corrections import Corrected
from scoring.objections.queries import Case


def _addressee(db: Session, case: Case) -> Addressee:
    return Addressee(uscc=case.objection.uscc, name=registry.enterprise(db, case.objection.uscc).name)


def _matter(case: Case) -> str:
    what, stood = words.title(case.objection.kind, case.facts), words.figure(case.objection.kind, case.facts)
    return f"你单位于{date_text(case.filed_on)}对“{what}”（原结果：{stood}）提出异议，编号{case.objection.number}。"


def _points(case: Case) -> Section:
    return Section("你单位提出的意见", [f"{point.seq}．{point.text}" for point in case.points])


def _basis() -> str:
    return f"{adverse.standing_texts()['basis']['objection']}。"


def accepted(db: Session, actor: Actor, case: Case, office: str, due_on: date, on: date) -> DocumentView:
    """The objection is accepted: who reviews it, and until when."""
    with using("zh"):
        body = [
            Section("", [_matter(case), f"经审查，我局予以受理，由{office}复核，最迟{date_text(due_on)}作出决定。"
                                        "复核人员没有参与过原来的检查和决定。复核期间，原结果继续显示并标注“异议处理中”。"]),
            _points(case),
            Section("依据", [_basis()]),
        ]  # fmt: skip
        return _issue(db, actor, "objection.receipt", case, "异议受理通知书", body, on)


def refused(db: Session, actor: Actor, case: Case, code: str, reason: str, on: date) -> DocumentView:
    """The objection is not accepted, with the coded reason and the same in writing."""
    with using("zh"):
        body = [
            Section("", [_matter(case), saying.sentence(case, "refused", code, on)]),
            Section("具体说明", [reason]),
            _points(case),
            Section("依据和权利", [_basis(), adverse.remedies()]),
        ]
        return _issue(db, actor, "objection.refusal", case, "异议不予受理通知书", body, on)


def decided(
    db: Session, actor: Actor, case: Case, outcome: str, corrected: Sequence[Corrected], reason: str, on: date
) -> DocumentView:
    """The decision: the outcome, an answer to every point, what was corrected, remedies."""
    with using("zh"):
        body = [
            Section("", [_matter(case)]),
            Section("复核决定", [saying.sentence(case, "decided", outcome, on), reason]),
            Section("逐点答复", [], _answers(case)),
        ]
        if corrected:
            body.append(Section("更正内容", ["下列内容已更正，受影响的结果同时更正；已经公布的得分和星级，另公布新的版次并说明原因。"],
                                _corrections(case, corrected)))  # fmt: skip
        body.append(Section("依据和权利", [_basis(), adverse.remedies()]))
        return _issue(db, actor, "objection.decision", case, "异议复核决定书", body, on)


def _answers(case: Case) -> list[list[str]]:
    rows = [["序号", "你单位的意见", "复核结论", "答复"]]
    for point in case.points:
        answer = case.answers[point.seq]
        rows.append([str(point.seq), point.text, words.verdict(answer.verdict), answer.text])
    return rows


def _corrections(case: Case, corrected: Sequence[Corrected]) -> list[list[str]]:
    rows = [["内容", "原来", "更正后"]]
    own = f"{case.facts['item_code']} {case.facts['item_zh']}" if case.objection.kind == "check" else ""
    for one in corrected:
        name = words.fact_name(one.target, own)
        rows.append([name, words.corrected(one.target, one.old), words.corrected(one.target, one.new)])
    return rows


def _issue(
    db: Session, actor: Actor, kind: str, case: Case, title: str, body: Sequence[Section], on: date
) -> DocumentView:
    subject = f"objection:{case.objection.id}"
    made = notices.issue(db, actor, kind, subject, addressee=_addressee(db, case), title=title, body=body, on=on)
    if notices.confirmation_on_file(db, case.objection.uscc, on):
        notices.serve(db, actor, made.id, on=on, method="portal")
    return made


def reconsider_until(served: date) -> date:
    """The last day to ask for an administrative reconsideration: 60 days after service."""
    return served + timedelta(days=60)
