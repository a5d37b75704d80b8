"""A published year written straight into the tables, for tests of the credit records and the lists."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Role, person_actor
from portal.kernel.audit import AuditEntry
from portal.kernel.db import transaction
from portal.kernel.ids import new_id
from scoring.credit import due_process
from scoring.credit import service as credit
from scoring.credit.models import CreditEvent
from scoring.ratings.models import Rating, Release
from scoring.ratings.shapes import RatingChange
from scoring.surveys import api as surveys
from tests.ratings.district import COMMUNITIES, DISTRICT, MANAGERS, USCC, found_district

OFFICER = person_actor("officer", Role.OFFICER, DISTRICT)
OFFICER_2 = person_actor("officer2", Role.OFFICER, DISTRICT)
LEAD = person_actor("lead", Role.LEAD, DISTRICT)
LEAD_2 = person_actor("lead2", Role.LEAD, DISTRICT)
PUBLISHED = date(2026, 1, 20)
TOTAL_OF = {5: 9500, 4: 8700, 3: 8200, 2: 7500, 1: 6500, 0: 4000}


def found(estates: Mapping[str, str]) -> None:
    """Commodity estates of one community: code -> the company that serves it."""
    found_district({code: ("commodity", COMMUNITIES[0]) for code in estates}, estates)


def rate(
    estate: str,
    stars: int | None,
    *,
    year: int = 2025,
    status: str = "rated",
    uscc: str | None = USCC[0],
    manager: str | None = MANAGERS[0],
    public_from: date | None = None,
    rule_set: str = "commodity-2018",
    survey_cp: int | None = None,
) -> RatingChange:
    """Publish one rating, as its next revision; gives what the credit records hear."""
    public = public_from or date(year + 1, 1, 20)
    with transaction() as db:
        held = (
            db.scalar(select(func.max(Rating.revision)).where(Rating.year == year, Rating.estate_code == estate)) or 0
        )
        number = db.scalar(select(func.count()).select_from(Release).where(Release.period == str(year))) or 0
        release, at = new_id(), clock.now()
        db.execute(
            insert(Release).values(
                id=release, kind="year", period=str(year), number=number + 1, on=public, public_from=public, known_at=at,
                actor="lead", reason="", rows=1,
            )
        )  # fmt: skip
        db.execute(
            insert(Rating).values(
                year=year, estate_code=estate, revision=held + 1, release_id=release, public_from=public, recorded_at=at,
                rule_set=rule_set, survey_cp=survey_cp, total_cp=None if stars is None else TOTAL_OF[stars], stars=stars,
                status=status if stars is None else "rated", reasons="[]", kind="commodity", division_code=COMMUNITIES[0],
                uscc=uscc, manager_code=manager,
            )
        )  # fmt: skip
    shown = status if stars is None else "rated"
    return RatingChange(year, estate, held + 1, stars, shown, uscc, manager, None, public)


def record_event(
    code: str, subject: str = USCC[0], *, kind: str = "enterprise", on: date, variant: str = "", uscc: str | None = None,
    act_id: str = "",
) -> str:  # fmt: skip
    """A credit event that counts from a day: proposed by the officer, told, answered, decided by the lead and served."""
    new = credit.NewEvent(
        kind, subject, code, variant, "文〔2025〕1号", on, "某机关", document_sha256="0" * 64, uscc=uscc, act_id=act_id
    )
    with transaction() as db:
        case = credit.propose(db, OFFICER, new, on=on)
        count(db, case.id, on)
    return case.id


def count(db: Session, case_id: str, on: date) -> None:
    """Let a proposed event count from a day on: an adverse one goes its whole way on that day."""
    if db.scalars(select(CreditEvent.points_cp).where(CreditEvent.case_id == case_id)).one() > 0:
        return credit.confirm(db, LEAD, case_id, on=on)
    company = db.scalar(select(CreditEvent.uscc).where(CreditEvent.case_id == case_id))
    due_process.notice_served(db, OFFICER, case_id, on=on)
    person = person_actor("company", Role.ENTERPRISE, DISTRICT, company)
    due_process.answer(db, person, case_id, body="情况属实，已经改正。", on=on)
    due_process.decide(db, LEAD, case_id, reply="已改正，但事实成立。", on=on)
    return due_process.decision_served(db, OFFICER, case_id, on=on)


def veto(estate: str, actor: Actor = LEAD, code: str = "V02", year: int = 2025) -> None:
    """A decided veto; nobody listens."""
    with transaction() as db:
        surveys.decide_veto(
            db, actor, year, estate, veto_code=code, decision="宝住建否决〔2026〕1号", decided_on=date(2026, 1, 5),
            evidence="调查报告", on=date(2026, 1, 5),
        )  # fmt: skip


def audit_rows() -> int:
    """Rows of the audit log."""
    with transaction() as db:
        return db.scalar(select(func.count()).select_from(AuditEntry)) or 0
