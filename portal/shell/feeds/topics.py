"""What can be followed, and its entries: from the same public reads as the pages, so that nothing held shows here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.formats import quarter_text
from portal.kernel.i18n import _
from portal.registry import api as registry
from portal.shell.public import fields, words
from portal.shell.public.papers.badge import star_words
from scoring.lists import api as lists
from scoring.ratings import api as ratings

MOST = 50
DECIDER = "district_lead"  # publications and corrections are acts of the district's lead


@dataclass(frozen=True)
class Entry:
    """One thing that happened. ``id`` never changes; ``facts`` is what programs read, the same values as on the page."""

    id: str
    at: datetime
    title: str
    text: str
    path: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Topic:
    """``list:red``, ``list:black``, ``corrections``, ``estate:CODE`` or ``enterprise:USCC``, with its title and page."""

    code: str
    title: str
    path: str


def topic(db: Session, code: str) -> Topic:
    """The topic of a code. Raises ``NotFound``."""
    sort, _colon, name = code.partition(":")
    if sort == "list" and name in ("red", "black"):
        return Topic(code, words.list_name(name), f"/lists?kind={name}")
    if code == "corrections":
        return Topic(code, _("已公布结果的更正"), "/feeds")
    if sort == "estate":
        view = registry.estate(db, name)
        return Topic(code, view.name, f"/estates/{view.code}")
    if sort == "enterprise":
        return Topic(code, registry.enterprise(db, name).name, f"/enterprises/{name}")
    raise NotFound(_("没有可以订阅的“%(value)s”。", value=code[:60]))


def entries(db: Session, code: str) -> list[Entry]:
    """Entries of a topic, the newest first. Raises ``NotFound``."""
    sort, _colon, name = code.partition(":")
    topic(db, code)
    if sort == "list":
        found = _of_list(db, name)
    elif sort == "corrections":
        found = _corrections(db)
    elif sort == "estate":
        found = _of_estate(db, name)
    else:
        found = [_entered(one) for one in lists.in_force(db, clock.today(), uscc=name)]
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)[:MOST]


def _of_list(db: Session, kind: str) -> list[Entry]:
    today = clock.today()
    gone = [one for one in lists.withdrawn(db, today, days=365) if one.entry.kind == kind]
    return [_entered(one) for one in lists.in_force(db, today, kind=kind)] + [_ended(one) for one in gone]


def _entered(view: lists.EntryView) -> Entry:
    at = max(view.recorded_at, clock.day_start(view.effective_from))
    name = view.name or view.enterprise_name or view.subject
    title = _("%(name)s列入%(list)s", name=name, list=words.list_name(view.kind))
    reason = words.list_reason(view.reason, view.kind, view.rule_set)
    text = _(
        "%(reason)s。决定：%(decision)s。自%(day)s起生效。",
        reason=reason,
        decision=view.decision,
        day=view.effective_from,
    )
    return Entry(f"list/{view.case_id}/entered", at, title, text, f"/lists?kind={view.kind}", fields.list_entry(view))


def _ended(one: lists.WithdrawnView) -> Entry:
    view = one.entry
    name = view.name or view.enterprise_name or view.subject
    title = _("%(name)s的%(list)s条目移出", name=name, list=words.list_name(view.kind))
    text = _("自%(day)s起不再有效。%(reason)s", day=one.on, reason=one.reason)
    facts = {**fields.list_entry(view), "withdrawn_on": one.on.isoformat(), "withdrawn_because": one.reason}
    return Entry(
        f"list/{view.case_id}/withdrawn", clock.day_start(one.on), title, text, f"/lists?kind={view.kind}", facts
    )


def _corrections(db: Session, estate: str | None = None) -> list[Entry]:
    return [_correction(one) for one in ratings.errata(db, estate_code=estate, limit=MOST)]


def _correction(erratum: Any) -> Entry:
    made = erratum.release
    period = quarter_text(made.period) if made.kind == "quarter" else _("%(year)s年度", year=made.period)
    base = "quarters" if made.kind == "quarter" else "ratings"
    changes = [
        {"estate_code": row.estate_code, "revision": row.revision, "field": change.name, "old": _plain(change.name, change.old),
         "new": _plain(change.name, change.new)}
        for row in erratum.rows for change in row.fields
    ]  # fmt: skip
    told = [
        _("%(estate)s的%(field)s：%(old)s改为%(new)s", estate=one["estate_code"], field=ratings.FIELDS.get(str(one["field"]), one["field"]),
          old=one["old"], new=one["new"])
        for one in changes[:10]
    ]  # fmt: skip
    text = _("共%(n)s处改动，原因：%(reason)s", reason=erratum.reason, n=len(changes)) + " " + _("；").join(told)
    facts = {
        "period": made.period, "revision": made.number, "corrected_on": made.on.isoformat(),
        "public_from": made.public_from.isoformat(), "reason": erratum.reason, "decided_by": DECIDER, "changes": changes,
    }  # fmt: skip
    at = max(made.known_at, clock.day_start(made.public_from))
    title = _("%(period)s结果更正（第%(n)s版）", period=period, n=made.number)
    return Entry(f"correction/{made.id}", at, title, text.strip(), f"/{base}/{made.period}/corrections", facts)


def _plain(name: str, value: Any) -> str:
    return str(ratings.field_text(name, value))


def _of_estate(db: Session, code: str) -> list[Entry]:
    entered = [_entered(one) for one in lists.concerning_estate(db, code, clock.today())]
    return [*_quarters(db, code), *_years(db, code), *entered, *_corrections(db, code)]


def _public_at(row: Any) -> datetime:
    return max(row.recorded_at, clock.day_start(row.public_from))


def _quarters(db: Session, code: str) -> list[Entry]:
    found = []
    for row in fields.tuples(ratings.estate_quarters(db, code)):
        score = fields.points(row.score_cp)
        text = _("得分%(score)s分。", score=score) if score else _("检查月份不足，没有得分。")
        title = _("%(period)s得分公布", period=quarter_text(row.quarter))
        path = f"/quarters/{row.quarter}/estates/{code}"
        found.append(
            Entry(f"quarter/{row.quarter}/{code}", _public_at(row), title, text, path, fields.quarter_score(row))
        )
    return found


def _years(db: Session, code: str) -> list[Entry]:
    found = []
    for row in fields.tuples(ratings.estate_ratings(db, code)):
        year = int(row.year)
        text = _("%(stars)s。", stars=star_words(int(row.stars))) if row.status == "rated" else _("没有星级。")
        title, path = _("%(year)s年度星级公布", year=year), f"/ratings/{year}/estates/{code}"
        found.append(Entry(f"rating/{year}/{code}", _public_at(row), title, text, path, fields.rating(row)))
    return found
