"""The one writer of steps: it takes the next step of a chain and refuses one that would skip another."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.errors import Conflict
from portal.kernel.i18n import _
from scoring.adverse.chains import may_follow


class Journal:
    """Writes the steps of one case on a day. ``model`` is a table of ``StepColumns``; ``last`` is None for a new case.

    ``add`` raises Conflict for a step that may not follow, or one that lies before the last one's day.
    """

    def __init__(self, db: Session, actor: Actor, model: Any, chain: str, case_id: str, on: date, last: Any = None):
        self.db, self.actor, self.model, self.chain = db, actor, model, chain
        self.case_id, self.on = case_id, on
        self.seq: int = last.seq if last else 0
        self.step: str = last.step if last else ""

    def add(self, step: str, **values: Any) -> None:
        """Take the next step: ``due_on``, ``document`` and ``reason`` may go with it."""
        if not may_follow(self.chain, self.step, step):
            raise Conflict(_("这一事项现在不能进入这一步，请刷新后再看。"))
        self.seq, self.step = self.seq + 1, step
        named = {"case_id": self.case_id, "seq": self.seq, "step": step, "actor": self.actor.login}
        self.db.add(self.model(**named, on=self.on, at=clock.now(), **values))


def steps(db: Session, model: Any, case_id: str) -> list[Any]:
    """The journal of a case, in order."""
    return list(db.scalars(select(model).where(model.case_id == case_id).order_by(model.seq)))


def flush(db: Session) -> None:
    """Send the rows; Conflict when somebody else took the same step, opened the same case or raised a point meanwhile."""
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(_("这些事项刚刚被别人处理过，请刷新后再看。")) from error
