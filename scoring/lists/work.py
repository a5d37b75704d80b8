"""The figures of the lists above a person's work (announcement ``work.figures``)."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.formats import date_text, number_text
from portal.kernel.i18n import _
from portal.kernel.versions import known
from portal.kernel.work import Tone, WorkFigure
from scoring.lists import queries, service
from scoring.lists.models import ListEntry


def work_figures(db: Session, *, actor: Actor) -> list[WorkFigure]:
    """Entries in force on both lists, and cases that wait for a decision or its publication."""
    if not actor.may(Permission.LIST_READ):
        return []
    return [_in_force(db), _open_cases(db, actor)]


def _in_force(db: Session) -> WorkFigure:
    rows = select(ListEntry.kind, func.count()).where(known(ListEntry, clock.today())).group_by(ListEntry.kind)
    counts = {str(kind): int(number) for kind, number in db.execute(rows)}
    red, black = number_text(counts.get("red", 0)), number_text(counts.get("black", 0))
    label = _("在榜条目：红榜 / 黑榜")
    return WorkFigure(label, f"{red} / {black}", _("今天有效的条目"), "lists.index")


def _open_cases(db: Session, actor: Actor) -> WorkFigure:
    cases = queries.cases(db, steps=[*service.OPEN_STEPS, "decided_list"])
    until = max((last.due_on for _case, last in cases if last.due_on), default=date.min)
    ends = date_text(until)
    if not cases:
        note = _("没有等待决定的榜单事项")
    elif until >= clock.today():
        note = _("陈述申辩期和公示期到%(day)s止", day=ends)
    else:
        note = _("可以决定或者公布") if actor.may(Permission.LIST_DECIDE) else _("由区级审定人员决定")
    due = cases and until < clock.today() and actor.may(Permission.LIST_DECIDE)
    values = {"year": cases[-1][0].year} if cases else {}
    tone: Tone = "soon" if due else "plain" if cases else "ok"
    return WorkFigure(_("待决定的榜单事项"), number_text(len(cases)), note, "lists.manage", values, tone)
