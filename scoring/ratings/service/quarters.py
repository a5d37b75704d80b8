"""Quarter verbs: initial result, street review, publication (contract, section 2).

The unit of the review is the community: each step has the next number, so a form that shows an older step is refused
and two people at once cannot both close it. A publication takes the locks of its year and its quarter, in that order.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.divisions import covers
from portal.kernel.errors import Conflict, NotFound
from portal.kernel.i18n import _
from portal.kernel.periods import Quarter, Year
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.ratings import policy
from scoring.ratings.figures.quarter import (
    CONFIRMED,
    FILED,
    MONTH_COLUMNS,
    QuarterFigures,
    initial_scores,
    quarter_figures,
)
from scoring.ratings.frames import plain_rows
from scoring.ratings.models import InitialScore, QuarterMonth, QuarterScore, QuarterStep, Release
from scoring.ratings.queries.current import current
from scoring.ratings.queries.quarters import FIGURES, KEY, initial_rows, steps
from scoring.ratings.queries.releases import latest_public_from
from scoring.ratings.service import years
from scoring.ratings.service.hold import first_hold
from scoring.ratings.service.narrow import narrowed
from scoring.ratings.service.news import tell
from scoring.ratings.service.snapshots import (
    NewRow,
    Parts,
    Stored,
    changed,
    insert_rows,
    open_release,
    public_from,
    refuse_too_early,
)
from scoring.ratings.shapes import ConfirmedQuarter, Prepared, PublishedQuarter

_SHOWN = ("score_cp", "status", "months")


def prepare_quarter(db: Session, actor: Actor, quarter: Quarter, division: str | None = None, *, on: date) -> Prepared:
    """Make the initial result of the communities of a scope from submitted and confirmed checks.

    ``division`` None: the actor's whole jurisdiction. Only estates whose figures changed get a new row, only their
    communities a new step. Raises ``NotAllowed``, ``NotFound`` (a division outside), ``DomainError`` (too early).
    """
    scope = _scope(db, actor, division)
    require(policy.may_prepare_quarter(actor, scope))
    refuse_too_early(on, quarter.last)
    lock(db, f"quarter:{quarter}")
    done, _touched = _prepare(db, actor, quarter, scope, on)
    return done


def _prepare(db: Session, actor: Actor, quarter: Quarter, scope: str | None, on: date) -> tuple[Prepared, set[str]]:
    """Write what changed; answers also the communities that it touched."""
    scores = initial_scores(db, quarter, FILED, scope)
    before = {
        row[0]: (row[1], row[2:]) for row in plain_rows(initial_rows(db, quarter), ("estate_code", "seq", *_SHOWN))
    }
    now = plain_rows(scores, ("estate_code", "division_code", *_SHOWN))
    at = clock.now()
    new, touched = [], set()
    for code, community, *figures in now:
        seq, old = before.get(code, (0, None))
        if old != tuple(figures):
            values = dict(zip(_SHOWN, figures, strict=True))
            new.append({"quarter": str(quarter), "estate_code": code, "seq": seq + 1, "at": at, **values})
            touched.add(community)
    if new:
        db.execute(insert(InitialScore), new)
        _step(db, actor, quarter, touched, "prepared", on)
        detail = {"estates": len(new), "communities": sorted(touched)}
        audit.record(db, actor, "quarter.prepared", f"quarter:{quarter}", detail)
    return Prepared(len(now), len(new), len(touched)), touched


def confirm_quarter(
    db: Session,
    actor: Actor,
    quarter: Quarter,
    division: str | None = None,
    *,
    on: date,
    seen: Mapping[str, int] | None = None,
) -> ConfirmedQuarter:
    """Street review: confirm every submitted check of the scope and close its communities.

    Prepares what is not prepared. ``seen``: community -> ``seq`` of the step that the form showed (0: none); when
    anything moved since, nothing is done. Raises ``Conflict``, ``NotAllowed``, ``NotFound``, ``DomainError``.
    """
    scope = _scope(db, actor, division)
    require(policy.may_confirm_quarter(actor, scope))
    refuse_too_early(on, quarter.last)
    lock(db, f"quarter:{quarter}")
    _refuse_stale(seen, steps(db, quarter))
    _done, touched = _prepare(db, actor, quarter, scope, on)
    if seen is not None and any(seen.get(code) for code in touched):
        raise Conflict(_("您打开页面之后，有检查结果发生了变化。请重新查看后再确认。"))
    estates = registry.estates_frame(db, quarter.last, within=scope)
    months = [str(month) for month in quarter.months]
    confirmed = checks.confirm_submitted(db, actor, months, estates["estate_code"].tolist(), on=on)
    last = steps(db, quarter)
    open_now = {code for code in set(estates["division_code"]) if last.get(code, (0, "", on))[1] != "confirmed"}
    if open_now:
        _step(db, actor, quarter, open_now, "confirmed", on)
        detail = {"communities": sorted(open_now), "checks": confirmed}
        audit.record(db, actor, "quarter.confirmed", f"quarter:{quarter}", detail)
    return ConfirmedQuarter(confirmed, len(open_now))


def _refuse_stale(seen: Mapping[str, int] | None, last: Mapping[str, tuple[int, str, date]]) -> None:
    stale = [code for code, seq in (seen or {}).items() if last.get(code, (0,))[0] != seq]
    if stale:
        raise Conflict(_("这些社区的结果已经有人更新或者确认。请重新查看后再办理。"))


def _step(db: Session, actor: Actor, quarter: Quarter, communities: set[str], step: str, on: date) -> None:
    last = steps(db, quarter)
    at = clock.now()
    rows = [
        {
            "quarter": str(quarter),
            "division_code": code,
            "seq": last.get(code, (0,))[0] + 1,
            "step": step,
            "actor": actor.audit_name,
            "on": on,
            "at": at,
        }
        for code in sorted(communities)
    ]
    db.execute(insert(QuarterStep), rows)


def _scope(db: Session, actor: Actor, division: str | None) -> str | None:
    """The division worked on: as asked, or the actor's jurisdiction. One that does not exist, or lies outside, is not
    found."""
    if division is None:
        return actor.division_code
    within = actor.division_code is None or covers(actor.division_code, division)
    if not within or not registry.is_division(db, division):
        raise NotFound(_("没有代码为“%(code)s”的辖区，或者它不在您的辖区内。", code=division))
    return division


def publish_quarter(
    db: Session, actor: Actor, quarter: Quarter, *, on: date, reason: str = "", only: Collection[str] | None = None
) -> PublishedQuarter:
    """District publication from confirmed checks; run again, it publishes a revision of every row that changes, in one
    transaction with the revisions of the published ratings that used them.

    ``reason`` is made public with a correction. ``only``: a correction of these estates alone; what waits for others
    stays out, and nothing happens before a first publication. When nothing changed, nothing is written. Raises
    ``NotAllowed``, ``DomainError``.
    """
    require(policy.may_publish_quarter(actor))
    refuse_too_early(on, quarter.last)
    lock(db, f"year:{quarter.year}")
    lock(db, f"quarter:{quarter}")
    figures, stored = _figures(quarter_figures(db, quarter, CONFIRMED)), latest_rows(db, quarter)
    rows = changed(*(figures if only is None else narrowed(*figures, stored, only)), stored)
    if not rows:
        return PublishedQuarter(None, 0, 0, 0)
    year = Year(quarter.year)
    day = public_from(on, first_hold(db, str(quarter), on), latest_public_from(db, Release.period == str(quarter)))
    corrects = any(row.before for row in rows)
    release = open_release(
        db,
        actor,
        kind="quarter",
        period=str(quarter),
        on=on,
        public_from=day,
        reason=reason.strip() if corrects else "",
        rows=len(rows),
        known_at=clock.now(),
    )
    names = (FIGURES, MONTH_COLUMNS)
    insert_rows(db, (QuarterScore, QuarterMonth), ("quarter", str(quarter)), names, release, rows)
    revisions = sum(row.before is not None for row in rows)
    detail = {"release": release.id, "number": release.number, "rows": len(rows), "revisions": revisions, "on": on}
    audit.record(db, actor, "quarter.published", f"quarter:{quarter}", {**detail, "reason": release.reason})
    _tell(db, release, rows, on)
    rated = years.revise(db, actor, year, _moved(rows), on, day, reason.strip(), release.known_at)
    return PublishedQuarter(release.id, len(rows), revisions, len(rated.changes))


def _tell(db: Session, release: Release, rows: list[NewRow], on: date) -> None:
    uscc = FIGURES.index("uscc")
    first = [row.figures[uscc] for row in rows if row.before is None]
    tell(db, release, first, [row.figures[uscc] for row in rows if row.before], on)


def _moved(rows: list[NewRow]) -> list[str]:
    """Estates whose score changed: their ratings use it."""
    score = FIGURES.index("score_cp")
    return [
        row.estate_code for row in rows if row.figures[score] != (row.before.figures[score] if row.before else None)
    ]


def _figures(made: QuarterFigures) -> tuple[dict[str, tuple[Any, ...]], dict[str, Parts]]:
    scores = {code: tuple(rest) for code, *rest in plain_rows(made.scores, ("estate_code", *FIGURES))}
    months: dict[str, list[tuple[Any, ...]]] = {}
    for code, *rest in plain_rows(made.months, ("estate_code", *MONTH_COLUMNS)):
        months.setdefault(code, []).append(tuple(rest))
    return scores, {code: tuple(found) for code, found in months.items()}


def latest_rows(db: Session, quarter: Quarter) -> dict[str, Stored]:
    """The latest revision of every row, public or held."""
    own, part = QuarterScore, QuarterMonth
    latest = current(own, KEY, None)
    columns = [getattr(own, name) for name in FIGURES]
    rows = select(own.estate_code, own.revision, *columns).where(own.quarter == str(quarter), latest)
    parts: dict[str, list[tuple[Any, ...]]] = {}
    same = (part.quarter == own.quarter) & (part.estate_code == own.estate_code) & (part.revision == own.revision)
    months = (
        select(part.estate_code, *(getattr(part, name) for name in MONTH_COLUMNS))
        .join(own, same)
        .where(own.quarter == str(quarter), latest)
        .order_by(part.estate_code, part.month)
    )
    for code, *rest in db.execute(months):
        parts.setdefault(code, []).append(tuple(rest))
    return {
        code: Stored(revision, tuple(figures), tuple(parts.get(code, ())))
        for code, revision, *figures in db.execute(rows.order_by(own.estate_code))
    }
