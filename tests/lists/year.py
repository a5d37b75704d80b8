"""A published year written straight into the tables, for tests of the credit records and the lists."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, insert, select

from portal.kernel import clock
from portal.kernel.access import Actor, Role, person_actor
from portal.kernel.audit import AuditEntry
from portal.kernel.db import transaction
from portal.kernel.ids import new_id
from scoring.credit import service as credit
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
                rule_set="commodity-2018", total_cp=None if stars is None else TOTAL_OF[stars], stars=stars,
                status=status if stars is None else "rated", reasons="[]", kind="commodity", division_code=COMMUNITIES[0],
                uscc=uscc, manager_code=manager,
            )
        )  # fmt: skip
    shown = status if stars is None else "rated"
    return RatingChange(year, estate, held + 1, stars, shown, uscc, manager, None, public)


def record_event(
    code: str, subject: str = USCC[0], *, kind: str = "enterprise", on: date, variant: str = "", uscc: str | None = None
) -> str:
    """A credit event proposed by the officer and confirmed by the lead on a day."""
    with transaction() as db:
        new = credit.NewEvent(kind, subject, code, variant, "文〔2025〕1号", on, "某机关", uscc=uscc)
        case = credit.propose(db, OFFICER, new, on=on)
    with transaction() as db:
        credit.confirm(db, LEAD, case.id, on=on)
    return case.id


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
