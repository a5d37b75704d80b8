"""Notices as the company concerned meets them: what was served on it, and until when it may respond."""

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.i18n import language
from portal.registry import api as registry
from scoring.lists.models import ListCase, ListStep


@dataclass(frozen=True)
class NoticeView:
    """A notice of a black case. ``due_on``: last day for a response; ``state``: the last step of the case;
    ``grounds``: the conditions found met, in the reader's language; ``name``: of the subject."""

    case_id: str
    year: int
    subject_type: str
    subject: str
    name: str
    reason: str
    grounds: tuple[str, ...]
    document: str
    served_on: date
    due_on: date | None
    state: str

    @property
    def is_open(self) -> bool:
        """The company may still respond."""
        return self.state in ("response_open", "hearing") and self.due_on is not None and self.due_on >= clock.today()


def notices(db: Session, uscc: str) -> list[NoticeView]:
    """Every notice served on a company, the newest first."""
    cases = list(db.scalars(select(ListCase).where(ListCase.uscc == uscc, ListCase.kind == "black")))
    steps = select(ListStep).where(ListStep.case_id.in_([case.id for case in cases])).order_by(ListStep.seq)
    taken: dict[str, dict[str, ListStep]] = {}
    for step in db.scalars(steps) if cases else ():
        taken.setdefault(step.case_id, {})[step.step] = step  # a dict keeps the order: the last one is the state
    names = (
        registry.estate_names(db, {case.subject for case in cases if case.subject_type == "estate"}) if cases else {}
    )
    found = [_view(case, taken[case.id], names) for case in cases if "notice_served" in taken.get(case.id, {})]
    return sorted(found, key=lambda notice: (notice.served_on, notice.case_id), reverse=True)


def _view(case: ListCase, taken: dict[str, ListStep], names: dict[str, str]) -> NoticeView:
    served, window = taken["notice_served"], taken.get("response_open")
    outcomes = json.loads(case.conditions)
    grounds = tuple(str(one["en" if language() == "en" else "zh"]) for one in outcomes if one["met"])
    return NoticeView(
        case.id, case.year, case.subject_type, case.subject, names.get(case.subject, ""), case.reason, grounds,
        served.document, served.on, window.due_on if window else None, list(taken)[-1],
    )  # fmt: skip
