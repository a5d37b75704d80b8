"""Papers of the demo district: checks before a bid day, a credit report, star certificates. Called by the story, after the lists."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.db import reading
from portal.receipts import api as receipts
from portal.shell.demo.acts import moment
from portal.shell.demo.plan import Plan
from portal.shell.public.bidder import deed
from portal.shell.public.bidder.questions import Question
from portal.shell.public.papers import plaque, report
from scoring.ratings import api as ratings

Deed = tuple[datetime, str, Callable[[], Any]]
LABEL = "receipts"
BIDDERS, CERTIFICATES = 8, 3
ASKER = receipts.Asker("page", "192.0.2.10")  # an address of documents


def deeds(plan: Plan) -> Iterator[Deed]:
    """What people ask for: ten papers in all."""
    companies = [code for code, _name in plan.companies]
    yield moment(date(2026, 5, 28), 9), LABEL, lambda: _asked(companies[-BIDDERS:], date(2026, 6, 1))
    yield moment(date(2026, 6, 1), 8), LABEL, lambda: _asked(companies[:1], date(2026, 6, 1))
    yield moment(date(2026, 6, 3), 10), LABEL, lambda: _with(report.issue, ASKER, companies[0], date(2026, 6, 3))
    yield moment(date(2026, 6, 5), 10), LABEL, _certified


def _with(verb: Callable[..., Any], *values: Any) -> Any:
    with reading() as db:
        return verb(db, *values)


def _asked(usccs: list[str], as_of: date) -> None:
    _with(deed.checked, ASKER, [Question(uscc=uscc) for uscc in usccs], as_of)


def _certified() -> None:
    with reading() as db:
        for code in _best(db):
            plaque.certificate(db, ASKER, 2025, code)


def _best(db: Session) -> list[str]:
    rows, _total = ratings.rating_page(db, 2025, status="rated", order="stars", limit=CERTIFICATES)
    return [str(code) for code in rows["estate_code"]]
