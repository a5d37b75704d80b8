"""Cases of a paper register, by the thousand."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from mediation.cases import vault
from mediation.cases.models.record import MediationCase, MediationClaim, MediationParty, MediationStep
from mediation.cases.service import record
from mediation.cases.service.filing import NewCase, first_rules
from portal.deadlines import api as deadlines
from portal.deadlines.api import NewDeadline
from portal.kernel import audit, clock, ids, keys
from portal.kernel.access import Actor
from portal.kernel.bulk import insert_rows
from portal.registry import api as registry


def store_register(db: Session, actor: Actor, rows: Sequence[NewCase]) -> int:
    """Store cases of a register by the thousand, as ``file_case`` would, without codes to enter; says how many.

    The caller has checked them: codes new, estates and companies known, days not ahead.
    """
    divisions = dict(
        registry.estates_frame(db, clock.today())[["estate_code", "division_code"]].itertuples(index=False)
    )
    at, tables = clock.now(), _Tables()
    for one in rows:
        place = divisions.get(one.estate_code) or registry.estate(db, one.estate_code).division_code
        tables.add(one, place, actor.audit_name, at)
    tables.write(db)
    for rule in {rule for one in rows for rule in first_rules(one.track)}:
        wanted = [row for row, one in zip(tables.cases, rows, strict=True) if rule in first_rules(one.track)]
        deadlines.start_many(db, actor, rule, [_clock(row) for row in wanted])
    return len(rows)


def _clock(row: dict[str, object]) -> NewDeadline:
    case = MediationCase(**row)
    return NewDeadline(
        record.ref(case),
        record.office(case),
        record.title(case),
        record.ENDPOINT,
        {"case_id": case.id},
        on=case.filed_on,
    )


class _Tables:
    """Rows of a register, table by table; what is personal is sealed when they are written."""

    def __init__(self) -> None:
        self.cases: list[dict[str, object]] = []
        self.claims: list[dict[str, object]] = []
        self.people: list[dict[str, object]] = []
        self.steps: list[dict[str, object]] = []
        self.sealed: dict[str, list[str]] = {}

    def add(self, one: NewCase, place: str, actor: str, at: object) -> None:
        case_id = ids.new_id()
        self.cases.append({
            "id": case_id, "code": one.code, "track": one.track, "channel": one.channel, "estate_code": one.estate_code,
            "division_code": place, "kind": one.kind, "filed_on": one.filed_on, "contract_starts_on": None,
            "actor": actor, "recorded_at": at,
        })  # fmt: skip
        self.claims.append({"case_id": case_id, "version": 1, "actor": actor, "recorded_at": at, "superseded_at": None})
        self.steps.append({
            "case_id": case_id, "seq": 1, "step": "submitted", "on": one.filed_on, "at": at, "code": "", "reason": "",
            "actor": actor, "superseded_at": None,
        })  # fmt: skip
        texts = [one.claim]
        for side, listed in (("applicant", one.applicants), ("respondent", one.respondents)):
            for party in listed:
                texts.append(audit.canonical(party.person()))
                self.people.append({
                    "id": ids.new_id(), "version": 1, "case_id": case_id, "side": side, "kind": party.kind,
                    "uscc": party.uscc, "power": party.power, "spoken_for_by": None, "joined_on": one.filed_on,
                    "left_on": None, "actor": actor, "recorded_at": at, "superseded_at": None,
                })  # fmt: skip
        self.sealed[case_id] = texts

    def write(self, db: Session) -> None:
        tokens = keys.seal_many(db, {vault.subject(case_id): texts for case_id, texts in self.sealed.items()})
        waiting = {case_id: iter(tokens[vault.subject(case_id)]) for case_id in self.sealed}
        for row in self.claims:
            row["text"] = next(waiting[str(row["case_id"])])
        for row in self.people:
            row["person"] = next(waiting[str(row["case_id"])])
        for model, rows in (
            (MediationCase, self.cases), (MediationClaim, self.claims), (MediationParty, self.people),
            (MediationStep, self.steps),
        ):  # fmt: skip
            insert_rows(db, model.__table__, rows)
