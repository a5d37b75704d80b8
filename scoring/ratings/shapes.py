"""What the verbs and reads of the ratings hand out: frozen values without a database behind them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Prepared:
    """What a preparation did: estates looked at, estates whose figures changed, communities with a new result."""

    estates: int
    changed: int
    communities: int = 0


@dataclass(frozen=True)
class ConfirmedQuarter:
    """What a street review did: checks confirmed, communities closed."""

    checks: int
    communities: int


@dataclass(frozen=True)
class RatingChange:
    """A rating row that a publication made public: what credit needs to know of it."""

    year: int
    estate_code: str
    revision: int
    stars: int | None
    status: str
    uscc: str | None
    manager_code: str | None
    previous_stars: int | None
    public_from: date


@dataclass(frozen=True)
class PublishedQuarter:
    """What a publication wrote: no release and no rows when nothing changed. ``revisions`` of the rows are corrections;
    ``ratings`` is the number of yearly ratings that were revised with them."""

    release_id: str | None
    rows: int
    revisions: int
    ratings: int


@dataclass(frozen=True)
class PublishedYear:
    """What a publication of ratings wrote."""

    release_id: str | None
    rows: int
    revisions: int
    changes: tuple[RatingChange, ...] = ()


@dataclass(frozen=True)
class ReleaseView:
    """One publication: ``on`` the date of the act, public from 00:00 of ``public_from``. ``reason`` as given; empty for a
    first one, and where the rows tell it (see ``errata``)."""

    id: str
    kind: str
    period: str
    number: int
    on: date
    public_from: date
    known_at: datetime
    reason: str
    rows: int


@dataclass(frozen=True)
class QuarterView:
    """A public quarter: since when, latest release, rows in force, last correction."""

    period: str
    published_on: date
    release_id: str
    rows: int
    revised_on: date | None = None


@dataclass(frozen=True)
class YearView:
    """A public year: as ``QuarterView``."""

    year: int
    published_on: date
    release_id: str
    rows: int
    revised_on: date | None = None


@dataclass(frozen=True)
class PublicReply:
    """What an enterprise says about a public result, as the room above answers ``result.replies``. ``part``:
    ``2025-03/XF04``, empty for the whole; ``photos``: id and SHA-256 of each masked copy."""

    id: str
    part: str
    uscc: str
    company: str
    text: str
    on: date
    photos: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FieldChange:
    """One figure that a revision changed; values as stored (centipoints, codes)."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class RowChange:
    """A row of an erratum: estate, its new revision, what changed in it."""

    estate_code: str
    revision: int
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class Erratum:
    """A correction: the release, its public reason in the language of the reader, and the rows it changed."""

    release: ReleaseView
    reason: str
    rows: tuple[RowChange, ...] = field(default=())
