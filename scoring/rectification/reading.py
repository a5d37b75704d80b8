"""Orders as pages show them: with estate, item, company, deadline and journal; and what anybody may know of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.i18n import _
from portal.registry import api as registry
from scoring.rectification import policy, queries
from scoring.rectification.moves import AWAITING, BEGUN, CANCELLED, CLOSED, OPEN
from scoring.rectification.places import Place, places_of
from scoring.rectification.service.answering import DECIDE, VERIFY
from scoring.rectification.service.record import finding_rule, no_order
from scoring.standards import api as standards

SHOWN_DAYS = 366
FILTERS = {"open": (OPEN,), "awaiting": (AWAITING,), "closed": (CLOSED,), "cancelled": (CANCELLED,)}
Clock = deadlines.DeadlineView | None


@dataclass(frozen=True)
class OrderPhoto:
    """A photo of an order. ``public_sha256`` is empty while the office keeps it."""

    id: str
    seq: int
    sha256: str
    thumbnail: str
    media_type: str
    taken_at: datetime | None
    received_at: datetime
    public_sha256: str
    boxes: str


@dataclass(frozen=True)
class OrderView:
    """An order with what a page says of it. ``due`` is the company's clock, ``verify`` and ``decide`` those of the office,
    each None where it does not run; ``steps`` and ``photos`` are read for one order only."""

    row: queries.OrderRow
    place: Place
    item: standards.ItemView
    company: str
    due: Clock
    verify: Clock = None
    decide: Clock = None
    steps: tuple[queries.StepRow, ...] = ()
    photos: tuple[OrderPhoto, ...] = ()

    @property
    def overdue(self) -> bool:
        """Late now, or done late."""
        return self.due is not None and self.due.overdue

    def last(self, step: str) -> queries.StepRow | None:
        """The last time a step was taken."""
        return next((row for row in reversed(self.steps) if row.step == step), None)

    @property
    def extension(self) -> str:
        """``asked`` while the street has not decided, ``extended``, ``refused``, or empty."""
        for step, word in (("extended", "extended"), ("extension_refused", "refused"), ("extension_asked", "asked")):
            if self.last(step):
                return word
        return ""

    def photos_of(self, seq: int) -> list[OrderPhoto]:
        """The photos that came with a step."""
        return [photo for photo in self.photos if photo.seq == seq]


@dataclass(frozen=True)
class PublicOrder:
    """What anybody may know of an order: no place, no words, no person; of photos the released copies alone."""

    number: str
    month: str
    item_code: str
    item_zh: str
    item_en: str
    standard: str
    hazard_class: str
    uscc: str | None
    company: str
    state: str
    found_on: date
    ordered_on: date
    due_at: datetime | None
    last_day: date | None
    answered_on: date | None
    verified_on: date | None
    protected_on: date | None
    extended_on: date | None
    overdue: bool
    photos: tuple[tuple[str, str], ...] = field(default=())


def views(db: Session, rows: Sequence[queries.OrderRow], detail: bool = False) -> list[OrderView]:
    """Rows as pages show them, in the same order, with a bounded number of questions."""
    if not rows:
        return []
    places = places_of(db, {row.estate_code for row in rows})
    items = {version: standards.view(db, version).items for version in {row.standard_version for row in rows}}
    names = registry.enterprise_names(db, {row.uscc for row in rows if row.uscc})
    clocks = deadlines.of_subjects(db, [row.subject for row in rows])
    ids = [row.id for row in rows]
    journal = queries.steps(db, ids) if detail else {}
    pictures = queries.photos(db, ids) if detail else {}
    made = []
    for row in rows:
        running = {view.rule: view for view in clocks.get(row.subject, ())}
        photos = tuple(
            OrderPhoto(
                photo.id, photo.seq, photo.sha256, photo.thumbnail, photo.media_type, photo.taken_at, photo.received_at,
                public, boxes,
            )
            for photo, public, boxes in pictures.get(row.id, ())
        )  # fmt: skip
        made.append(
            OrderView(
                row, places[row.estate_code], items[row.standard_version][row.item_code],
                names[row.uscc] if row.uscc else _("没有服务企业，由街道协调处理"),
                running.get(finding_rule(row.hazard_class)), _open(running.get(VERIFY)), _open(running.get(DECIDE)),
                tuple(journal.get(row.id, ())), photos,
            )
        )  # fmt: skip
    return made


def _open(found: Clock) -> Clock:
    return found if found is not None and found.closed_at is None else None


def order_view(db: Session, actor: Actor, order_id: str) -> OrderView:
    """One order with its journal and photos. ``NotFound`` also outside the jurisdiction or company."""
    row = queries.order_row(db, order_id)
    if row is None:
        raise no_order()
    view = views(db, [row], detail=True)[0]
    if not policy.may_read(actor, view.place.division_code, row.uscc):
        raise no_order()
    return view


@dataclass(frozen=True)
class Listing:
    """A page of the list: what is shown, how many there are in all, and how many in each state."""

    views: list[OrderView]
    total: int
    counts: dict[str, int]


def listing(
    db: Session, actor: Actor, state: str, estate: str = "", hazard_class: str = "", limit: int = 50, offset: int = 0
) -> Listing:
    """The orders of the actor's company or jurisdiction in a state (a key of ``FILTERS``): what is due first comes first,
    what has ended in the reverse order of its notice."""
    scope = queries.scope(db, within=actor.division_code, uscc=actor.uscc)
    if estate:
        scope.append(queries.ORDER.estate_code == estate)
    counted = queries.counts(db, scope)
    if hazard_class in ("A", "B", "C"):
        scope.append(queries.ORDER.hazard_class == hazard_class)
    wanted = FILTERS.get(state, FILTERS["open"])
    if wanted[0] in BEGUN:
        rows = [row for row in queries.begun(db, scope) if row.state in wanted]
        found = sorted(views(db, rows), key=_by_due)
        return Listing(found[offset : offset + limit], len(found), counted)
    rows, total = queries.ended(db, scope, wanted, limit, offset)
    return Listing(views(db, rows), total, counted)


def _by_due(view: OrderView) -> tuple[datetime, str]:
    clock_shown = view.verify or view.due
    return (clock_shown.due_at if clock_shown else view.row.opened_at), view.row.number


def begun(db: Session) -> list[OrderView]:
    """Every order of the district that is open or waits for verification, the most dangerous and oldest first."""
    return views(db, queries.begun(db, []))


def check_orders(db: Session, check_id: str) -> dict[str, OrderView]:
    """Item code to the order that counts of a check's findings (cancelled ones are left out)."""
    rows = [row for row in queries.of_checks(db, [check_id]) if row.state != CANCELLED]
    return {view.row.item_code: view for view in views(db, rows)}


def open_of_estate(db: Session, estate_code: str) -> list[OrderView]:
    """The orders of an estate that are not done yet, what is due first coming first."""
    rows = [row for row in queries.of_estate(db, estate_code) if row.state in BEGUN]
    return sorted(views(db, rows), key=_by_due)


def public_orders(
    db: Session, estate_code: str, states: Collection[str] = (OPEN, AWAITING, CLOSED)
) -> list[PublicOrder]:
    """The orders of an estate of the last year with the dates of their life, the open ones first, then the latest."""
    since = date.fromordinal(clock.today().toordinal() - SHOWN_DAYS)
    rows = [row for row in queries.of_estate(db, estate_code, since) if row.state in states]
    found = views(db, rows, detail=True)
    found.sort(key=lambda view: (view.row.state == CLOSED, -view.row.opened_at.timestamp(), view.row.number))
    return [public(view) for view in found]


def public(view: OrderView) -> PublicOrder:
    """The part of an order that anybody may see."""
    row = view.row

    def day(step: str) -> date | None:
        found = view.last(step)
        return found.on if found else None

    released = tuple((photo.id, photo.public_sha256) for photo in view.photos if photo.public_sha256)
    return PublicOrder(
        number=row.number, month=row.month, item_code=row.item_code, item_zh=view.item.item_zh,
        item_en=view.item.item_en, standard=row.standard_version, hazard_class=row.hazard_class, uscc=row.uscc,
        company=view.company, state=row.state, found_on=row.found_on, ordered_on=row.opened_on,
        due_at=view.due.due_at if view.due else None, last_day=view.due.last_day if view.due else None,
        answered_on=day("answered") if row.state != OPEN else None, verified_on=day("verified"),
        protected_on=day("protected"), extended_on=day("extended"), overdue=view.overdue, photos=released,
    )  # fmt: skip
