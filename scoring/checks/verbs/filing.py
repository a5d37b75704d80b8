"""The inspector's verbs: start a check, keep its draft, submit it."""

import json
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, copies, ids
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, InputRefused, NotFound
from portal.kernel.i18n import _
from portal.kernel.periods import Month
from portal.registry import api as registry
from scoring.checks import policy, terms
from scoring.checks.draft import PASS, Answer, Draft, problems
from scoring.checks.models import CheckDraft, CheckStep, ItemResult, MonthlyCheck, Photo
from scoring.checks.verbs import record
from scoring.standards import api as standards


def start_check(
    db: Session, actor: Actor, estate_code: str, month: str, on: date, inspected_on: date | None = None
) -> str:
    """Begin the routine check of an estate and month, or open the one begun already; answers its id.

    ``inspected_on`` is the day of the visit (default: ``on``, or the month's last day afterwards). Raises ``NotFound``,
    ``NotAllowed`` (jurisdiction, declared interest), ``Conflict`` (submitted or confirmed already), ``DomainError``
    (future month, day outside the month, no standard in force).
    """
    estate = _estate_to_file(db, actor, estate_code)
    day = _visit_day(Month.parse(month), inspected_on, on)
    lock(db, f"check:{estate_code}:{month}")
    own = (MonthlyCheck.estate_code == estate_code, MonthlyCheck.month == month, MonthlyCheck.kind == "routine")
    found = db.scalar(select(MonthlyCheck.id).where(*own))
    if found:
        return _begun_already(db, actor, found)
    check_id, at = ids.new_id(), clock.now()
    version = standards.in_force(db, _kind_on(db, estate, day), day)
    row = {"id": check_id, "estate_code": estate_code, "month": month, "kind": "routine", "standard_version": version,
           "inspector": actor.login, "inspected_on": day, "origin": "page", "recorded_at": at}  # fmt: skip
    db.execute(insert(MonthlyCheck), [row])
    step = {
        "check_id": check_id,
        "seq": 1,
        "step": "draft",
        "actor": actor.audit_name,
        "on": on,
        "at": at,
        "reason": "",
    }
    db.execute(insert(CheckStep), [step])
    _put_draft(db, check_id, Draft(), 1)
    detail = {"estate": estate_code, "month": month, "standard": version, "inspected_on": day}
    audit.record(db, actor, "check.started", f"check:{check_id}", detail)
    return check_id


def set_inspected_on(db: Session, actor: Actor, check_id: str, day: date, on: date) -> bool:
    """Mend the day of the visit while the check is a draft; the standard in force that day is pinned anew."""
    held = _held_to_file(db, actor, check_id)
    check = held.check
    if check.inspected_on == _visit_day(Month.parse(check.month), day, on):
        return False
    version = standards.in_force(db, _kind_on(db, held.estate, day), day)
    if version != check.standard_version:
        _refuse_lost_answers(db, check, version)
    old = {"inspected_on": check.inspected_on, "standard": check.standard_version}
    check.inspected_on, check.standard_version = day, version
    db.flush()
    detail = {"old": old, "new": {"inspected_on": day, "standard": version}}
    audit.record(db, actor, "check.day_changed", f"check:{check_id}", detail)
    return True


def save_draft(db: Session, actor: Actor, check_id: str, payload: dict[str, Any], version: int) -> int:
    """Keep the working paper; answers its new version number.

    ``payload``: ``{"results": {item: {"result", "place", "note"}}, "passed_categories": [...], "clean": bool,
    "detached": [photo ids]}``. ``version`` is the number that the page was shown: ``Conflict`` when another device
    saved meanwhile. Raises ``DomainError`` for unknown items and impossible results.
    """
    held = _held_to_file(db, actor, check_id)
    draft = Draft.read(payload, standards.view(db, held.check.standard_version))
    stored = db.scalar(select(CheckDraft.payload).where(CheckDraft.check_id == check_id))
    mine = (CheckDraft.check_id == check_id, CheckDraft.version == version)
    values = {"payload": json.dumps(draft.payload(), ensure_ascii=False), "version": version + 1,
              "updated_at": clock.now()}  # fmt: skip
    changed = db.execute(update(CheckDraft).where(*mine).values(values).execution_options(synchronize_session=False))
    if stored is None or changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(_("这份检查已在另一台设备上保存过。您填写的内容保留在下方，请核对后再保存。"))
    return version + 1


def submit(db: Session, actor: Actor, check_id: str, on: date) -> int:
    """Hand the check to the street; answers its score in centipoints.

    Raises ``InputRefused`` whose ``cell`` is the item code (open items, missing places, photos, reasons),
    ``DomainError`` (too late without permission, future day), ``Conflict`` (submitted already), ``NotAllowed``.
    """
    held = _held_to_file(db, actor, check_id)
    check = held.check
    _visit_day(Month.parse(check.month), check.inspected_on, on)
    _refuse_late(db, held, on)
    standard = standards.view(db, check.standard_version)
    draft = read_draft(db, check, standard)
    wrong = problems(draft, standard, photo_counts(db, check_id, draft), check.origin == "page")
    if wrong:
        raise InputRefused(wrong, _("还有%(n)s处没有填完，检查没有提交。", n=len(wrong)))
    exceptions = draft.exceptions()
    results = {code: answer.result for code, answer in exceptions.items()}
    score = record.score_cp(standards.frame(db, check.standard_version), results)
    changed = _settle(db, actor, check, exceptions)
    check.inspector = actor.login
    db.flush()
    record.add_step(db, actor, held, "submitted", on)
    terms.start_reviews(db, actor, [(check_id, check.estate_code, check.month)], on)
    detail = {"on": on, "score_cp": score, "findings": len(results), "changed": changed}
    audit.record(db, actor, "check.submitted", f"check:{check_id}", detail)
    record.tell(db, actor, [check], on)
    return score


def read_draft(db: Session, check: MonthlyCheck, standard: standards.StandardView) -> Draft:
    """The working paper of a check; empty when there is none."""
    stored = db.scalar(select(CheckDraft.payload).where(CheckDraft.check_id == check.id))
    return Draft.read(json.loads(stored), standard) if stored else Draft()


def photo_counts(db: Session, check_id: str, draft: Draft) -> dict[str, int]:
    """Item code to number of photos, without those taken off again and those that turned out to be damaged."""
    rows = db.execute(select(Photo.item_code, Photo.id, Photo.sha256).where(Photo.check_id == check_id)).all()
    counts: dict[str, int] = {}
    for item_code, photo, sha256 in rows:
        if photo not in draft.detached and not copies.is_damaged(sha256):
            counts[item_code] = counts.get(item_code, 0) + 1
    return counts


def redraft(db: Session, check: MonthlyCheck, standard: standards.StandardView) -> None:
    """Write the working paper anew from the results that count, so that nothing the street changed is lost unseen."""
    old = db.execute(
        select(CheckDraft.payload, CheckDraft.version).where(CheckDraft.check_id == check.id)
    ).one_or_none()
    detached = json.loads(old.payload).get("detached", []) if old else []
    answers = {
        row.item_code: Answer(row.result, row.place, row.note) for row in record.live_results(db, check).values()
    }
    ordered = {code: answers[code] for code in standard.items if code in answers}
    _put_draft(db, check.id, Draft(ordered, clean=True, detached=tuple(detached)), (old.version if old else 0) + 1)


def _put_draft(db: Session, check_id: str, draft: Draft, version: int) -> None:
    values = {"payload": json.dumps(draft.payload(), ensure_ascii=False), "version": version, "updated_at": clock.now()}
    if version > 1 and db.scalar(select(func.count()).where(CheckDraft.check_id == check_id)):
        own = update(CheckDraft).where(CheckDraft.check_id == check_id)
        db.execute(own.values(values).execution_options(synchronize_session=False))
    else:
        db.execute(insert(CheckDraft), [{"check_id": check_id, **values}])


def _estate_to_file(db: Session, actor: Actor, estate_code: str) -> registry.EstateView:
    estate = registry.estate(db, estate_code)
    if not policy.may_read(actor, estate.division_code):
        raise NotFound(_("没有找到这个小区。"))
    require(policy.may_file(actor, estate.division_code))
    record.refuse_interest(db, actor, estate)
    return estate


def _held_to_file(db: Session, actor: Actor, check_id: str) -> record.Held:
    held = record.hold(db, actor, check_id)
    require(policy.may_file(actor, held.estate.division_code))
    record.refuse_interest(db, actor, held.estate)
    record.expect(held, "draft", "returned")
    return held


def _begun_already(db: Session, actor: Actor, check_id: str) -> str:
    held = record.hold(db, actor, check_id)
    if held.state in ("draft", "returned"):
        return check_id
    month, estate = held.check.month, held.estate.name
    sentence = "%(estate)s%(month)s已经有一份月度检查，不能再提交一份。请打开原检查修改；已确认的，请申请更正。"
    raise Conflict(_(sentence, estate=estate, month=month))


def _visit_day(month: Month, inspected_on: date | None, on: date) -> date:
    """The day of the visit, within the month and not after ``on``."""
    if month.first > on:
        raise DomainError(_("%(month)s还没有到，不能检查。", month=str(month)))
    day = inspected_on or min(on, month.last)
    if Month.of(day) != month:
        raise DomainError(_("检查日期%(day)s不在%(month)s内。", day=day.isoformat(), month=str(month)))
    if day > on:
        raise DomainError(_("检查日期%(day)s还没有到。", day=day.isoformat()))
    return day


def _kind_on(db: Session, estate: registry.EstateView, day: date) -> str:
    """The kind of an estate on the day of the visit; before its first facts, its present kind."""
    try:
        return registry.estate(db, estate.code, as_of=day).kind
    except NotFound:
        return estate.kind


def _refuse_lost_answers(db: Session, check: MonthlyCheck, version: str) -> None:
    """Another standard may be pinned only if every answer already given is possible under it."""
    draft = read_draft(db, check, standards.view(db, check.standard_version))
    Draft.read(draft.payload(), standards.view(db, version))


def _refuse_late(db: Session, held: record.Held, on: date) -> None:
    check, due = held.check, record.due_day(held.check.month)
    if on > due and not record.late_permitted(db, check.estate_code, check.month):
        street = registry.division_name(db, held.estate.division_code[:9] + "000")
        sentence = "%(month)s检查的提交期限（%(due)s）已过。请向%(street)s说明原因，申请逾期提交。"
        raise DomainError(_(sentence, month=check.month, due=due.isoformat(), street=street))


def _settle(db: Session, actor: Actor, check: MonthlyCheck, wanted: dict[str, Answer]) -> int:
    """Bring the stored versions to what was submitted; answers how many items changed."""
    live, at, changed = record.live_results(db, check), clock.now(), 0
    for code in sorted(live.keys() | wanted.keys()):
        row, answer = live.get(code), wanted.get(code)
        if _says_the_same(row, answer, check):
            continue
        changed += 1
        if row is not None:
            record.close(db, row, at)
        if answer is not None:
            record.open_version(db, actor, check, code, answer.result, at=at, place=answer.place, note=answer.note)
    return changed


def _says_the_same(row: ItemResult | None, answer: Answer | None, check: MonthlyCheck) -> bool:
    if row is None:
        return answer is None
    if answer is None:
        return row.result == PASS
    same = (row.result, row.place, row.note) == (answer.result, answer.place, answer.note)
    return same and row.valid_from == check.inspected_on
