"""Decisions on spending and budgets: recorded with their figures and document, used by lines, withdrawn with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.ledger import decisions, papers, places, policy
from disclosure.ledger.categories import by_code
from disclosure.ledger.models import FundApproval, FundApprovalStep, FundBudget, FundVariance
from disclosure.ledger.queries import Key
from disclosure.ledger.service.vouchers import MAX_FILE, media_type_of
from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.classes import Audience
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from scoring.checks import api as checks


@dataclass(frozen=True)
class Vote:
    """A vote as its record gives it. ``kind``: owners or committee; area is needed where the rule counts it."""

    kind: str
    number: str
    title: str
    decided_on: date
    limit_fen: int
    heads: decisions.Figures
    area: decisions.Figures | None
    document: bytes


def _may(db: Session, actor: Actor, estate_code: str) -> None:
    found = places.readable(db, actor, estate_code)
    require(policy.may_classify(actor, found.division_code, found.uscc))
    lock(db, f"fund-approvals:{estate_code}")


def record_vote(db: Session, actor: Actor, estate_code: str, vote: Vote, *, on: date) -> str:
    """Keep a decision with its document; one that did not pass is kept too and allows nothing. Answers its id."""
    _may(db, actor, estate_code)
    _check(vote, on)
    media_type = media_type_of(vote.document)
    kept = store().put(vote.document, MAX_FILE)
    checks.note_file(db, kept, media_type, Audience.STAFF)
    area = vote.area
    row = FundApproval(
        id=new_id(), estate_code=estate_code, kind=vote.kind, number=vote.number.strip(), title=vote.title.strip(),
        decided_on=vote.decided_on, limit_fen=vote.limit_fen, eligible=vote.heads.all, present=vote.heads.present,
        in_favour=vote.heads.favour, eligible_area_centi=area.all if area else None,
        present_area_centi=area.present if area else None, favour_area_centi=area.favour if area else None,
        document_sha256=kept.sha256, actor=actor.audit_name, on=on, recorded_at=clock.now(),
    )  # fmt: skip
    if any((one.kind, one.number) == (row.kind, row.number) for one in papers.approvals_of(db, [estate_code])):
        raise Conflict(_("编号“%(number)s”的决定已经登记。", number=row.number))
    db.add(row)
    db.flush()
    audit.record(db, actor, "fund-approval.recorded", f"fund-approval:{row.id}", {
        "estate": estate_code, "kind": row.kind, "number": row.number, "limit_fen": row.limit_fen,
        "heads": [row.eligible, row.present, row.in_favour], "document": kept.sha256, "on": on.isoformat(),
    })  # fmt: skip
    return row.id


def _check(vote: Vote, on: date) -> None:
    if vote.kind not in ("owners", "committee") or not vote.number.strip() or not vote.title.strip():
        raise DomainError(_("请填写决定的种类、编号和事项。"))
    if vote.decided_on > on:
        raise DomainError(_("决定日期还没有到。"))
    if vote.limit_fen <= 0:
        raise DomainError(_("批准的金额应大于零。"))
    for figures in (vote.heads, vote.area):
        if figures and not (figures.all > 0 and 0 <= figures.favour <= figures.present <= figures.all):
            raise DomainError(_("参与表决的不能超过应参与的，同意的不能超过参与表决的，应参与的要大于零。"))
    if decisions.vote_rule(vote.kind).by_area and vote.area is None:
        raise DomainError(_("业主共同决定要同时填写专有部分面积。"))


def spend(db: Session, actor: Actor, approval_id: str, key: Key, *, used: bool = True) -> bool:
    """Say that a line was spent under a decision, or that it was not. False when that is on record already."""
    row = db.get(FundApproval, approval_id)
    if row is None:
        raise NotFound(_("没有找到这项决定。"))
    _may(db, actor, row.estate_code)
    line = funds.line(db, *key)
    if funds.account(db, line.account_code).estate_code != row.estate_code or line.amount_fen > 0:
        raise DomainError(_("只能关联同一小区的支出。"))
    listed = papers.approvals_of(db, [row.estate_code])
    own = next(one for one in listed if one.id == approval_id)
    if own.withdrawn:
        raise Conflict(_("这项决定已经撤回。"))
    if (line.ref in own.refs) == used:
        return False
    if used and any(line.ref in one.refs for one in listed):
        raise Conflict(_("这笔支出已经关联了另一项决定。"))
    _step(db, actor, approval_id, "spent" if used else "unspent", key, "")
    name = "fund-approval.spent" if used else "fund-approval.unspent"
    audit.record(db, actor, name, line.ref, {"approval": approval_id})
    return True


def withdraw_vote(db: Session, actor: Actor, approval_id: str, *, reason: str) -> bool:
    """A decision was recorded wrong or was set aside: it allows nothing any more, with a public reason."""
    row = db.get(FundApproval, approval_id)
    if row is None:
        raise NotFound(_("没有找到这项决定。"))
    _may(db, actor, row.estate_code)
    if not reason.strip():
        raise DomainError(_("请写明撤回的理由，理由会公开。"))
    own = next(one for one in papers.approvals_of(db, [row.estate_code]) if one.id == approval_id)
    if own.withdrawn:
        return False
    _step(db, actor, approval_id, "withdrawn", (0, 0), reason.strip())
    audit.record(db, actor, "fund-approval.withdrawn", f"fund-approval:{approval_id}", {"reason": reason.strip()})
    return True


def _step(db: Session, actor: Actor, approval_id: str, step: str, key: Key, reason: str) -> None:
    mine = FundApprovalStep.approval_id == approval_id
    last = db.scalar(select(func.max(FundApprovalStep.seq)).where(mine)) or 0
    db.add(FundApprovalStep(approval_id=approval_id, seq=last + 1, step=step, year=key[0], line_id=key[1],
                            reason=reason, actor=actor.audit_name, recorded_at=clock.now()))  # fmt: skip
    db.flush()


# --- budgets ----------------------------------------------------------------------------------------------------------


def set_budget(
    db: Session, actor: Actor, estate_code: str, year: int, amounts: Mapping[str, int], *, on: date, reason: str = ""
) -> int:
    """Set the budget of categories of a year in fen; a figure that changes needs a public reason. Answers how many changed."""
    _may(db, actor, estate_code)
    old, changed = papers.budgets(db, estate_code, year), {}
    for code, fen in amounts.items():
        if code not in by_code() or fen < 0:
            raise DomainError(_("每个科目的预算应为不小于零的金额。"))
        if code in old and old[code].amount_fen != fen and not reason.strip():
            raise DomainError(_("调整已经登记的预算，请写明理由，理由会公开。"))
        if code not in old or old[code].amount_fen != fen:
            changed[code] = fen
    for code, fen in changed.items():
        db.add(FundBudget(estate_code=estate_code, year=year, category=code, version=_next(db, FundBudget, estate_code, year, code),
                          amount_fen=fen, reason=reason.strip(), actor=actor.audit_name, on=on, recorded_at=clock.now()))  # fmt: skip
    if changed:
        db.flush()
        subject = f"fund-budget:{year}/{estate_code}"
        audit.record(db, actor, "fund-budget.set", subject, {"fen": changed, "reason": reason.strip()})
    return len(changed)


def explain(db: Session, actor: Actor, estate_code: str, year: int, category: str, reason: str, *, on: date) -> bool:
    """Say in public why a figure is off its budget. False when that is on record already."""
    _may(db, actor, estate_code)
    if category not in by_code() or not reason.strip():
        raise DomainError(_("请写明与预算不同的原因，原因会公开。"))
    old = papers.variances(db, estate_code, year).get(category)
    if old is not None and old.reason == reason.strip():
        return False
    version = _next(db, FundVariance, estate_code, year, category)
    db.add(FundVariance(estate_code=estate_code, year=year, category=category, version=version, reason=reason.strip(),
                        actor=actor.audit_name, on=on, recorded_at=clock.now()))  # fmt: skip
    db.flush()
    detail = {"category": category, "reason": reason.strip()}
    audit.record(db, actor, "fund-budget.explained", f"fund-budget:{year}/{estate_code}", detail)
    return True


def _next(db: Session, model: type[FundBudget] | type[FundVariance], estate: str, year: int, code: str) -> int:
    return papers.last_version(db, model, estate, year, code) + 1
