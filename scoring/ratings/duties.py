"""What waits for a person in the quarter that ended last and in the year before (announcement ``work.items``).

Days by the steps of a quarter: initial result by the 12th of the month after it, street review by the 20th, publication by
the end of that month.
"""

from datetime import date

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.formats import quarter_text, year_text
from portal.kernel.i18n import _
from portal.kernel.periods import Month, Quarter, Year
from portal.kernel.work import WorkItem
from portal.registry import api as registry
from scoring.ratings import policy
from scoring.ratings.queries.quarters import steps
from scoring.ratings.queries.releases import last_release
from scoring.ratings.queries.years import prepared_texts

PREPARE_DAY, CONFIRM_DAY = 12, 20
QUARTER_PAGE, YEAR_PAGE = "ratings.prepare_quarter", "ratings.prepare_year"


def work_items(db: Session, *, actor: Actor) -> list[WorkItem]:
    """Quarters to prepare, to confirm and to publish, ratings to prepare and to publish, with their days."""
    today = clock.today()
    return [*_review(db, actor, Quarter.of(today).previous), *_publication(db, actor, today), *_rating(db, actor, today)]


def _review(db: Session, actor: Actor, quarter: Quarter) -> list[WorkItem]:
    may_confirm = actor.may(Permission.QUARTER_CONFIRM)
    if not may_confirm and (not actor.may(Permission.QUARTER_PREPARE) or policy.has_whole_district(actor)):
        return []
    estates = registry.estates_frame(db, quarter.last, within=actor.division_code)
    last = steps(db, quarter)
    done = ("confirmed",) if may_confirm else ("prepared", "confirmed")
    waiting = [code for code in set(estates["division_code"]) if code not in last or last[code][1] not in done]
    if not waiting:
        return []
    values = {"period": quarter_text(str(quarter))}
    title = _("确认%(period)s结果", **values) if may_confirm else _("生成%(period)s初评结果", **values)
    due = Month.of(quarter.last).next.first.replace(day=CONFIRM_DAY if may_confirm else PREPARE_DAY)
    return [WorkItem(title, QUARTER_PAGE, {"quarter": str(quarter)}, due, len(waiting), _("按社区办理"))]


def _publication(db: Session, actor: Actor, today: date) -> list[WorkItem]:
    quarter = Quarter.of(today).previous
    if not policy.may_publish_quarter(actor) or last_release(db, str(quarter)):
        return []
    title = _("公布%(period)s结果", period=quarter_text(str(quarter)))
    return [WorkItem(title, QUARTER_PAGE, {"quarter": str(quarter)}, Month.of(quarter.last).next.last)]


def _rating(db: Session, actor: Actor, today: date) -> list[WorkItem]:
    """Once the year's last quarter is public: prepare, then publish."""
    year = Year(today.year - 1)
    if last_release(db, str(year)) or not last_release(db, str(year.quarters[3])):
        return []
    period = year_text(str(year))
    if policy.may_publish_year(actor):
        return [WorkItem(_("公布%(period)s星级评定结果", period=period), YEAR_PAGE, {"year": str(year)})]
    if policy.may_prepare_year(actor) and not prepared_texts(db, year):
        return [WorkItem(_("准备%(period)s星级评定结果", period=period), YEAR_PAGE, {"year": str(year)})]
    return []
