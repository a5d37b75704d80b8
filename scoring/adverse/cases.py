"""A case as the common path sees it. Lists and vetoes describe theirs when asked (announcements ``adverse.case(s)``)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import hooks
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _

DECIDED = ("decided_list", "decided", "dropped")


@dataclass(frozen=True)
class Case:
    """One decision on its way. ``ref`` is ``list:ID`` or ``veto:ID``; ``steps`` is its journal (rows of ``model``);
    ``title`` says in the reader's language what is intended, ``zh`` the same in Chinese for queues and mails, ``name``
    names the subject; ``page`` is the staff page (endpoint and values); ``inspectors`` may not review it.
    """

    ref: str
    chain: str
    model: Any
    steps: tuple[Any, ...]
    uscc: str
    title: str
    zh: str
    name: str
    page: tuple[str, dict[str, Any]]
    inspectors: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        """``list`` or ``veto``."""
        return self.ref.partition(":")[0]

    @property
    def id(self) -> str:
        """The case within its kind."""
        return self.ref.partition(":")[2]

    @property
    def state(self) -> str:
        """The last step."""
        return str(self.steps[-1].step)

    @property
    def proposer(self) -> str:
        """Who made it a candidate."""
        return str(self.steps[0].actor)

    def taken(self, *names: str) -> Any:
        """The last step of one of the names, None when there is none."""
        return next((step for step in reversed(self.steps) if step.step in names), None)

    @property
    def served_on(self) -> date | None:
        """When the notice reached the company, by proof."""
        step = self.taken("notice_served")
        return step.on if step else None

    @property
    def due_on(self) -> date | None:
        """The last day for points: of the company, or of anybody on a public notice."""
        step = self.taken("response_open", "public_notice")
        return step.due_on if step else None

    @property
    def is_hearable(self) -> bool:
        """Points are still gathered and answered."""
        return self.state in ("response_open", "hearing", "public_notice")

    def is_open_on(self, day: date) -> bool:
        """Points can be raised on a day."""
        begun = self.taken("response_open", "public_notice")
        return self.is_hearable and begun is not None and begun.on <= day <= begun.due_on


def case_of(db: Session, ref: str) -> Case:
    """The case of a reference; NotFound when no room knows it."""
    for found in hooks.announce("adverse.case", db, ref=ref):
        if found is not None:
            return found
    raise NotFound(_("没有找到这个事项。"))


def cases_of(db: Session, uscc: str | None = None) -> list[Case]:
    """Cases of a company whose notice was served, or every case that is still open (no company named)."""
    return [case for cases in hooks.announce("adverse.cases", db, uscc=uscc) for case in cases]
