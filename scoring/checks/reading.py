"""One check as a page shows it (items, findings, photos, steps, comments), and the lists of checks that wait.

Reads only. What a page shows to the public goes through ``findings(..., staff=False)``.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.kernel import clock, copies
from portal.kernel.access import Actor, Permission
from portal.kernel.errors import NotFound
from portal.kernel.formats import month_text
from portal.kernel.i18n import _
from portal.kernel.kept import kept
from portal.kernel.periods import Month
from portal.kernel.versions import recorded
from portal.kernel.work import WorkItem
from portal.registry import api as registry
from scoring.checks import policy, queries
from scoring.checks.draft import PASS, Answer, Draft
from scoring.checks.models import CheckComment, CheckDraft, CheckStep, ItemResult, MonthlyCheck, Photo, PhotoRelease
from scoring.checks.terms import REVIEW
from scoring.checks.verbs import record
from scoring.checks.verbs.filing import read_draft
from scoring.rules.errors import NothingApplicable
from scoring.rules.items import ItemScore, item_score
from scoring.rules.months import category_totals, month_score, month_scores
from scoring.standards import api as standards


@dataclass(frozen=True)
class PhotoView:
    """A photo. ``public_sha256`` is the masked copy that anybody may see, None while the office keeps it; the fields
    after it are for the staff and empty for the public. ``is_damaged``: no copy could be made of it."""

    id: str
    public_sha256: str | None
    item_code: str = ""
    sha256: str = ""
    thumbnail: str = ""
    media_type: str = ""
    taken_at: datetime | None = None
    received_at: datetime | None = None
    latitude_e6: int | None = None
    longitude_e6: int | None = None
    boxes: str = "[]"
    is_damaged: bool = False


@dataclass(frozen=True)
class FindingView:
    """One item that is no plain pass. ``place``, ``note`` and ``reason`` are empty for the public."""

    item_code: str
    result: str
    place: str
    note: str
    origin: str
    reason: str
    photos: tuple[PhotoView, ...] = ()


@dataclass(frozen=True)
class ItemLine:
    """An item as it counts now. ``original`` is the inspector's result where the street or an officer changed it, else
    None; ``lost_cp`` is None where the item does not apply; ``result`` is empty while a draft leaves it open."""

    item: standards.ItemView
    result: str
    lost_cp: int | None
    place: str = ""
    note: str = ""
    origin: str = ""
    reason: str = ""
    actor: str = ""
    original: str | None = None
    photos: tuple[PhotoView, ...] = ()
    comment: str = ""


@dataclass(frozen=True)
class StepView:
    """A line of the journal; ``comments``: item code (empty: the whole check) to text, of a return."""

    step: str
    actor: str
    on: date
    at: datetime
    comments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CategoryLine:
    """A category with its points, in centipoints."""

    category: standards.CategoryView
    earned_cp: int
    applicable_cp: int
    lines: tuple[ItemLine, ...]


@dataclass(frozen=True)
class Score:
    """What results add up to; ``score_cp`` is None when no item applies. ``by_category``: (earned, applicable)."""

    score_cp: int | None
    earned_cp: int
    applicable_cp: int
    by_category: dict[str, tuple[int, int]]


@dataclass(frozen=True)
class CheckView:
    """A check with everything that the staff sees of it. ``seq`` is its last step's number; ``draft_version`` the
    number that ``save_draft`` wants (0: no draft)."""

    id: str
    estate: registry.EstateView
    month: str
    standard: standards.StandardView
    inspector: str
    inspected_on: date
    origin: str
    state: str
    seq: int
    score: Score
    categories: tuple[CategoryLine, ...]
    steps: tuple[StepView, ...]
    draft: Draft
    draft_version: int
    open_items: tuple[str, ...]
    due: date
    late_permitted: bool

    @property
    def lines(self) -> dict[str, ItemLine]:
        """Item code to line, in the order of the checklist."""
        return {line.item.item_code: line for category in self.categories for line in category.lines}

    @property
    def findings(self) -> list[ItemLine]:
        """The items that are no plain pass, those adjusted back to a pass included."""
        return [line for line in self.lines.values() if line.result not in ("", PASS) or line.original is not None]


def score_preview(standard: pd.DataFrame, results: dict[str, str]) -> Score:
    """Score of results (item code to result, exceptions only) under a standard frame, whole and by category."""
    checks = pd.DataFrame({"check": [0], "estate_code": [""], "month": [""], "standard": ["it"]})
    rows = pd.DataFrame({"check": [0] * len(results), "item_code": list(results), "result": list(results.values())})
    rows = rows.astype({"check": "int64", "item_code": "object", "result": "object"})
    totals = category_totals(checks, rows, {"it": standard})
    sums = {
        code: (int(earned), int(applicable))
        for code, earned, applicable in totals[["category_code", "earned_cp", "applicable_cp"]].itertuples(index=False)
    }
    earned = sum(pair[0] for pair in sums.values())
    applicable = sum(pair[1] for pair in sums.values())
    try:
        score = int(month_scores(checks, rows, {"it": standard})["score_cp"].iloc[0])
    except NothingApplicable:
        score = None
    return Score(score, earned, applicable, sums)


def visible_check(db: Session, actor: Actor, check_id: str) -> CheckView:
    """A check that the actor may read. ``NotFound`` also outside the jurisdiction."""
    found = check_view(db, check_id)
    if not policy.may_read(actor, found.estate.division_code):
        raise record.no_check()
    return found


def check_view(db: Session, check_id: str) -> CheckView:
    """A check with items, photos, steps, comments, adjustments and score; a draft as it stands. ``NotFound``."""
    check = db.get(MonthlyCheck, check_id)
    if check is None:
        raise record.no_check()
    standard = standards.view(db, check.standard_version)
    steps = _steps(db, check_id)
    draft = read_draft(db, check, standard)
    is_draft = steps[-1].step in ("draft", "returned")
    lines = _draft_lines(draft, standard) if is_draft else _stored_lines(db, check, standard)
    got = {code: item_score(lines[code].result or PASS, item.rule) for code, item in standard.items.items()}
    score = _score(standard, got)
    photos = _photos(db, check_id, draft.detached)
    comments = next((step.comments for step in reversed(steps) if step.step == "returned"), {})
    version = db.scalar(select(CheckDraft.version).where(CheckDraft.check_id == check_id)) or 0
    return CheckView(
        id=check.id,
        estate=registry.estate(db, check.estate_code),
        month=check.month,
        standard=standard,
        inspector=check.inspector,
        inspected_on=check.inspected_on,
        origin=check.origin,
        state=steps[-1].step,
        seq=len(steps),
        score=score,
        categories=tuple(_category(category, lines, got, score, photos, comments) for category in standard.categories),
        steps=tuple(steps),
        draft=draft,
        draft_version=version,
        open_items=tuple(draft.open_items(standard)) if is_draft else (),
        due=record.due_day(check.month),
        late_permitted=record.late_permitted(db, check.estate_code, check.month),
    )


def _score(standard: standards.StandardView, got: dict[str, ItemScore]) -> Score:
    """As ``score_preview``, of one check whose items are scored already."""
    sums = {
        category.code: (
            sum(got[item.item_code].earned_cp for item in category.items),
            sum(got[item.item_code].applicable_cp for item in category.items),
        )
        for category in standard.categories
    }
    earned, applicable = (sum(pair[part] for pair in sums.values()) for part in (0, 1))
    return Score(month_score(earned, applicable) if applicable else None, earned, applicable, sums)


def _category(
    category: standards.CategoryView, lines: dict[str, ItemLine], got: dict[str, ItemScore], score: Score,
    photos: dict[str, tuple[PhotoView, ...]], comments: dict[str, str],
) -> CategoryLine:  # fmt: skip
    made = []
    for item in category.items:
        line, scored = lines[item.item_code], got[item.item_code]
        made.append(
            ItemLine(
                item=item, result=line.result, lost_cp=scored.lost_cp if scored.applicable else None, place=line.place,
                note=line.note, origin=line.origin, reason=line.reason, actor=line.actor, original=line.original,
                photos=photos.get(item.item_code, ()), comment=comments.get(item.item_code, ""),
            )
        )  # fmt: skip
    return CategoryLine(category, *score.by_category[category.code], tuple(made))


def _draft_lines(draft: Draft, standard: standards.StandardView) -> dict[str, ItemLine]:
    lines = {}
    for code, item in standard.items.items():
        answer = draft.results.get(code, Answer())
        lines[code] = ItemLine(item, draft.result(item), None, answer.place, answer.note)
    return lines


def _stored_lines(db: Session, check: MonthlyCheck, standard: standards.StandardView) -> dict[str, ItemLine]:
    live = record.live_results(db, check)
    reported = {code: row.result if row else PASS for code, row in originals(db, check, live).items()}
    lines = {}
    for code, item in standard.items.items():
        row = live.get(code)
        lines[code] = (
            ItemLine(item, row.result, None, row.place, row.note, row.origin, row.reason, row.actor, reported.get(code))
            if row
            else ItemLine(item, PASS, None)
        )
    return lines


def originals(db: Session, check: MonthlyCheck, live: dict[str, ItemResult]) -> dict[str, ItemResult | None]:
    """Item code to the inspector's own version (None: a plain pass), for the items that somebody else changed: the
    chain of versions is walked back."""
    changed = {code: row for code, row in live.items() if row.origin != "inspection"}
    if not changed:
        return {}
    own = (ItemResult.year == record.year_of(check), ItemResult.check_id == check.id)
    ended = db.scalars(select(ItemResult).where(*own, ItemResult.superseded_at.is_not(None)).order_by(ItemResult.id))
    by_end: dict[tuple[str, datetime], list[ItemResult]] = {}
    for row in ended:
        assert row.superseded_at is not None
        by_end.setdefault((row.item_code, row.superseded_at), []).append(row)
    return {code: _original(row, by_end) for code, row in changed.items()}


def _original(row: ItemResult, by_end: dict[tuple[str, datetime], list[ItemResult]]) -> ItemResult | None:
    seen = {row.id}
    while row.origin != "inspection":
        before = [old for old in by_end.get((row.item_code, row.recorded_at), ()) if old.id not in seen]
        if not before:
            return None
        row = before[0]
        seen.add(row.id)
    return row


def _steps(db: Session, check_id: str) -> list[StepView]:
    said: dict[int, dict[str, str]] = {}
    comments = select(CheckComment).where(CheckComment.check_id == check_id).order_by(CheckComment.id)
    for comment in db.scalars(comments):
        said.setdefault(comment.step_seq, {})[comment.item_code] = comment.text
    rows = db.scalars(select(CheckStep).where(CheckStep.check_id == check_id).order_by(CheckStep.seq))
    return [StepView(row.step, row.actor, row.on, row.at, said.get(row.seq, {})) for row in rows]


_PHOTOS = select(Photo).where(Photo.check_id == bindparam("check")).order_by(Photo.received_at, Photo.id)
_RELEASES = (
    select(PhotoRelease)
    .join(Photo, Photo.id == PhotoRelease.photo_id)
    .where(Photo.check_id == bindparam("check"))
    .order_by(PhotoRelease.seq)
)


def _photos(
    db: Session, check_id: str, detached: tuple[str, ...], staff: bool = True
) -> dict[str, tuple[PhotoView, ...]]:
    """Item code to its photos, without those taken off again."""
    rows = list(db.scalars(_PHOTOS, {"check": check_id}))
    if not rows:
        return {}
    last = {row.photo_id: row for row in db.scalars(_RELEASES, {"check": check_id})}
    found: dict[str, tuple[PhotoView, ...]] = {}
    for row in rows:
        if row.id not in detached:
            release = last.get(row.id)
            found[row.item_code] = (*found.get(row.item_code, ()), _photo_view(row, release, staff))
    return found


def _photo_view(row: Photo, release: PhotoRelease | None, staff: bool) -> PhotoView:
    public = (release.public_sha256 or None) if release else None
    if not staff:
        return PhotoView(row.id, public)
    return PhotoView(
        row.id, public, row.item_code, row.sha256, row.thumbnail, row.media_type, row.taken_at, row.received_at,
        row.latitude_e6, row.longitude_e6, release.boxes if release else "[]", copies.is_damaged(row.sha256),
    )  # fmt: skip


def findings(db: Session, check_id: str, known_at: datetime | None = None, staff: bool = False) -> list[FindingView]:
    """What counted at ``known_at`` in one check, by item: everything that is no plain pass. ``NotFound``.

    Without ``staff`` only what anybody may see: no place, no note, no reason, of photos the released copy alone.
    """
    check = db.get(MonthlyCheck, check_id)
    if check is None:
        raise record.no_check()
    detached = read_draft(db, check, standards.view(db, check.standard_version)).detached
    photos = _photos(db, check_id, detached, staff)
    own = (ItemResult.year == record.year_of(check), ItemResult.check_id == check_id, recorded(ItemResult, known_at))
    rows = db.scalars(select(ItemResult).where(*own, ItemResult.result != PASS).order_by(ItemResult.item_code))
    return [
        FindingView(
            row.item_code, row.result, row.place if staff else "", row.note if staff else "", row.origin,
            row.reason if staff else "", photos.get(row.item_code, ()),
        )
        for row in rows
    ]  # fmt: skip


def photo_of(db: Session, actor: Actor, photo_id: str) -> tuple[PhotoView, str]:
    """A photo for the staff and the id of its check. ``NotFound`` outside the jurisdiction."""
    row = db.get(Photo, photo_id)
    if row is None:
        raise NotFound(_("没有找到这张照片。"))
    check = db.get_one(MonthlyCheck, row.check_id)
    if not policy.may_read(actor, registry.estate(db, check.estate_code).division_code):
        raise NotFound(_("没有找到这张照片。"))
    last = select(PhotoRelease).where(PhotoRelease.photo_id == photo_id).order_by(PhotoRelease.seq.desc()).limit(1)
    return _photo_view(row, db.scalars(last).one_or_none(), True), row.check_id


@dataclass(frozen=True)
class MonthRow:
    """An estate in the inspector's month. ``state`` is empty while no check is begun; ``decided`` of ``items`` are
    answered in a draft; ``barred``: the inspector declared an interest."""

    estate_code: str
    name: str
    division_code: str
    address: str
    month: str
    check_id: str | None
    state: str
    due: date
    decided: int
    items: int
    late_permitted: bool
    barred: bool


def inspector_month(db: Session, actor: Actor, month: str) -> list[MonthRow]:
    """The estates of the actor's jurisdiction and where their check of the month stands: open work first."""
    due = record.due_day(month)
    day = min(clock.today(), Month.parse(month).last)
    estates = registry.estates_frame(db, day, within=actor.division_code)
    checks = queries.checks_frame(db, [month], within=actor.division_code).set_index("estate_code")
    permitted = queries.late_permissions(db, [month])
    barred = queries.interests(db, actor.login)
    progress = _progress(db, checks)
    rows = []
    for estate in estates.itertuples(index=False):
        check = checks.loc[estate.estate_code] if estate.estate_code in checks.index else None
        decided, items = progress.get(check["check_id"], (0, 0)) if check is not None else (0, 0)
        rows.append(
            MonthRow(
                estate.estate_code, estate.name, estate.division_code, estate.address, month,
                None if check is None else check["check_id"], "" if check is None else check["state"], due, decided,
                items, (estate.estate_code, month) in permitted, (actor.login, estate.estate_code) in barred,
            )
        )  # fmt: skip
    order = {"returned": 0, "draft": 1, "": 2, "submitted": 3, "confirmed": 4}
    return sorted(rows, key=lambda row: (order[row.state], row.estate_code))


def _progress(db: Session, checks: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Check id to (items decided, items of the checklist), of drafts and returned checks."""
    open_checks = checks[checks["state"].isin(["draft", "returned"])]
    views = {version: standards.view(db, version) for version in open_checks["standard_version"].unique()}
    progress = {}
    for check in open_checks.itertuples():
        standard = views[check.standard_version]
        draft = read_draft(db, db.get_one(MonthlyCheck, check.check_id), standard)
        items = len(standard.items)
        progress[str(check.check_id)] = (items - len(draft.open_items(standard)), items)
    return progress


@dataclass(frozen=True)
class QueueRow:
    """A submitted check that waits for the street. ``urgent`` counts findings at class C items."""

    check_id: str
    estate_code: str
    name: str
    division_code: str
    month: str
    inspected_on: date
    inspector: str
    submitted_on: date
    score_cp: int | None
    findings: int
    urgent: int
    adjusted: int
    barred: bool


def review_queue(db: Session, actor: Actor, months: list[str] | None = None) -> list[QueueRow]:
    """The submitted checks of the actor's jurisdiction, the longest waiting first."""
    months = recent_months(clock.today()) if months is None else months
    checks = queries.checks_frame(db, months, within=actor.division_code)
    checks = checks[checks["state"] == "submitted"].reset_index(drop=True)
    if checks.empty:
        return []
    ids = list(checks["check_id"])
    results = queries.results_frame(db, ids, columns=("check_id", "item_code", "result", "origin"))
    frames = standards.frames(db, list(checks["standard_version"].unique()))
    scores = _scores(checks, results, frames)
    estates = registry.estates_frame(db, clock.today(), within=actor.division_code).set_index("estate_code")
    submitted = _submitted_on(db, ids)
    barred = queries.interests(db, actor.login)
    counted = _counted(checks, results, frames)
    rows = [
        QueueRow(
            row.check_id, row.estate_code, estates.loc[row.estate_code, "name"],
            estates.loc[row.estate_code, "division_code"], row.month, row.inspected_on, row.inspector,
            submitted[row.check_id], scores[row.check_id], *counted.get(row.check_id, (0, 0, 0)),
            (actor.login, row.estate_code) in barred,
        )
        for row in checks.itertuples(index=False)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.submitted_on, row.month, row.estate_code))


def recent_months(day: date, count: int = 24) -> list[str]:
    """The months in which work may wait, the present one last."""
    months, month = [], Month.of(day)
    for _place in range(count):
        months.append(str(month))
        month = month.previous
    return months[::-1]


def _scores(checks: pd.DataFrame, results: pd.DataFrame, frames: dict[str, pd.DataFrame]) -> dict[str, int]:
    table = checks.rename(columns={"check_id": "check", "standard_version": "standard"})
    rows = results.rename(columns={"check_id": "check"}).astype({"check": "object"})
    made = month_scores(table, rows[rows["result"] != PASS], frames)
    return {check: int(score) for check, score in zip(made["check"], made["score_cp"], strict=True)}


def _counted(
    checks: pd.DataFrame, results: pd.DataFrame, frames: dict[str, pd.DataFrame]
) -> dict[str, tuple[int, int, int]]:
    """Check id to (findings, findings of class C, adjusted items)."""
    version = dict(zip(checks["check_id"], checks["standard_version"], strict=True))
    immediate = {name: set(frame.index[frame["hazard_class"] == "C"]) for name, frame in frames.items()}
    found: dict[str, tuple[int, int, int]] = {}
    for row in results.itertuples(index=False):
        all_found, urgent, adjusted = found.get(row.check_id, (0, 0, 0))
        is_finding = Answer(row.result).is_finding
        is_urgent = is_finding and row.item_code in immediate[version[row.check_id]]
        found[row.check_id] = (all_found + is_finding, urgent + is_urgent, adjusted + (row.origin != "inspection"))
    return found


def _submitted_on(db: Session, check_ids: list[str]) -> dict[str, date]:
    found: dict[str, date] = {}
    for start in range(0, len(check_ids), 5000):
        part = check_ids[start : start + 5000]
        steps = select(CheckStep.check_id, CheckStep.on).where(
            CheckStep.check_id.in_(part), CheckStep.step == "submitted"
        )
        found |= dict(db.execute(steps.order_by(CheckStep.seq)).all())
    return found


def counts(db: Session, actor: Actor) -> dict[str, int]:
    """What waits for the actor: ``to_check``, ``drafts``, ``returned`` (inspectors), ``to_review`` (the street)."""
    waiting = {"to_check": 0, "drafts": 0, "returned": 0, "to_review": 0}
    if not (actor.may(Permission.CHECK_FILE) or actor.may(Permission.CHECK_REVIEW)):
        return waiting
    return waiting | kept(db, ("checks.counts", actor), lambda: _waiting_for(db, actor))


def _waiting_for(db: Session, actor: Actor) -> dict[str, int]:
    waiting: dict[str, int] = {}
    files, reviews = actor.may(Permission.CHECK_FILE), actor.may(Permission.CHECK_REVIEW)
    today = clock.today()
    estates, month = registry.estate_places(db, today, actor.division_code), str(Month.of(today))
    standing = queries.standing(db, recent_months(today), None if actor.division_code is None else set(estates))
    states: Counter[str] = Counter()
    for (_month, state), number in standing.items():
        states[state] += number
    if files:
        waiting["to_check"] = len(estates) - sum(n for (month_of, _state), n in standing.items() if month_of == month)
        waiting["drafts"], waiting["returned"] = states["draft"], states["returned"]
    if reviews:
        waiting["to_review"] = states["submitted"]
    return waiting


def work_items(db: Session, actor: Actor) -> list[WorkItem]:
    """What waits for the actor, as ``/work`` lists it (announcement ``work.items``)."""
    waiting, today = counts(db, actor), clock.today()
    due, month = record.due_day(str(Month.of(today))), str(Month.of(today))
    told: tuple[tuple[str, str, str, dict[str, str], date | None], ...] = (
        ("returned", _("修改被退回的检查"), "checks.inspections", {"state": "returned"}, None),
        ("to_check", _("开始%(month)s的检查", month=month_text(month)), "checks.inspections", {"month": month}, due),
        ("drafts", _("完成检查草稿"), "checks.inspections", {"state": "draft"}, None),
        ("to_review", _("审核已提交的检查"), "reviews.queue", {}, None),
    )
    return [
        WorkItem(title, endpoint, values, due_on, waiting[name], rules=(REVIEW,) if name == "to_review" else ())
        for name, title, endpoint, values, due_on in told
        if waiting[name]
    ]
