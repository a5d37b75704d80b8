"""What the verbs of objections have in common: hold one, write its steps, who reviews it, its clock, telling the company."""

from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts import api as accounts
from portal.deadlines import api as deadlines
from portal.deadlines.api import Holder
from portal.kernel import clock
from portal.kernel.access import Actor, Role, person_actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _, language, using
from portal.kernel.settings import settings
from portal.notices import api as notices
from portal.notices.api import To
from portal.registry import api as registry
from portal.registry.api import areas
from scoring.checks import api as checks
from scoring.objections import policy, queries, words
from scoring.objections.contested import Contested, contested
from scoring.objections.models import NEXT_STEPS, Objection, ObjectionStep

ACCEPT, DECIDE, EXTENSION = "objection.accept", "objection.decide", "objection.extension"
LONGEST = 2000
ENDPOINT, OWN_ENDPOINT = "objections.case", "my_objections.case"


def add_step(
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


def held(db: Session, objection_id: str, on: date, seen: int | None, step: str) -> queries.Case:
    """The objection, held until the transaction ends, when the step may follow. Raises ``Conflict``, ``DomainError``."""
    queries.find(db, objection_id)
    lock(db, subject_of(objection_id))
    case = queries.case(db, objection_id)
    refuse_ahead(on)
    if on < case.last.on:
        raise DomainError(_("办理日期不能早于上一步的日期%(day)s。", day=case.last.on.isoformat()))
    if seen is not None and seen != case.last.seq:
        raise Conflict(_("其他人刚刚办理了这件异议。请刷新页面后再看。"))
    if step not in NEXT_STEPS.get(case.last.step, ()):
        raise Conflict(_("这件异议现在不能这样办理。请刷新页面后再看。"))
    return case


def refuse_ahead(on: date) -> None:
    if on > clock.today():
        raise DomainError(_("办理日期%(on)s还没有到。", on=on.isoformat()))


def subject_of(objection_id: str) -> str:
    return f"objection:{objection_id}"


def street_reviewers(db: Session, target: Contested, uscc: str) -> list[str]:
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


def holder_of(level: str, division_code: str) -> Holder:
    """Who has to act: the reviewers of the estate's street, or the officers of the district."""
    if level == "street":
        return Holder(Role.REVIEWER, f"{division_code[:9]}000")
    return Holder(Role.OFFICER, settings().division)


def level_of(db: Session, own: Objection, target: Contested) -> str:
    """The office that reviews now: the street that was to do it hands over when nobody there is left who may."""
    if own.level == "street" and not street_reviewers(db, target, own.uscc):
        return "district"
    return own.level


def bar_to_review(db: Session, actor: Actor, own: Objection, target: Contested | None = None) -> str:
    """Why this person may not review the objection, in words; empty when they may. ``NotFound`` for one of elsewhere.
    ``target``: what it contests, when the caller has read that."""
    if not policy.may_read(actor, own.kind, own.division_code):
        raise queries.nothing()
    target = target or contested(db, own.ref)
    barred = policy.bar_to_review(actor, target, own.uscc, _interest(db, actor, target))
    if barred:
        return barred
    level = level_of(db, own, target)
    if not policy.is_of_level(actor, level, own.division_code):
        return _("这件异议由区级人员复核。") if level == "district" else _("这件异议由街道复核。")
    return _("这件异议由街道复核。") if level == "street" and actor.has_whole_district else ""


def require_reviewer(db: Session, actor: Actor, own: Objection) -> None:
    barred = bar_to_review(db, actor, own)
    require(not barred, barred)


def office_name(db: Session, level: str, division_code: str) -> str:
    """The office that reviews, as documents and pages call it."""
    if level == "district":
        return settings().operator
    return f"{registry.division_name(db, f'{division_code[:9]}000')}办事处"


def office_words(db: Session, level: str, division_code: str) -> str:
    """The same office in the reader's language."""
    if level == "district":
        return settings().operator_en if language() == "en" else settings().operator
    return _("%(street)s办事处", street=areas.shown(registry.division_name(db, f"{division_code[:9]}000")))


def start_clock(db: Session, actor: Actor, rule: str, made: Objection, target: Contested, on: date, level: str) -> None:
    """Start the clock of a rule for the office that has to act."""
    with using("zh"):
        title = f"{made.number} {words.title(target.kind, target.facts)}"
    holder, values = holder_of(level, made.division_code), {"objection_id": made.id}
    deadlines.start(
        db, actor, rule, subject_of(made.id), holder=holder, title=title, endpoint=ENDPOINT, values=values, on=on
    )


def written_reason(text: str) -> str:
    if not text.strip():
        raise DomainError(_("请写明理由。"))
    if len(text) > LONGEST:
        raise DomainError(_("说明最多填%(n)s个字。请缩短。", n=LONGEST))
    return text.strip()


def inform(db: Session, own: Objection, on: date, text: str) -> None:
    values = {"objection_id": own.id}
    notices.inform(db, To(uscc=own.uscc), text, {"number": own.number}, OWN_ENDPOINT, values, on)
