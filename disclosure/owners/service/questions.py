"""Owners ask about lines of the common funds or object to them; the company or the owners' committee answers in public,
within a term that everybody sees."""

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from disclosure.ledger import api as ledger
from disclosure.owners import policy, queries
from disclosure.owners.models import OUTCOMES, QUESTION_KINDS, FundAnswer, FundQuestion
from disclosure.owners.money import is_folded
from disclosure.owners.queries import Owner, QuestionRecord
from disclosure.owners.service.register import Place, place_of
from portal.deadlines import api as deadlines
from portal.kernel import audit, clock
from portal.kernel.access import Actor, Role, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _, using
from portal.kernel.ids import new_id
from portal.kernel.personal import refuse_in
from portal.notices import api as notices
from portal.registry import api as registry

RULE = "fund.question"
LONGEST, MOST_OPEN = 500, 5
# a home of an estate: whoever reads its number may know who lives there
_HOME = re.compile(r"\d+\s*[栋座幢]\s*\d+|(?<!\d)\d{3,4}\s*[室房户](?!数)|(?<![\d-])\d{1,2}-\d{3,4}(?![\d-])")


@dataclass(frozen=True)
class Standing:
    """A question with the place it is about, for who answers."""

    record: QuestionRecord
    place: Place


def owner_actor(owner: Owner) -> Actor:
    """How an owner stands in the audit log: by the holding, without a name."""
    return Actor(f"owner:{owner.id}", None, None)


def own_line(db: Session, owner: Owner, ref: str) -> list[ledger.Entry]:
    """The pieces of a line of the owner's own estate. NotFound for every other line, whether it exists or not, and for
    what a home paid."""
    missing = NotFound(_("没有找到这笔流水。"))
    if not re.fullmatch(r"fund-line:\d{4}-\d{1,19}", ref):
        raise missing
    try:
        pieces = ledger.entry_of_ref(db, ref)
    except NotFound as error:
        raise missing from error
    if not pieces or any(piece.estate_code != owner.estate_code or is_folded(piece) for piece in pieces):
        raise missing
    return pieces


def ask(db: Session, owner: Owner, kind: str, ref: str, text: str, *, on: date) -> str:
    """Ask about a line, object to it, or ask about the funds as a whole (empty ``ref``); gives the question's id.

    NotFound for a line of another estate, DomainError for words that tell of a person, and for too many open questions.
    """
    if kind not in QUESTION_KINDS or (kind == "objection" and not ref):
        raise DomainError(_("请选择是提问还是提出异议。"))
    said = _checked(text)
    line = own_line(db, owner, ref)[0] if ref else None
    lock(db, f"fund-questions:{owner.unit_id}")
    if _open_of(db, owner) >= MOST_OPEN:
        raise DomainError(_("您家还有%(n)s个问题没有答复，请等答复后再提。", n=MOST_OPEN))
    question_id = new_id()
    row = {
        "id": question_id, "estate_code": owner.estate_code, "kind": kind, "year": line.year if line else None,
        "line_id": line.line_id if line else None, "text": said, "holding_id": owner.id, "unit_id": owner.unit_id,
        "on": on, "recorded_at": clock.now(),
    }  # fmt: skip
    db.execute(insert(FundQuestion), [row])
    place, actor = place_of(db, owner.estate_code), owner_actor(owner)
    deadlines.start(
        db, actor, RULE, f"fund-question:{question_id}", holder=_holder(place), title=place.name,
        endpoint="owners.question", values={"question_id": question_id}, on=on,
    )  # fmt: skip
    audit.record(db, actor, f"fund-{kind}.asked", f"fund-question:{question_id}", {"estate": place.code, "line": ref})
    if place.uscc:
        with using("zh"):
            words = _("%(estate)s有业主对共有资金提出问题，请在期限内公开答复。")
        notices.inform(
            db, notices.To(uscc=place.uscc), words, {"estate": place.name}, "owners.question",
            {"question_id": question_id}, on,
        )  # fmt: skip
    return question_id


def _holder(place: Place) -> deadlines.Holder:
    if place.uscc:
        return deadlines.Holder(uscc=place.uscc)
    return deadlines.Holder(role=Role.OFFICER, division_code=place.division_code[:6] + "000000")


def _checked(text: str) -> str:
    said = text.strip()
    if not said:
        raise DomainError(_("请写下要问的内容。"))
    if len(said) > LONGEST:
        raise DomainError(_("最多填%(n)s个字。请缩短。", n=LONGEST))
    refuse_in(said)
    if _HOME.search(said):
        raise DomainError(_("请不要写房号，内容在答复后会公开。"))
    return said


def _open_of(db: Session, owner: Owner) -> int:
    answered = select(FundAnswer.question_id)
    query = select(func.count()).select_from(FundQuestion)
    return db.scalar(query.where(FundQuestion.unit_id == owner.unit_id, FundQuestion.id.not_in(answered))) or 0


def of_owner(db: Session, owner: Owner) -> list[QuestionRecord]:
    """What the owner asked, the newest first; never what another owner of the same home asked."""
    mine = (FundQuestion.holding_id == owner.id, FundQuestion.estate_code == owner.estate_code)
    return queries.question_records(db, *mine)


# ---- those who answer


def standing(db: Session, actor: Actor, question_id: str) -> Standing:
    """A question with its words, for who may see it; any other is not there."""
    record = next(iter(queries.question_records(db, FundQuestion.id == question_id)), None)
    missing = NotFound(_("没有找到这个问题。"))
    if record is None:
        raise missing
    place = place_of(db, record.public.estate_code)
    if not policy.may_see_questions(actor, place.division_code, place.uscc):
        raise missing
    return Standing(record, place)


def entries_of(db: Session, found: Standing) -> list[ledger.Entry]:
    """The pieces of the line that a question is about; none without a line."""
    return ledger.entry_of_ref(db, found.record.public.ref) if found.record.public.ref else []


def listed(db: Session, actor: Actor, limit: int = 200) -> list[QuestionRecord]:
    """Questions of the estates that the actor is concerned with, the unanswered first, then the newest."""
    frame = registry.estates_frame(db, clock.today())
    serving = registry.serving(db, clock.today())
    companies = dict(zip(serving["estate_code"], serving["uscc"], strict=True))
    pairs = zip(frame["estate_code"], frame["division_code"], strict=True)
    mine = {code for code, area in pairs if policy.may_see_questions(actor, area, companies.get(code))}
    found = [one for one in queries.question_records(db) if one.public.estate_code in mine]
    return sorted(found, key=lambda one: one.seq > 0)[:limit]


def answer(
    db: Session, actor: Actor, question_id: str, *, outcome: str, text: str, publish: bool, seq: int, on: date
) -> None:
    """Answer in public. ``publish``: the question's own words may stand beside it, since they tell of nobody; ``seq``: how
    many answers the page showed. A company answers for itself, an officer for the owners' committee."""
    lock(db, f"fund-question:{question_id}")
    found = standing(db, actor, question_id)
    require(policy.may_answer(actor, found.place.division_code, found.place.uscc))
    if found.record.seq != seq:
        raise Conflict(_("这个问题刚刚有了新的答复，请刷新后再看。"))
    is_objection = found.record.public.kind == "objection"
    if outcome not in (OUTCOMES[1:] if is_objection else OUTCOMES[:1]):
        raise DomainError(_("请选择处理结果。"))
    row = {
        "question_id": question_id, "seq": seq + 1, "outcome": outcome, "text": _checked(text),
        "public_text": found.record.text if publish else "", "speaker": "enterprise" if actor.uscc else "committee",
        "actor": actor.audit_name, "on": on, "recorded_at": clock.now(),
    }  # fmt: skip
    db.execute(insert(FundAnswer), [row])
    subject = f"fund-question:{question_id}"
    deadlines.close(db, actor, RULE, subject, outcome=outcome, on=on)
    audit.record(db, actor, "fund-question.answered", subject, {"outcome": outcome, "published": publish})
