"""The street's verbs on a check: return it, adjust an item, confirm it; and an officer's correction afterwards."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import and_, bindparam, func, insert, select
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, hooks, ids
from portal.kernel.access import Actor, Permission, require
from portal.kernel.db import lock
from portal.kernel.errors import DomainError, NotAllowed
from portal.kernel.i18n import _
from portal.kernel.periods import Month
from portal.registry import api as registry
from scoring.checks import policy, terms
from scoring.checks.bulk import insert_rows
from scoring.checks.draft import MAX_NOTE, PASS, read_result
from scoring.checks.models import CheckComment, CheckStep, InterestDeclaration, MonthlyCheck
from scoring.checks.verbs import record
from scoring.checks.verbs.filing import redraft
from scoring.rules.deductions import NOT_APPLICABLE
from scoring.standards import api as standards


def return_check(db: Session, actor: Actor, check_id: str, comments: dict[str, str], on: date) -> None:
    """Give a submitted check back with comments: item code (``''`` for the whole check) to text, at least one."""
    held = _held_for_review(db, actor, check_id)
    record.expect(held, "submitted")
    standard = standards.view(db, held.check.standard_version)
    texts = {code: text.strip() for code, text in comments.items() if text.strip()}
    if not texts:
        raise DomainError(_("退回时请写明哪里需要修改。"))
    for code, text in texts.items():
        _refuse_unknown_item(standard, code)
        _refuse_long(text)
    seq, at = record.add_step(db, actor, held, "returned", on, texts.get("", "")), clock.now()
    terms.end_reviews(db, actor, [check_id], "returned", on)
    rows = [
        {"id": ids.new_id(), "check_id": check_id, "step_seq": seq, "item_code": code, "text": text,
         "actor": actor.audit_name, "at": at}
        for code, text in texts.items()
    ]  # fmt: skip
    db.execute(insert(CheckComment), rows)
    redraft(db, held.check, standard)
    audit.record(db, actor, "check.returned", f"check:{check_id}", {"on": on, "items": sorted(filter(None, texts))})


def adjust_item(db: Session, actor: Actor, check_id: str, item_code: str, result: str, reason: str, on: date) -> bool:
    """Change what counts for one item of a submitted check; the inspector's version stays visible.

    ``result`` as in the sheet, ``pass`` included. False when it is the same already. Raises ``DomainError`` (no reason,
    impossible result), ``Conflict`` (not submitted), ``NotAllowed`` (own check, declared interest).
    """
    held = _held_for_review(db, actor, check_id)
    record.expect(held, "submitted")
    return _change(db, actor, held, item_code, result, reason, on, "review")


def correct_item(db: Session, actor: Actor, check_id: str, item_code: str, result: str, reason: str, on: date) -> bool:
    """Correct one item of a confirmed check, by an officer with a reason. A published figure that used it changes with
    its next revision. False when it is the same already."""
    _in_turn(db, check_id)
    held = record.hold(db, actor, check_id)
    require(policy.may_correct(actor, held.estate.division_code, held.check.inspector))
    record.refuse_interest(db, actor, held.estate)
    record.expect(held, "confirmed")
    return _change(db, actor, held, item_code, result, reason, on, "correction")


def confirm(db: Session, actor: Actor, check_id: str, on: date) -> None:
    """Confirm a submitted check: from now on it enters the quarter's result."""
    _in_turn(db, check_id)
    held = _held_for_review(db, actor, check_id)
    record.expect(held, "submitted")
    record.add_step(db, actor, held, "confirmed", on)
    terms.end_reviews(db, actor, [check_id], "confirmed", on)
    audit.record(db, actor, "check.confirmed", f"check:{check_id}", {"on": on})
    record.tell(db, actor, [held.check], on)


def _in_turn(db: Session, check_id: str) -> None:
    """Never beside a publication of the quarter: what a release knows is exactly what was recorded before it."""
    month = db.scalar(select(MonthlyCheck.month).where(MonthlyCheck.id == check_id))
    if month is not None:
        lock(db, f"quarter:{Month.parse(month).quarter}")


def confirm_submitted(db: Session, actor: Actor, months: Sequence[str], estate_codes: Iterable[str], on: date) -> int:
    """Confirm every submitted check of these months and estates; answers how many. One audit row a community.

    Drafts and returned checks stay out. Raises ``NotAllowed`` when one of them is the actor's own, or of an estate
    outside the jurisdiction or with a declared interest.
    """
    require(actor.may(Permission.CHECK_REVIEW))
    found = _submitted(db, months, set(estate_codes))
    if not found:
        return 0
    divisions = registry.estate_places(db, clock.today(), codes={row[1] for row in found})
    _refuse_partial(db, actor, found, divisions)
    at, groups = clock.now(), {}  # type: ignore[var-annotated]
    rows = []
    for check_id, estate, _inspector, seq in found:
        rows.append({"check_id": check_id, "seq": seq + 1, "step": "confirmed", "actor": actor.audit_name, "on": on,
                     "at": at, "reason": ""})  # fmt: skip
        groups.setdefault(divisions[estate], []).append(check_id)
    insert_rows(db, CheckStep.__table__, rows)
    terms.end_reviews(db, actor, [row[0] for row in found], "confirmed", on)
    for division, checks in sorted(groups.items()):
        detail = {"on": on, "months": sorted(months), "checks": sorted(checks)}
        audit.record(db, actor, "checks.confirmed", f"division:{division}", detail)
    hooks.announce("checks.reported", db, actor=actor, on=on, months=sorted(months), checks=[row[0] for row in found])
    return len(rows)


_MINE = and_(
    MonthlyCheck.month.in_(bindparam("months", expanding=True)),
    MonthlyCheck.estate_code.in_(bindparam("estates", expanding=True)),
)
_HELD = (
    select(MonthlyCheck.id, MonthlyCheck.estate_code, MonthlyCheck.inspector)
    .where(_MINE)
    .order_by(MonthlyCheck.id)
    .with_for_update()
)
_newest = (
    select(CheckStep.check_id, func.max(CheckStep.seq).label("seq"))
    .join(MonthlyCheck, MonthlyCheck.id == CheckStep.check_id)
    .where(_MINE)
    .group_by(CheckStep.check_id)
    .subquery()
)
_LAST_STEPS = (
    select(CheckStep.check_id, CheckStep.seq, CheckStep.step)
    .join(_newest, (_newest.c.check_id == CheckStep.check_id) & (_newest.c.seq == CheckStep.seq))
    .order_by(CheckStep.check_id)
)


def _submitted(db: Session, months: Sequence[str], estates: set[str]) -> list[tuple[str, str, str, int]]:
    """(id, estate, inspector, last seq) of the submitted checks, locked in one order."""
    asked = {"months": list(months), "estates": sorted(estates)}
    checks = {row.id: row for row in db.execute(_HELD, asked)}
    steps = {row.check_id: row for row in db.execute(_LAST_STEPS, asked)}
    return [
        (row.id, row.estate_code, row.inspector, steps[row.id].seq)
        for row in checks.values()
        if row.id in steps and steps[row.id].step == "submitted"
    ]


def _refuse_partial(
    db: Session, actor: Actor, found: list[tuple[str, str, str, int]], divisions: dict[str, str]
) -> None:
    """All or nothing: a check that the actor may not confirm stops the whole confirmation."""
    for _id, estate, inspector, _seq in found:
        require(policy.may_review(actor, divisions.get(estate, ""), inspector))
    barred = _interests(db, actor.login) & {row[1] for row in found}
    if barred:
        sentence = "您已申报与%(estate)s有利害关系，不能检查或审核这个小区。请转交其他人员办理。"
        raise NotAllowed(_(sentence, estate=_("、").join(sorted(barred))))


_INTERESTS = (
    select(InterestDeclaration.estate_code, InterestDeclaration.declared)
    .where(InterestDeclaration.login == bindparam("login"))
    .order_by(InterestDeclaration.seq)
)


def _interests(db: Session, login: str) -> set[str]:
    last = {estate: declared for estate, declared in db.execute(_INTERESTS, {"login": login})}
    return {estate for estate, declared in last.items() if declared}


def _held_for_review(db: Session, actor: Actor, check_id: str) -> record.Held:
    held = record.hold(db, actor, check_id)
    require(policy.may_review(actor, held.estate.division_code, held.check.inspector))
    record.refuse_interest(db, actor, held.estate)
    return held


def _refuse_unknown_item(standard: standards.StandardView, code: str) -> None:
    if code and code not in standard.items:
        raise DomainError(_("检查标准没有检查项%(item)s。", item=code))


def _refuse_long(text: str) -> None:
    if len(text) > MAX_NOTE:
        raise DomainError(_("说明最多填%(n)s个字。请缩短。", n=MAX_NOTE))


def _change(
    db: Session, actor: Actor, held: record.Held, item_code: str, result: str, reason: str, on: date, origin: str
) -> bool:
    """Replace one item's version by another, keeping its place and note."""
    check, reason = held.check, reason.strip()
    standard = standards.view(db, check.standard_version)
    if item_code not in standard.items:
        raise DomainError(_("检查标准没有检查项%(item)s。", item=item_code))
    if not reason:
        raise DomainError(_("请写明调整的理由。"))
    _refuse_long(reason)
    wanted = read_result(standard.items[item_code], result.strip())
    live = record.live_results(db, check)
    row = live.get(item_code)
    before = row.result if row else PASS
    if before == wanted:
        return False
    results = {code: other.result for code, other in live.items()} | {item_code: wanted}
    score, at = record.score_cp(standards.frame(db, check.standard_version), results), clock.now()
    note = (row.note if row else "") or (reason if wanted == NOT_APPLICABLE else "")
    if row is not None:
        record.close(db, row, at)
    record.open_version(
        db, actor, check, item_code, wanted, at=at, place=row.place if row else "", note=note, origin=origin,
        reason=reason,
    )  # fmt: skip
    detail = {"on": on, "item": item_code, "old": before, "new": wanted, "reason": reason, "score_cp": score}
    verb = "check.adjusted" if origin == "review" else "check.corrected"
    audit.record(db, actor, verb, f"check:{check.id}", detail)
    record.tell(db, actor, [check], on)
    return True
