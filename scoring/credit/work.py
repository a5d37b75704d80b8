"""The figure of the credit records above a person's work (announcement ``work.figures``)."""

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.formats import number_text
from portal.kernel.i18n import _
from portal.kernel.work import Tone, WorkFigure
from scoring.credit import queries


def work_figures(db: Session, *, actor: Actor) -> list[WorkFigure]:
    """Proposed events that wait for a decision: for those who decide and those who proposed."""
    decides, proposes = actor.may(Permission.CREDIT_CONFIRM), actor.may(Permission.CREDIT_PROPOSE)
    if not (decides or proposes):
        return []
    waiting = queries.waiting_number(db)
    note = _("等您核准") if decides else _("由区级审定人员核准")
    if not waiting:
        note = _("没有等待核准的信用事项")
    tone: Tone = "ok" if not waiting else "soon" if decides else "plain"
    return [WorkFigure(_("待核准的信用事项"), number_text(waiting), note, "credit.waiting", tone=tone)]
