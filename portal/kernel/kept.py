"""Answers kept while nothing was done: every deed leaves a row in the audit log, so its length names the state of the data.

For what many pages ask and few deeds change. Never for anything that changes without an audit row (drafts, sign-ins, job
runs, what somebody has read), nor for what depends on the hour.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.audit import AuditHead
from portal.kernel.i18n import language

Answer = TypeVar("Answer")
MOST = 512
_LENGTH = select(AuditHead.count).where(AuditHead.id == 1)
_answers: OrderedDict[Hashable, Any] = OrderedDict()
_guard = Lock()


def kept(db: Session, name: Hashable, make: Callable[[], Answer]) -> Answer:
    """The answer of ``make`` for this database, day, language and length of the audit log; made once for them in a process.

    The answer is shared: nobody changes it.
    """
    key = (str(db.get_bind().engine.url), _deeds(db), clock.today(), language(), name)
    with _guard:
        if key in _answers:
            _answers.move_to_end(key)
            found: Answer = _answers[key]
            return found
    made = make()
    with _guard:
        _answers[key] = made
        while len(_answers) > MOST:
            _answers.popitem(last=False)
    return made


def _deeds(db: Session) -> int:
    """How many rows the log has, asked once in a session."""
    if "deeds" not in db.info:
        db.info["deeds"] = db.scalar(_LENGTH) or 0
    return int(db.info["deeds"])
