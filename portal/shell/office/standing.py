"""How a place or a company stands with its deadlines: the honest counts of every home page."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel.access import Actor, Role
from portal.kernel.formats import MISSING, number_text, percent_text
from portal.kernel.i18n import _, ngettext
from portal.kernel.work import WorkFigure
from portal.shell.office import queue


@dataclass(frozen=True)
class Card:
    """One figure, with the address of the page that explains it."""

    figure: WorkFigure
    url: str


def cards(found: list[WorkFigure]) -> list[Card]:
    """Figures with their addresses."""
    return [Card(figure, queue.address(figure.endpoint, figure.values)) for figure in found]


def figures(db: Session, person: Actor) -> list[WorkFigure]:
    """How the person's place or company stands with its deadlines; none for those who hold none."""
    if person.uscc:
        return figures_of(deadlines.standing(db, uscc=person.uscc))
    if person.role in (Role.REVIEWER, Role.OFFICER, Role.LEAD, Role.AUDITOR):
        return figures_of(deadlines.standing(db, within=person.division_code))
    return []


def figures_of(found: deadlines.Standing) -> list[WorkFigure]:
    """Open deadlines with the overdue ones, and the on-time rate with what it is made of."""
    late, rate = found.overdue, found.on_time.rate_bp
    note = ngettext("其中%(n)s件已逾期", "其中%(n)s件已逾期", late) if late else _("没有逾期的")
    done = found.on_time.on_time + found.on_time.late
    parts = _("已办结%(done)s件，按时%(good)s件，逾期未办%(late)s件", done=number_text(done),
              good=number_text(found.on_time.on_time), late=number_text(late))  # fmt: skip
    return [
        WorkFigure(_("正在计算的期限"), number_text(found.open), note, "work.index", tone="late" if late else "ok"),
        WorkFigure(_("按时办结率"), MISSING if rate is None else percent_text(rate), parts),
    ]
