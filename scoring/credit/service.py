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

FROM_RATING = "rating:"  # begins the source key of a case that a rating gave


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
    _check_subject(db, new, entry)


def _check_subject(db: Session, new: NewEvent, entry: catalogue.CatalogueEntry) -> None:
    if new.subject_type == "enterprise":
        registry.enterprise(db, new.subject)
    else:
        registry.manager_staff_view(db, new.subject)
        if not new.uscc and entry.is_adverse:
            raise DomainError(_("请填写项目负责人当时所在的企业。"))
        if new.uscc:
            registry.enterprise(db, new.uscc)
    if new.estate_code:
        registry.estate(db, new.estate_code)


def propose(db: Session, actor: Actor, new: NewEvent, *, on: date) -> CreditCase:
    """Put an event up for confirmation; it does not count before somebody else confirms it.

    Raises DomainError for an inactive code, a wrong kind of subject or a missing document, NotFound for an unknown
    subject, enterprise or estate.
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
    db.add(CreditStep(case_id=case_id, seq=seq, step=step, actor=actor.login, on=on, at=clock.now(), reason=reason))
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(_("这一事项刚刚被别人处理过，请刷新后再看。")) from error


def _open_case(db: Session, case_id: str, *allowed: str) -> tuple[CreditCase, list[CreditStep]]:
    case, steps = db.get_one(CreditCase, case_id), queries.steps_of(db, case_id)
    if steps[-1].step not in allowed:
        raise Conflict(_("这一事项已经处理过了。"))
    return case, steps


def proposer(case: CreditCase, steps: list[CreditStep]) -> str:
    """Who put the event up: nobody, when the rule of a published rating did; then any person who may decide decides."""
    return "" if case.source_key.startswith(FROM_RATING) else steps[0].actor


def confirm(db: Session, actor: Actor, case_id: str, *, on: date) -> None:
    """Confirm a proposed event: it counts from this day for the months of its catalogue entry."""
    case, steps = _open_case(db, case_id, "proposed")
    require(policy.may_decide(actor, proposer(case, steps)), _("提出人不能核准自己提出的事项。"))
    old = queries.live_event(db, case_id)
    assert old is not None
    _step(db, actor, case_id, steps[-1].seq + 1, "confirmed", on)
    if not case.source_key.startswith(FROM_RATING):  # a rating's event keeps the days of its publication
        replace(db, old, _restarted(old, on), clock.now())
    audit.record(db, actor, "credit.confirmed", f"credit:{case_id}", {"subject": case.subject, "code": old.code})


def _restarted(old: CreditEvent, start: date) -> CreditEvent:
    kept = {c.key: getattr(old, c.key) for c in CreditEvent.__mapper__.columns}
    months = catalogue.recorded_entry(old.catalogue, old.code, old.points_cp).months
    kept |= {"id": new_id(), "valid_from": start, "superseded_at": None}
    kept["valid_to"] = date.fromisoformat(rules.counts_until(start.isoformat(), months))
    return CreditEvent(**kept)


def refuse(db: Session, actor: Actor, case_id: str, *, reason: str, on: date) -> None:
    """Do not record a proposed event; the reason is kept."""
    case, steps = _open_case(db, case_id, "proposed")
    require(policy.may_decide(actor, proposer(case, steps)), _("提出人不能核准自己提出的事项。"))
    _end(db, actor, case, steps, "refused", reason, on)


def withdraw(db: Session, actor: Actor, case_id: str, *, reason: str, on: date) -> None:
    """Take a confirmed event back: it was wrong. It stops counting at once and stays in the archive."""
    case, steps = _open_case(db, case_id, "confirmed")
    require(policy.may_decide(actor, proposer(case, steps)), _("提出人不能撤销自己提出的事项。"))
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
    """Bring the credit records in step with published ratings: each gives its event once, however often it is public.

    ``changes`` are ``RatingChange`` of ratings. A corrected rating corrects its event and keeps the first one's days,
    also when the correction moves it to another subject; a rating that lost its stars takes the event back. An adverse
    event on a manager waits for a person's confirmation; what a person refused or withdrew is not recorded again.
    Returns how many events were recorded, corrected or taken back.
    """
    acts = {f"{FROM_RATING}{change.year}:{change.estate_code}": change for change in changes}
    existing: dict[str, dict[tuple[str, str], queries.RatingCase]] = {act: {} for act in acts}
    for held in queries.rating_cases(db, list(acts)):
        existing[held.case.act_id][held.case.subject_type, held.case.subject] = held
    batch = _Batch(db, actor, on)
    for act, change in acts.items():
        wanted, known = _wanted(change), existing[act]
        window = min((held.window for held in known.values()), default=None, key=lambda days: days[0])
        for subject in sorted(set(wanted) | set(known)):
            batch.settle(act, change, subject, wanted.get(subject), known.get(subject), window)
    return batch.store()


def _ended_by_person(held: queries.RatingCase) -> bool:
    if held.last.step == "withdrawn":
        return not held.last.reason.startswith(_MACHINE)
    return held.last.step == "refused"


_MACHINE = "rating "  # begins the reason of a step that a publication wrote


class _Batch:
    """Collects what a publication changes and stores it in a few statements."""

    def __init__(self, db: Session, actor: Actor, on: date):
        self.db, self.actor, self.on, self.at = db, actor, on, clock.now()
        self.cases: list[dict[str, Any]] = []
        self.steps: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.changed = 0

    def settle(
        self,
        act: str,
        change: Any,
        subject: tuple[str, str],
        wanted: rules.RatingEvent | None,
        held: queries.RatingCase | None,
        window: tuple[date, date | None] | None,
    ) -> None:
        """One subject of one rating: record, correct, take back, or leave."""
        live = held.live if held else None
        if wanted is None:
            if held and live is not None:
                live.superseded_at = self.at
                self._add_step(held.case.id, held.last.seq, "withdrawn", change)
                self.changed += 1
            return
        is_same = held is not None and (held.event.code, held.event.points_cp) == (wanted.code, wanted.points_cp)
        if held and is_same and held.event.uscc == change.uscc and (live is not None or _ended_by_person(held)):
            return
        case_id = held.case.id if held else self._new_case(act, subject)
        if live is not None:
            live.superseded_at = self.at
        if not (is_same and live is not None):  # the same event under another enterprise needs no new decision
            needs_person = subject[0] == "manager" and wanted.points_cp < 0
            step = "proposed" if needs_person else "confirmed"
            self._add_step(case_id, held.last.seq if held else 0, step, change)
        start, end = window or (change.public_from, None)
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

    def _add_step(self, case_id: str, seq: int, step: str, change: Any) -> None:
        self.steps.append(
            {"case_id": case_id, "seq": seq + 1, "step": step, "actor": self.actor.login, "on": self.on,
             "at": self.at, "reason": f"{_MACHINE}{change.year} {change.estate_code} revision {change.revision}"}
        )  # fmt: skip

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
