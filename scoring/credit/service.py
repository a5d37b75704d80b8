"""Verbs on the credit record: propose, confirm, refuse, withdraw, and what published ratings give."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.versions import replace
from portal.registry import api as registry
from scoring.credit import catalogue, policy, queries
from scoring.credit.models import CreditCase, CreditEvent, CreditStep
from scoring.rules import credit as rules


@dataclass(frozen=True)
class NewEvent:
    """What a person proposes to record. ``uscc`` names the enterprise under whose service a manager's act fell."""

    subject_type: str
    subject: str
    code: str
    variant: str
    document: str
    document_on: date
    issued_by: str
    document_sha256: str = ""
    estate_code: str | None = None
    uscc: str | None = None
    note: str = ""
    act_id: str = ""


def _check(db: Session, new: NewEvent, entry: catalogue.CatalogueEntry, on: date) -> None:
    if not entry.active:
        raise DomainError(_("“%(name)s”还没有本地依据，暂不启用。", name=entry.name))
    if not entry.is_for(new.subject_type):
        raise DomainError(_("“%(name)s”不能登记在这类主体上。", name=entry.name))
    if not new.document.strip() or not new.issued_by.strip():
        raise DomainError(_("请填写来源文书的文号和制发机关。"))
    if new.document_on > on:
        raise DomainError(_("来源文书的日期不能晚于登记日期。"))
    if new.subject_type == "enterprise":
        registry.enterprise(db, new.subject)
    else:
        registry.manager_staff_view(db, new.subject)
        if not new.uscc and entry.is_adverse:
            raise DomainError(_("请填写项目负责人当时所在的企业。"))
    if new.estate_code:
        registry.estate(db, new.estate_code)


def propose(db: Session, actor: Actor, new: NewEvent, *, on: date) -> CreditCase:
    """Put an event up for confirmation; it does not count before somebody else confirms it.

    Raises DomainError for an inactive code, a wrong kind of subject or a missing document, NotFound for unknown subjects.
    """
    require(policy.may_propose(actor))
    entry = catalogue.entry(new.code, new.variant, on)
    _check(db, new, entry, on)
    at, case_id = clock.now(), new_id()
    case = CreditCase(
        id=case_id,
        source_key=f"page:{case_id}",
        subject_type=new.subject_type,
        subject=new.subject,
        act_id=new.act_id or f"page:{case_id}",
        recorded_at=at,
    )
    db.add(case)
    db.flush()
    _step(db, actor, case_id, 1, "proposed", on)
    replace(db, None, _event(case_id, entry, on, new), at)
    audit.record(db, actor, "credit.proposed", f"credit:{case_id}", {"subject": new.subject, "code": new.code})
    return case


def _event(case_id: str, entry: catalogue.CatalogueEntry, start: date, new: NewEvent) -> CreditEvent:
    return CreditEvent(
        id=new_id(),
        case_id=case_id,
        code=entry.code,
        points_cp=entry.points_cp,
        estate_code=new.estate_code,
        uscc=new.uscc if new.subject_type == "manager" else new.subject,
        document=new.document.strip(),
        document_on=new.document_on,
        issued_by=new.issued_by.strip(),
        document_sha256=new.document_sha256,
        catalogue=entry.catalogue,
        note=new.note,
        valid_from=start,
        valid_to=date.fromisoformat(rules.counts_until(start.isoformat(), entry.months)),
    )


def _step(db: Session, actor: Actor, case_id: str, seq: int, step: str, on: date, reason: str = "") -> None:
    db.add(
        CreditStep(case_id=case_id, seq=seq, step=step, actor=actor.login, on=on, at=clock.now(), reason=reason)
    )
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(_("这一事项刚刚被别人处理过，请刷新后再看。")) from error


def _open_case(db: Session, case_id: str, *allowed: str) -> tuple[CreditCase, list[CreditStep]]:
    case, steps = db.get_one(CreditCase, case_id), queries.steps_of(db, case_id)
    if steps[-1].step not in allowed:
        raise Conflict(_("这一事项已经处理过了。"))
    return case, steps


def confirm(db: Session, actor: Actor, case_id: str, *, on: date) -> None:
    """Confirm a proposed event: it counts from this day for the months of its catalogue entry."""
    case, steps = _open_case(db, case_id, "proposed")
    require(policy.may_decide(actor, steps[0].actor), _("提出人不能核准自己提出的事项。"))
    old = queries.live_event(db, case_id)
    assert old is not None
    _step(db, actor, case_id, steps[-1].seq + 1, "confirmed", on)
    if not case.source_key.startswith("rating:"):
        replace(db, old, _restarted(old, on), clock.now())
    audit.record(db, actor, "credit.confirmed", f"credit:{case_id}", {"subject": case.subject, "code": old.code})


def _restarted(old: CreditEvent, start: date) -> CreditEvent:
    kept = {c.key: getattr(old, c.key) for c in CreditEvent.__mapper__.columns}
    months = next(e.months for e in catalogue.in_force(start) if (e.code, e.points_cp) == (old.code, old.points_cp))
    kept |= {"id": new_id(), "valid_from": start, "superseded_at": None}
    kept["valid_to"] = date.fromisoformat(rules.counts_until(start.isoformat(), months))
    return CreditEvent(**kept)


def refuse(db: Session, actor: Actor, case_id: str, *, reason: str, on: date) -> None:
    """Do not record a proposed event; the reason is kept."""
    case, steps = _open_case(db, case_id, "proposed")
    require(policy.may_decide(actor, steps[0].actor), _("提出人不能核准自己提出的事项。"))
    _end(db, actor, case, steps, "refused", reason, on)


def withdraw(db: Session, actor: Actor, case_id: str, *, reason: str, on: date) -> None:
    """Take a confirmed event back: it was wrong. It stops counting at once and stays in the archive."""
    case, steps = _open_case(db, case_id, "confirmed")
    require(policy.may_decide(actor, steps[0].actor), _("提出人不能撤销自己提出的事项。"))
    _end(db, actor, case, steps, "withdrawn", reason, on)


def _end(
    db: Session, actor: Actor, case: CreditCase, steps: list[CreditStep], step: str, reason: str, on: date
) -> None:
    if not reason.strip():
        raise DomainError(_("请写明理由。"))
    _step(db, actor, case.id, steps[-1].seq + 1, step, on, reason.strip())
    replace(db, queries.live_event(db, case.id), None, clock.now())
    audit.record(db, actor, f"credit.{step}", f"credit:{case.id}", {"subject": case.subject, "reason": reason.strip()})


# --- events that published ratings give -----------------------------------------------------------------------------


def _wanted(change: Any) -> dict[tuple[str, str], rules.RatingEvent]:
    """The events a rating gives now, by subject; none without stars or without an event for them."""
    given = rules.rating_event(change.stars, rules.tariff_on(change.public_from.isoformat()))
    if given is None:
        return {}
    subjects = (("enterprise", change.uscc), ("manager", change.manager_code))
    return {(kind, code): given for kind, code in subjects if code}


def record_ratings(db: Session, *, actor: Actor, on: date, changes: list[Any]) -> int:
    """Bring the credit records in step with published ratings: each gives its event once, however often it is published.

    ``changes`` are ``RatingChange`` of ratings. A corrected rating corrects its event and keeps the first one's days; a
    rating that lost its stars takes the event back. An adverse event on a manager waits for a person's confirmation.
    Returns how many events were recorded, corrected or taken back.
    """
    acts = {f"rating:{change.year}:{change.estate_code}": change for change in changes}
    existing: dict[str, dict[tuple[str, str], tuple[CreditCase, str, CreditEvent | None]]] = {act: {} for act in acts}
    for case, step, event in queries.rating_cases(db, list(acts)):
        existing[case.act_id][case.subject_type, case.subject] = (case, step, event)
    batch = _Batch(db, actor, on)
    for act, change in acts.items():
        wanted, held = _wanted(change), existing[act]
        for subject in sorted(set(wanted) | set(held)):
            batch.settle(act, change, subject, wanted.get(subject), held.get(subject))
    return batch.store()


class _Batch:
    """Collects what a publication changes and stores it in a few statements."""

    def __init__(self, db: Session, actor: Actor, on: date):
        self.db, self.actor, self.on, self.at = db, actor, on, clock.now()
        self.cases: list[dict[str, Any]] = []
        self.steps: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.changed = 0

    def settle(self, act: str, change: Any, subject: tuple[str, str], wanted: Any, held: Any) -> None:
        """One subject of one rating: record, correct, take back, or leave."""
        case, step, event = held or (None, "", None)
        if wanted is None:
            if event is not None:
                event.superseded_at = self.at
                self._add_step(case.id, "withdrawn", change)
                self.changed += 1
            return
        if event is not None and (event.code, event.points_cp) == (wanted.code, wanted.points_cp):
            return
        case_id = case.id if case else self._new_case(act, subject)
        start = event.valid_from if event is not None else change.public_from
        end = event.valid_to if event is not None else None
        if event is not None:
            event.superseded_at = self.at
        needs_person = subject[0] == "manager" and wanted.points_cp < 0
        self._add_step(case_id, "proposed" if needs_person else "confirmed", change)
        self._add_event(case_id, change, wanted, start, end)
        self.changed += 1

    def _new_case(self, act: str, subject: tuple[str, str]) -> str:
        case_id = new_id()
        key = f"{act}:{subject[0]}:{subject[1]}"
        self.cases.append(
            {"id": case_id, "source_key": key, "subject_type": subject[0], "subject": subject[1], "act_id": act,
             "recorded_at": self.at}
        )  # fmt: skip
        return case_id

    def _add_step(self, case_id: str, step: str, change: Any) -> None:
        earlier = queries.steps_of(self.db, case_id) if not self._is_new(case_id) else []
        self.steps.append(
            {"case_id": case_id, "seq": len(earlier) + 1, "step": step, "actor": self.actor.login, "on": self.on,
             "at": self.at, "reason": f"rating {change.year} {change.estate_code} revision {change.revision}"}
        )  # fmt: skip

    def _is_new(self, case_id: str) -> bool:
        return bool(self.cases) and self.cases[-1]["id"] == case_id

    def _add_event(self, case_id: str, change: Any, wanted: Any, start: date, end: date | None) -> None:
        until = end or date.fromisoformat(rules.counts_until(start.isoformat(), wanted.months))
        self.events.append(
            {"id": new_id(), "case_id": case_id, "code": wanted.code, "points_cp": wanted.points_cp,
             "estate_code": change.estate_code, "uscc": change.uscc, "document": "", "document_on": change.public_from,
             "issued_by": "", "document_sha256": "", "catalogue": catalogue.in_force(start)[0].catalogue, "note": "",
             "valid_from": start, "valid_to": until, "recorded_at": self.at, "superseded_at": None}
        )  # fmt: skip

    def store(self) -> int:
        """Write everything with one audit row, or nothing at all."""
        if not self.changed:
            return 0
        self.db.flush()  # close superseded versions before their successors come
        for model, rows in ((CreditCase, self.cases), (CreditStep, self.steps), (CreditEvent, self.events)):
            if rows:
                self.db.execute(insert(model), rows)
        codes: dict[str, int] = {}
        for event in self.events:
            codes[event["code"]] = codes.get(event["code"], 0) + 1
        audit.record(self.db, self.actor, "credit.from_ratings", "credit", {"changed": self.changed, "codes": codes})
        return self.changed
