"""The verbs that every adverse decision shares: points and answers, the hearing, the legal review, side flags.

A slice keeps its own verbs for proposing and deciding; ``require_ready`` is the gate before its decision.
"""

import json
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit, clock, keys
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.formats import date_text
from portal.kernel.i18n import _, using
from portal.kernel.ids import new_id
from portal.kernel.sources import source as network
from portal.notices import api as notices
from scoring.adverse import policy, queries
from scoring.adverse.cases import DECIDED, Case, case_of
from scoring.adverse.journal import Journal, flush
from scoring.adverse.models import Answer, HearingStep, LegalReview, Mark, Point
from scoring.adverse.serving import end_response

HEARING_RULE = "hearing.ask"
VERDICTS = ("taken", "partly", "not_taken")
PER_SOURCE_AN_HOUR, PER_CASE_A_DAY, LONGEST = 5, 200, 5000
RECORDED = "recorded"  # the command line: the officer states that the act was done outside the portal


def _text(text: str, sentence: str) -> str:
    said = text.strip()
    if not said or len(said) > LONGEST:
        raise DomainError(sentence if not said else _("文字不能超过%(n)s字。", n=LONGEST))
    return said


# --- points and answers -----------------------------------------------------------------------------------------------


def raise_point(
    db: Session, actor: Actor, ref: str, *, text: str, files: Sequence[str] = (), on: date, channel: str = "portal"
) -> str:
    """The company states one point in the portal, or an officer puts one on file that came on paper (``paper``).

    Raises NotFound for a company that was not served, NotAllowed, DomainError outside the time for responses.
    """
    case = case_of(db, ref)
    if channel == "paper":
        require(policy.may_handle(actor))
    elif not policy.may_respond(actor, case):
        raise NotFound(_("没有找到这个事项。"))
    if case.chain == "list-red" or not case.is_open_on(on):
        raise DomainError(_("现在不在陈述申辩期内。"))
    said = _text(text, _("请写明意见。"))
    lock(db, ref)
    point = _point(db, ref, "company", channel, said, files, actor.login, on)
    end_response(db, actor, ref, outcome="answered", on=on)
    audit.record(db, actor, "adverse.point-raised", ref, {"point": point.id, "channel": channel, "files": len(files)})
    return point.id


def _point(
    db: Session, ref: str, party: str, channel: str, text: str, files: Sequence[str], raised_by: str, on: date,
    point_id: str = "", contact: str = "",
) -> Point:  # fmt: skip
    point = Point(
        id=point_id or new_id(),
        ref=ref,
        party=party,
        channel=channel,
        text=text,
        files=json.dumps(list(files)),
        raised_by=raised_by,
        contact=contact,
        on=on,
        at=clock.now(),
    )
    db.add(point)
    flush(db)
    return point


def raise_public_point(db: Session, ref: str, *, text: str, contact: str, source: str, on: date) -> str:
    """Anybody objects to an entry on public notice. The contact is sealed; ``source`` (an address) is kept as a keyed
    hash and limits how often one source may speak. Raises DomainError outside the public notice or too often."""
    case = case_of(db, ref)
    if case.chain != "list-red" or not case.is_open_on(on):
        raise DomainError(_("这一事项现在不在公示期内。"))
    said, reach = _text(text, _("请写明意见。")), _text(contact, _("请填写联系方式，我们把答复告诉您。"))
    hidden = keys.key_ring().identity_hash(f"point:{network(source)}")[1][:32]
    lock(db, f"points:{hidden}")
    often = queries.raised_lately(db, hidden, clock.now() - timedelta(hours=1)) >= PER_SOURCE_AN_HOUR
    if often or queries.public_points(db, ref, clock.now()) >= PER_CASE_A_DAY:
        raise DomainError(_("提交次数过多，请过一小时再试，或者按页尾的联系方式联系我们。"))
    point_id = new_id()
    sealed = keys.seal(db, f"point:{point_id}", reach)
    point = _point(db, ref, "public", "portal", said, (), hidden, on, point_id, sealed)
    anybody = Actor("public", None, None)
    audit.record(db, anybody, "adverse.point-raised", ref, {"point": point.id, "channel": "portal", "files": 0})
    return point.id


def contact_of(db: Session, actor: Actor, point_id: str) -> str:
    """How to reach a member of the public, for the officers who answer; the look is audited by the caller's page."""
    require(policy.may_handle(actor))
    point = db.get(Point, point_id)
    return (keys.unseal(db, f"point:{point_id}", point.contact) or "") if point and point.contact else ""


def answer_point(db: Session, actor: Actor, point_id: str, *, verdict: str, text: str, on: date) -> None:
    """Answer one point, once, before the decision. Raises NotFound, NotAllowed, Conflict, DomainError."""
    require(policy.may_handle(actor))
    point = db.get(Point, point_id)
    if point is None:
        raise NotFound(_("没有找到这条意见。"))
    lock(db, point.ref)
    case = case_of(db, point.ref)
    if db.get(Answer, point_id) is not None or case.taken(*DECIDED):
        raise Conflict(_("这条意见已经答复过了。"))
    if verdict not in VERDICTS or on < point.on:
        raise DomainError(_("请选择是否采纳。"))
    said = _text(text, _("请写明答复。"))
    db.add(Answer(point_id=point_id, verdict=verdict, text=said, actor=actor.login, on=on, at=clock.now()))
    flush(db)
    audit.record(db, actor, "adverse.point-answered", point.ref, {"point": point_id, "verdict": verdict})
    if point.party == "company":
        with using("zh"):
            tell_company(db, case, _("您对“%(name)s”提出的意见有了答复。"), on)


def names_of_unanswered(db: Session, cases: Collection[Case]) -> list[str]:
    """Names of the cases in which a point still waits for its answer."""
    waiting = queries.unanswered(db, [case.ref for case in cases])
    return [case.name for case in cases if case.ref in waiting]


def tell_company(db: Session, case: Case, text: str, on: date) -> None:
    """Leave the company a line in the portal; it serves nothing."""
    values = {"kind": case.kind, "case_id": case.id}
    notices.inform(db, notices.To(uscc=case.uscc), text, {"name": case.name}, "adverse.company_case", values, on)


# --- hearing ----------------------------------------------------------------------------------------------------------


def _hearing(db: Session, actor: Actor, ref: str, on: date) -> Journal:
    held = queries.hearing(db, ref)
    return Journal(db, actor, HearingStep, "hearing", ref, on, held[-1] if held else None)


def hearing_ask_until(db: Session, case: Case) -> date | None:
    """The last day on which a hearing can be asked for."""
    return deadlines.last_day(db, HEARING_RULE, case.served_on) if case.served_on else None


def ask_hearing(db: Session, actor: Actor, ref: str, *, on: date, channel: str = "portal") -> None:
    """The company asks to be heard in person, within five working days of the service of the notice."""
    case = case_of(db, ref)
    if channel == "paper":
        require(policy.may_handle(actor))
    elif not policy.may_respond(actor, case):
        raise NotFound(_("没有找到这个事项。"))
    until = hearing_ask_until(db, case)
    if case.state != "response_open" or until is None or on > until:
        raise DomainError(_("要求当面听取意见的期限已过，或者现在不能提出。"))
    lock(db, ref)
    _hearing(db, actor, ref, on).add("asked", reason=channel)
    flush(db)
    audit.record(db, actor, "adverse.hearing-asked", ref, {"channel": channel})


def withdraw_hearing(db: Session, actor: Actor, ref: str, *, on: date) -> None:
    """The company no longer wishes to be heard in person."""
    if not policy.may_respond(actor, case_of(db, ref)):
        raise NotFound(_("没有找到这个事项。"))
    lock(db, ref)
    _hearing(db, actor, ref, on).add("withdrawn")
    flush(db)
    audit.record(db, actor, "adverse.hearing-withdrawn", ref)


def arrange_hearing(db: Session, actor: Actor, ref: str, *, held_on: date, place: str, on: date) -> None:
    """Set, or set anew, the day and place of a hearing that was asked for."""
    require(policy.may_handle(actor))
    if held_on < on:
        raise DomainError(_("听取意见的日期不能早于今天。"))
    lock(db, ref)
    said = _text(place, _("请填写地点和主持人。"))
    _hearing(db, actor, ref, on).add("arranged", due_on=held_on, reason=said)
    flush(db)
    audit.record(db, actor, "adverse.hearing-arranged", ref, {"held_on": held_on})
    with using("zh"):
        tell_company(db, case_of(db, ref), _("“%(name)s”已安排当面听取意见，请看时间和地点。"), on)


def hold_hearing(db: Session, actor: Actor, ref: str, *, minutes: str, file: str = "", on: date) -> None:
    """Record the hearing with its minutes; the case moves to the step ``hearing``."""
    require(policy.may_handle(actor))
    lock(db, ref)
    case, held = case_of(db, ref), queries.hearing(db, ref)
    if held and held[-1].due_on and on < held[-1].due_on:
        raise DomainError(_("还没有到听取意见的日期。"))
    said = _text(minutes, _("请填写笔录。"))
    _hearing(db, actor, ref, on).add("held", reason=said, document=file)
    Journal(db, actor, case.model, case.chain, case.id, on, case.steps[-1]).add("hearing")
    flush(db)
    audit.record(db, actor, "adverse.hearing-held", ref, {"minutes": bool(file)})


def hearing_is_open(db: Session, ref: str) -> bool:
    """A hearing was asked for and is neither held nor withdrawn."""
    held = queries.hearing(db, ref)
    return bool(held) and held[-1].step in ("asked", "arranged")


# --- legal review and the gate before a decision ----------------------------------------------------------------------


def review(db: Session, actor: Actor, ref: str, *, verdict: str, opinion: str, on: date) -> None:
    """法制审核: once the time for responses is over, every point is answered and the hearing held; the case moves on."""
    case = case_of(db, ref)
    require(policy.may_review(actor, case), _("提出建议的人和检查人员不能作法制审核。"))
    if verdict not in ("agree", "disagree"):
        raise DomainError(_("请选择法制审核意见。"))
    lock(db, ref)
    require_heard(db, case, on)
    said = _text(opinion, _("请写明法制审核意见。"))
    end_response(db, actor, ref, outcome="silent", on=on)
    db.add(LegalReview(ref=ref, seq=1, verdict=verdict, opinion=said, actor=actor.login, on=on, at=clock.now()))
    Journal(db, actor, case.model, case.chain, case.id, on, case.steps[-1]).add("review")
    flush(db)
    audit.record(db, actor, "adverse.reviewed", ref, {"verdict": verdict})


def require_heard(db: Session, case: Case, on: date) -> None:
    """DomainError while the time to speak runs, a hearing is due or a point waits for its answer."""
    if case.due_on is not None and on <= case.due_on:
        day = date_text(case.due_on)
        raise DomainError(_("陈述申辩期或者公示期到%(day)s（含当日）才结束，现在不能作出决定。", day=day))
    if hearing_is_open(db, case.ref):
        raise DomainError(_("“%(name)s”的企业要求当面听取意见，还没有听取。请先安排并登记笔录。", name=case.name))
    require_answered(db, [case])


def require_answered(db: Session, cases: Collection[Case]) -> None:
    """DomainError that names the cases in which a point waits for its answer."""
    if names := names_of_unanswered(db, cases):
        raise DomainError(_("还有意见没有答复：%(names)s。请先逐条答复。", names=_("、").join(names)))


def require_ready(db: Session, actor: Actor, case: Case, *, adverse: bool, on: date) -> None:
    """The gate before a decision of a reviewed case: heard, answered, reviewed by somebody else, and not against the
    legal opinion. Raises NotAllowed, DomainError."""
    given = queries.reviews(db, case.ref)
    reviewers = frozenset(one.actor for one in given)
    require(policy.may_decide(actor, case, reviewers), _("提出建议、检查或者法制审核的人不能作出决定。"))
    require_heard(db, case, on)
    if case.state != "review":
        raise DomainError(_("“%(name)s”还没有完成法制审核。", name=case.name))
    if adverse and given and given[-1].verdict == "disagree":
        raise DomainError(_("法制审核意见是不予列入，不能作出列入的决定。"))


# --- side flags -------------------------------------------------------------------------------------------------------


def mark(
    db: Session, actor: Actor, ref: str, code: str, *, step: str, reason: str, document: str = "", on: date
) -> None:
    """Set or lift a side flag: ``review`` (reconsideration or lawsuit) or ``stayed`` (display suspended).

    Conflict when it stands so already, DomainError without a reason.
    """
    require(policy.may_mark(actor, code))
    said = _text(reason, _("请写明理由。"))
    lock(db, ref)
    held = [one for one in queries.marks(db, ref) if one.code == code]
    if (held[-1].step if held else "lifted") == step or step not in ("set", "lifted"):
        raise Conflict(_("标注刚刚改变过，请刷新后再看。"))
    row: dict[str, Any] = {"ref": ref, "code": code, "seq": len(held) + 1, "step": step, "on": on, "at": clock.now()}
    db.add(Mark(**row, actor=actor.login, document=document.strip(), reason=said))
    flush(db)
    audit.record(db, actor, "adverse.marked", ref, {"code": code, "step": step, "on": on.isoformat()})
