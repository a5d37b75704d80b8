"""Links between enterprises (关联, 承继): proposed by rule with their evidence, confirmed by a person, contestable.

proposed → confirmed → withdrawn, or proposed → refused. A confirmed link is shown beside the record; what it does to the
score is rule data, nothing by default (decision 0020).
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, keys
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _, using
from portal.kernel.ids import new_id
from portal.notices import api as notices
from portal.registry import api as registry
from scoring.credit import link_rules, policy
from scoring.credit.models import Affiliation, AffiliationStep


@dataclass(frozen=True)
class LinkView:
    """A link as shown: ``step`` is its last step; ``evidence`` (staff and parties) as the rule found it."""

    id: str
    rule: str
    rule_name: str
    former: str
    later: str
    since: date
    step: str
    on: date
    reason: str
    evidence: tuple[dict[str, str], ...]
    is_succession: bool

    def other(self, uscc: str) -> str:
        """The enterprise at the other end."""
        return self.later if uscc == self.former else self.former


def ref(link_id: str) -> str:
    """The name of a link for objections, deadlines and the audit log."""
    return f"affiliation:{link_id}"


def find(db: Session, actor: Actor, *, on: date) -> int:
    """Let the rules look for links and put up those that are new; says how many. A refused link does not come again."""
    require(policy.may_propose(actor))
    lock(db, "affiliations")
    known = set(db.scalars(select(Affiliation.key)))
    links = link_rules.found_links(registry.enterprise_details(db), registry.contracts_frame(db), on)
    fresh = [link for link in links if link.key not in known]
    if not fresh:
        return 0
    at = clock.now()
    rows = [_row(db, link, at) for link in fresh]
    db.execute(insert(Affiliation), rows)
    steps = [{"affiliation_id": row["id"], "seq": 1, "step": "proposed", "actor": actor.login, "on": on, "at": at,
              "reason": ""} for row in rows]  # fmt: skip
    db.execute(insert(AffiliationStep), steps)
    audit.record(db, actor, "affiliations.proposed", "affiliation", {"links": [link.key for link in fresh]})
    return len(fresh)


def _row(db: Session, link: link_rules.Link, at: datetime) -> dict[str, Any]:
    link_id = new_id()
    evidence = keys.seal(db, ref(link_id), json.dumps(link.evidence, ensure_ascii=False))
    return {"id": link_id, "key": link.key, "rule": link.rule, "former": link.former, "later": link.later,
            "since": link.since, "evidence": evidence, "recorded_at": at}  # fmt: skip


def confirm(db: Session, actor: Actor, link_id: str, *, reason: str, on: date) -> None:
    """A person confirms a proposed link; both enterprises are told and may contest it."""
    link = _take(db, actor, link_id, "proposed", "confirmed", reason, on)
    names = {code: registry.enterprise(db, code).name for code in (link.former, link.later)}
    rule = next((one["zh"] for one in link_rules.in_force(on).rules if one["code"] == link.rule), link.rule)
    for mine, other in ((link.former, link.later), (link.later, link.former)):
        params = {"other": names[other], "rule": rule}
        with using("zh"):
            told = _("已登记贵企业与%(other)s的关联关系（%(rule)s）。有异议的，可以提出异议。")
        notices.inform(db, notices.To(uscc=mine), told, params, "credit.mine", {}, on)


def refuse(db: Session, actor: Actor, link_id: str, *, reason: str, on: date) -> None:
    """A person refuses a proposed link: the evidence does not carry it. It is not put up again."""
    _take(db, actor, link_id, "proposed", "refused", reason, on)


def withdraw(db: Session, actor: Actor, link_id: str, *, reason: str, on: date) -> None:
    """Take a confirmed link back: it was wrong. For a decided objection."""
    _take(db, actor, link_id, "confirmed", "withdrawn", reason, on)


def _take(db: Session, actor: Actor, link_id: str, held: str, step: str, reason: str, on: date) -> Affiliation:
    link = db.get(Affiliation, link_id)
    if link is None:
        raise NotFound(_("没有找到这条关联线索。"))
    last = _last(db, link_id)
    require(policy.may_judge_link(actor))
    if last.step != held:
        raise Conflict(_("这一事项已经处理过了。"))
    if not reason.strip():
        raise DomainError(_("请写明理由。"))
    row = AffiliationStep(affiliation_id=link_id, seq=last.seq + 1, step=step, actor=actor.login, on=on)
    row.at, row.reason = clock.now(), reason.strip()
    db.add(row)
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(_("这一事项刚刚被别人处理过，请刷新后再看。")) from error
    audit.record(
        db,
        actor,
        f"affiliation.{step}",
        ref(link_id),
        {"key": link.key, "reason": audit.sealed(db, ref(link_id), reason.strip())},
    )
    return link


def steps_of(db: Session, link_id: str) -> list[AffiliationStep]:
    """The journal of a link, in order."""
    query = select(AffiliationStep).where(AffiliationStep.affiliation_id == link_id).order_by(AffiliationStep.seq)
    return list(db.scalars(query))


def hands_on(db: Session, link_id: str) -> dict[str, str]:
    """Login to what the person did to a link: proposed, confirmed or decided."""
    deeds = {"proposed": "proposed", "confirmed": "confirmed"}
    found: dict[str, str] = {}
    for step in steps_of(db, link_id):
        found.setdefault(step.actor.split(" (")[0], deeds.get(step.step, "decided"))
    return found


def rule_name(code: str) -> str:
    """The name of a rule today."""
    return link_rules.rule_name(code, clock.today())


def _last(db: Session, link_id: str) -> AffiliationStep:
    return steps_of(db, link_id)[-1]


def _last_steps(known_at: datetime | None) -> Any:
    last = select(AffiliationStep.affiliation_id, func.max(AffiliationStep.seq).label("seq"))
    if known_at is not None:
        last = last.where(AffiliationStep.at <= known_at)
    return last.group_by(AffiliationStep.affiliation_id).subquery()


def links(
    db: Session, uscc: str | None = None, steps: tuple[str, ...] = ("confirmed",), known_at: datetime | None = None
) -> list[LinkView]:
    """Links whose last step is one of those named, of one enterprise or of all; as known at an instant."""
    last = _last_steps(known_at)
    query = (
        select(Affiliation, AffiliationStep)
        .join(last, last.c.affiliation_id == Affiliation.id)
        .join(
            AffiliationStep,
            and_(AffiliationStep.affiliation_id == last.c.affiliation_id, AffiliationStep.seq == last.c.seq),
        )
        .where(AffiliationStep.step.in_(steps))
        .order_by(AffiliationStep.on.desc(), Affiliation.key)
    )
    if uscc is not None:
        query = query.where(or_(Affiliation.former == uscc, Affiliation.later == uscc))
    return [_view(db, link, step) for link, step in db.execute(query)]


def link(db: Session, link_id: str) -> LinkView:
    """One link. NotFound."""
    found = db.get(Affiliation, link_id)
    if found is None:
        raise NotFound(_("没有找到这条关联线索。"))
    return _view(db, found, _last(db, link_id))


def _view(db: Session, row: Affiliation, step: AffiliationStep) -> LinkView:
    evidence = json.loads(keys.unseal(db, ref(row.id), row.evidence) or "[]")
    today = clock.today()
    return LinkView(
        row.id, row.rule, link_rules.rule_name(row.rule, today), row.former, row.later, row.since, step.step, step.on,
        step.reason, tuple(evidence), link_rules.is_directed(row.rule, today),
    )  # fmt: skip


def waiting_number(db: Session) -> int:
    """How many links wait for a person."""
    last = _last_steps(None)
    joined = and_(AffiliationStep.affiliation_id == last.c.affiliation_id, AffiliationStep.seq == last.c.seq)
    query = select(func.count()).select_from(AffiliationStep).join(last, joined)
    return int(db.scalar(query.where(AffiliationStep.step == "proposed")) or 0)


def successions(db: Session, as_of: date, known_at: datetime | None = None) -> list[tuple[str, str]]:
    """(former, later) of the confirmed successions that began by a day."""
    found = links(db, known_at=known_at)
    return sorted({(one.former, one.later) for one in found if one.is_succession and one.since <= as_of})


def inheriting(
    db: Session, as_of: date, known_at: datetime | None = None, later: str | None = None
) -> list[tuple[str, str, date]]:
    """(former, later, since) of the successions that were confirmed by a day, of one later enterprise or of all; one row for
    each pair, with its first day. A succession that was taken back is none, save for what was known before."""
    last = _last_steps(known_at)
    joined = and_(AffiliationStep.affiliation_id == last.c.affiliation_id, AffiliationStep.seq == last.c.seq)
    columns = (Affiliation.former, Affiliation.later, Affiliation.since, Affiliation.rule)
    query = select(*columns).join(last, last.c.affiliation_id == Affiliation.id).join(AffiliationStep, joined)
    query = query.where(AffiliationStep.step == "confirmed", AffiliationStep.on <= as_of, Affiliation.since <= as_of)
    if later is not None:
        query = query.where(Affiliation.later == later)
    first: dict[tuple[str, str], date] = {}
    for former, after, since, rule in db.execute(query.order_by(Affiliation.since, Affiliation.key)):
        if link_rules.is_directed(rule, as_of):
            first.setdefault((former, after), since)
    return [(former, after, since) for (former, after), since in sorted(first.items())]
