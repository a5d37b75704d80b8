"""The publication of a quarter or a year as a task: one transaction by the person who pressed, of exactly what was seen."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import current_app, url_for

from portal.accounts import api as accounts
from portal.kernel import clock, task_deeds
from portal.kernel.access import Actor
from portal.kernel.db import reading, transaction
from portal.kernel.formats import date_text, quarter_text, year_text
from portal.kernel.i18n import _
from portal.kernel.importing import Progress
from portal.kernel.periods import Quarter, Year
from portal.kernel.task_kinds import Ended, TaskKind
from portal.kernel.tasks import TaskView
from scoring.ratings import api
from scoring.ratings.service.preview import publish_quarter_as_seen, publish_year_as_seen

QUARTER = "publish-quarter"
YEAR = "publish-year"


def publish(actor: Actor, period: Quarter | Year, *, seen: str, reason: str) -> TaskView:
    """Publish what the preview of the fingerprint ``seen`` showed; comes back with the end, or after a few seconds without.

    Of one that is done, ``result`` holds ``release_id`` (None: nothing changed) and ``ratings``. Raises ``Conflict``,
    ``NotAllowed``, ``DomainError`` as ``publish_*_as_seen``. Opens its own transactions.
    """
    kind = QUARTER if isinstance(period, Quarter) else YEAR
    task = task_deeds.ask(actor, kind, {"period": str(period), "seen": seen, "reason": reason})
    return task_deeds.ended(task.id, {kind: _publish}, apart=not current_app.testing)


def _publish(task: TaskView, progress: Progress) -> Mapping[str, Any]:
    asked = task.request
    task_deeds.refuse_lapsed(task)
    progress("publish", 0, 0)  # the last moment at which it stops
    how = {"on": date.fromisoformat(asked["on"]), "reason": asked["reason"], "seen": asked["seen"]}
    with transaction() as db:
        actor = accounts.person_actor_for(db, task.person)
        if task.kind == QUARTER:
            scores = publish_quarter_as_seen(db, actor, Quarter.parse(asked["period"]), **how)
            result = {"release_id": scores.release_id, "ratings": scores.ratings}
        else:
            rated = publish_year_as_seen(db, actor, Year.parse(asked["period"]), **how)
            result = {"release_id": rated.release_id, "ratings": 0}
        task_deeds.keep(db, task, result)
    return result


def told(release_id: str, public: str) -> str:
    """What a publication did: public, or told to the enterprises until the day on which it is."""
    with reading() as db:
        made = api.release(db, release_id)
    if made.public_from <= clock.today():
        return public
    return _("已告知企业，%(day)s起向社会公布。", day=date_text(made.public_from))


def said(period: Quarter | Year, release_id: str) -> str:
    """The sentence after a publication."""
    if isinstance(period, Quarter):
        return told(release_id, _("已公布%(quarter)s得分。", quarter=quarter_text(period)))
    return told(release_id, _("已公布%(year)s星级。", year=year_text(period)))


def _period(task: TaskView) -> Quarter | Year:
    text = task.request["period"]
    return Quarter.parse(text) if task.kind == QUARTER else Year.parse(text)


def _title(task: TaskView) -> str:
    period = _period(task)
    if isinstance(period, Quarter):
        return _("公布%(quarter)s得分", quarter=quarter_text(period))
    return _("公布%(year)s星级", year=year_text(period))


def _ended(task: TaskView) -> Ended:
    period, release_id = _period(task), task.result["release_id"]
    if release_id is None:
        return Ended(_("没有变化，不用公布。"), link=(url_for("ratings.manage"), _("返回结果公布")))
    if isinstance(period, Quarter):
        count = task.result["ratings"]
        where = url_for("ratings.quarter_published", quarter=str(period), release=release_id, ratings=count)
    else:
        where = url_for("ratings.year_published", year=str(period), release=release_id)
    return Ended(said(period, release_id), link=(where, _("查看这次公布")))


TASKS = (TaskKind(QUARTER, _publish, _title, _ended), TaskKind(YEAR, _publish, _title, _ended))
