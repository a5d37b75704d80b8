"""What a sheet may correct of a case of the register, and what it may not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.cases import vault
from mediation.cases.models.record import MediationCase, MediationClaim, MediationParty, MediationStep
from mediation.cases.service import record
from portal.kernel import audit, clock
from portal.kernel.access import Actor
from portal.kernel.i18n import _
from portal.kernel.keys import SubjectKey
from portal.kernel.versions import replace

PIECE = 500


@dataclass(frozen=True)
class Registered:
    """A row of the paper register: the columns of the sheet ``cases``."""

    case_code: str
    estate_code: str
    kind: str
    applicant_name: str
    applicant_phone: str
    respondent_uscc: str
    filed_on: date
    claim: str


@dataclass(frozen=True)
class Known:
    """A case that is there: what the register said of it, and how far it has come."""

    case: MediationCase
    state: str
    claim: MediationClaim
    applicant: MediationParty | None
    row: Registered


def registered(db: Session, codes: Sequence[str]) -> dict[str, Known]:
    """Code to the case as it stands, for those that exist; a bounded number of questions."""
    found: dict[str, Known] = {}
    for first in range(0, len(codes), PIECE):
        found |= _piece(db, codes[first : first + PIECE])
    return found


def _piece(db: Session, codes: Sequence[str]) -> dict[str, Known]:
    cases = list(db.scalars(select(MediationCase).where(MediationCase.code.in_(codes)).order_by(MediationCase.code)))
    own = [case.id for case in cases]
    # the keys in one question: each is then found in the session
    keyed = list(db.scalars(select(SubjectKey).where(SubjectKey.subject.in_([vault.subject(one) for one in own]))))
    steps = {row.case_id: row.step for row in _live(db, MediationStep, own)}
    claims = {row.case_id: row for row in _live(db, MediationClaim, own)}
    parties: dict[tuple[str, str], list[MediationParty]] = {}
    for row in _live(db, MediationParty, own):
        parties.setdefault((row.case_id, row.side), []).append(row)
    found = {}
    for case in cases:
        applicants, respondents = parties.get((case.id, "applicant"), []), parties.get((case.id, "respondent"), [])
        sole = applicants[0] if len(applicants) == 1 else None
        person = vault.unseal_values(db, case.id, sole.person) if sole else {}
        said = Registered(
            case.code, case.estate_code, case.kind, person.get("name", ""), person.get("phone", ""),
            (respondents[0].uscc or "") if respondents else "", case.filed_on,
            vault.unseal(db, case.id, claims[case.id].text),
        )  # fmt: skip
        found[case.code] = Known(case, steps[case.id], claims[case.id], sole, said)
    del keyed
    return found


def _live(db: Session, model: Any, case_ids: Sequence[str]) -> list[Any]:
    query = select(model).where(model.case_id.in_(case_ids), model.superseded_at.is_(None))
    return list(db.scalars(query.order_by(model.case_id)))


def unfit(actor: Actor, known: Known, row: Registered) -> tuple[str, str] | None:
    """The column that cannot be changed by a sheet, and how to mend it; None when the row fits."""
    if not actor.covers(known.case.division_code):
        return "case_code", _("案件编号“%(code)s”已由其他辖区使用，请换一个编号。", code=row.case_code)
    for column in ("estate_code", "kind", "respondent_uscc", "filed_on"):
        if getattr(known.row, column) != getattr(row, column):
            text = _(
                "案件“%(code)s”已经登记，这一项不能用导入更改。请在平台上撤回该案件，换编号重新登记。",
                code=row.case_code,
            )
            return column, text
    is_open = known.state in ("submitted", "acceptance_check") and known.applicant is not None
    for column in ("applicant_name", "applicant_phone", "claim"):
        if getattr(known.row, column) != getattr(row, column) and not is_open:
            return column, _("案件“%(code)s”已经受理，不能用导入更改。请在案件页面办理。", code=row.case_code)
    return None


def correct(db: Session, actor: Actor, known: Known, row: Registered) -> bool:
    """Write what differs as new versions; false when nothing does."""
    if known.row == row:
        return False
    case, at, changed = known.case, clock.now(), []
    old = known.applicant
    if (known.row.applicant_name, known.row.applicant_phone) != (row.applicant_name, row.applicant_phone) and old:
        person = vault.unseal_values(db, case.id, old.person)
        sealed = vault.seal_values(db, case.id, {**person, "name": row.applicant_name, "phone": row.applicant_phone})
        new = MediationParty(
            id=old.id, version=old.version + 1, case_id=case.id, side=old.side, kind=old.kind, uscc=old.uscc, person=sealed,
            power=old.power, spoken_for_by=old.spoken_for_by, joined_on=old.joined_on, left_on=old.left_on,
            actor=actor.audit_name,
        )  # fmt: skip
        replace(db, old, new, at)
        changed.append("applicant")
    if known.row.claim != row.claim:
        version = known.claim.version + 1
        text = vault.seal(db, case.id, row.claim)
        replace(
            db, known.claim, MediationClaim(case_id=case.id, version=version, text=text, actor=actor.audit_name), at
        )
        changed.append("claim")
    audit.record(db, actor, "mediation.corrected", record.ref(case), {"fields": changed})
    return True
