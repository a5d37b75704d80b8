"""The steps of list cases: which may follow which, and the running numbers of their documents."""

from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.errors import Conflict
from portal.kernel.i18n import _
from scoring.lists import queries
from scoring.lists.models import NEXT_STEPS, ListCase, ListStep

NOTICE, PUBLIC_NOTICE, DECISION = "宝住建榜告", "宝住建榜示", "宝住建榜决"


class Numbers:
    """Running document numbers of a series and year, ``宝住建榜告〔2026〕1号``. The caller holds the lock ``lists``."""

    def __init__(self, db: Session, on: date):
        self.db, self.year = db, on.year
        self.used: dict[str, int] = {}

    def next(self, series: str) -> str:
        """The next number of a series."""
        prefix = f"{series}〔{self.year}〕"
        if series not in self.used:
            self.used[series] = queries.numbers_used(self.db, prefix)
        self.used[series] += 1
        return f"{prefix}{self.used[series]}号"


class Journal:
    """Writes the steps of one case on a day, and refuses one that may not follow. ``last`` is empty for a new case."""

    def __init__(self, db: Session, actor: Actor, case: ListCase, on: date, last: ListStep | None = None):
        self.db, self.actor, self.case, self.on = db, actor, case, on
        self.seq, self.step = (last.seq, last.step) if last else (0, "")

    def add(self, step: str, **values: Any) -> None:
        """Take the next step; Conflict when it would skip one."""
        if step not in NEXT_STEPS[self.case.kind].get(self.step, ()):
            raise Conflict(_("这一事项现在不能进入这一步，请刷新后再看。"))
        self.seq, self.step = self.seq + 1, step
        at, login = clock.now(), self.actor.login
        row = ListStep(case_id=self.case.id, seq=self.seq, step=step, actor=login, on=self.on, at=at, **values)
        self.db.add(row)


def flush(db: Session) -> None:
    """Send the rows; Conflict when another process took the same step or opened the same case."""
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(_("这些事项刚刚被别人处理过，请刷新后再看。")) from error
