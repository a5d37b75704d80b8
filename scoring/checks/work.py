"""The figures of the checks above a person's work (announcement ``work.figures``)."""

from datetime import date

import pandas as pd
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.formats import date_text, month_text, number_text
from portal.kernel.i18n import _, ngettext
from portal.kernel.periods import Month
from portal.kernel.work import Tone, WorkFigure
from portal.registry import api as registry
from scoring.checks import queries
from scoring.checks.models import CheckStep
from scoring.checks.reading import recent_months
from scoring.checks.standing import review_due
from scoring.checks.verbs.record import due_day

SOON = 3  # days


def work_figures(db: Session, *, actor: Actor) -> list[WorkFigure]:
    """An inspector's month, and what waits for the street."""
    files, reviews = actor.may(Permission.CHECK_FILE), actor.may(Permission.CHECK_REVIEW)
    if not (files or reviews):
        return []
    checks = queries.checks_frame(db, recent_months(clock.today()), within=actor.division_code)
    states = {str(state): int(count) for state, count in checks["state"].value_counts().items()}
    found = _of_month(db, actor, checks, states) if files else []
    return found + (_of_street(db, checks, states) if reviews else [])


def _tone(due: date, is_open: bool) -> Tone:
    """Nothing open is good, a passed day is late, the last days are soon."""
    days = (due - clock.today()).days
    return "ok" if not is_open else "late" if days < 0 else "soon" if days <= SOON else "plain"


def _of_month(db: Session, actor: Actor, checks: pd.DataFrame, states: dict[str, int]) -> list[WorkFigure]:
    month = str(Month.of(clock.today()))
    estates = len(registry.estates_frame(db, clock.today(), within=actor.division_code))
    mine = checks.loc[checks["month"] == month, "state"]
    done, begun, due = int(mine.isin(["submitted", "confirmed"]).sum()), len(mine), due_day(month)
    name, values, left = month_text(month), {"month": month}, estates - done
    note = _("最迟%(day)s提交", day=date_text(due)) if left else _("本月的检查都已提交")
    drafts, returned = states.get("draft", 0), states.get("returned", 0)
    back = (
        ngettext("另有%(n)s件被退回，请修改", "另有%(n)s件被退回，请修改", returned)
        if returned
        else _("没有被退回的检查")
    )
    return [
        WorkFigure(_("%(month)s还要检查的小区", month=name), number_text(left), note, "checks.inspections", values,
                   _tone(due, left > 0)),
        WorkFigure(_("%(month)s已提交", month=name), f"{number_text(done)} / {number_text(estates)}",
                   _("其中已确认%(n)s件", n=int((mine == "confirmed").sum())), "checks.inspections", values),
        WorkFigure(_("草稿"), number_text(drafts), back, "checks.inspections",
                   {"month": month, "state": "returned" if returned else "draft"}, "late" if returned else "plain"),
        WorkFigure(_("%(month)s还没有开始", month=name), number_text(estates - begun), "", "checks.inspections", values),
    ]  # fmt: skip


def _of_street(db: Session, checks: pd.DataFrame, states: dict[str, int]) -> list[WorkFigure]:
    waiting, returned = states.get("submitted", 0), states.get("returned", 0)
    oldest = _oldest(db, checks) if waiting else None
    note = _("没有等待审核的检查")
    tone: Tone = "ok"
    if oldest is not None:
        days = (clock.today() - oldest).days
        note = ngettext("最早的已等%(n)s天", "最早的已等%(n)s天", days) if days else _("都是今天提交的")
        tone = _tone(review_due(db, oldest), True)
    back = _("等检查人员修改后重新提交") if returned else _("没有退回未改的检查")
    return [
        WorkFigure(_("待审核的检查"), number_text(waiting), note, "reviews.queue", tone=tone),
        WorkFigure(_("退回修改中"), number_text(returned), back, "checks.inspections", {"state": "returned"}),
    ]


def _oldest(db: Session, checks: pd.DataFrame) -> date | None:
    """The day on which the longest waiting of the submitted checks was handed in."""
    rows = checks[checks["state"] == "submitted"]
    months, estates = sorted(set(rows["month"])), sorted(set(rows["estate_code"]))
    last = queries.last_steps(months, None, estates if len(estates) <= 5000 else None).subquery()
    step = and_(CheckStep.check_id == last.c.check_id, CheckStep.seq == last.c.seq)
    return db.scalar(select(func.min(CheckStep.on)).join(last, step).where(CheckStep.step == "submitted"))
