"""Events that published ratings give: exactly once, corrected with the rating (contract, section 3; decision 0014)."""

from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor
from portal.kernel.ids import new_id
from scoring.credit import catalogue, queries
from scoring.credit.models import CreditCase, CreditEvent, CreditStep
from scoring.credit.queries import FROM_RATING
from scoring.rules import credit as rules


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
        if held and is_same and held.last.step == "repaired":  # what was repaired does not come back by moving
            start, end = held.event.valid_from, held.event.valid_to
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
