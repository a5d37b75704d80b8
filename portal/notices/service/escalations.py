"""Tell the level above that something is overdue. Hears ``deadlines.escalated``."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from portal.deadlines.api import DeadlineView
from portal.kernel.access import Actor, Role
from portal.kernel.i18n import lazy
from portal.notices.service.informing import NewNotice, To, inform_many

OVERDUE = "已逾期，请督促办理：%(title)s（%(day)s到期）"
SHOWN = lazy("已逾期，请督促办理：%(title)s（%(day)s到期）")  # where the catalogues find it


def on_escalated(db: Session, *, actor: Actor, escalated: Iterable[tuple[DeadlineView, Role, str]]) -> None:  # noqa: ARG001
    """One line for each deadline and the role that now sees it."""
    inform_many(
        db,
        [
            NewNotice(
                To(role=role, division_code=place), OVERDUE, view.endpoint,
                {"title": view.title, "day": view.last_day.isoformat()}, view.values,
            )
            for view, role, place in escalated
        ],
    )  # fmt: skip
