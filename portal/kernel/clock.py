"""The only place that reads the machine's clock. Instants are aware UTC; dates are the district's (Asia/Shanghai)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DISTRICT = ZoneInfo("Asia/Shanghai")
_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The present instant, aware, UTC, to the microsecond."""
    return _frozen.get() or datetime.now(UTC)


def after(earlier: datetime | None) -> datetime:
    """The present instant, or a microsecond past ``earlier`` when the clock has not passed it: for records of which the
    latest counts, so that neither a tie nor a machine clock set back revives the one before."""
    return now() if earlier is None else max(now(), earlier + timedelta(microseconds=1))


def today() -> date:
    """The district's date now."""
    return now().astimezone(DISTRICT).date()


def district_date(instant: datetime) -> date:
    """The district's date at an instant."""
    return instant.astimezone(DISTRICT).date()


def day_start(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The instant at which an hour of a district day begins, in UTC."""
    return datetime.combine(day, time(hour, minute), DISTRICT).astimezone(UTC)


def held_at() -> datetime | None:
    """The instant at which the clock is held here, for work that goes on in another thread; None when it runs."""
    return _frozen.get()


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Hold the clock at an instant: tests, and the story of the demo district."""
    if instant.tzinfo is None:
        raise ValueError("the clock takes aware instants only")
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


@contextmanager
def on(day: date, hour: int = 10) -> Iterator[None]:
    """Hold the clock at an hour of a district day."""
    with at(day_start(day, hour)):
        yield


def instant_text(instant: datetime) -> str:
    """``2026-01-25T08:00:00Z``: how instants are written in files and answers (contract, section 3)."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")  # strftime writes year 1 as 1


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later, or that month's last day when it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    first = date(year, month + 1, 1)
    next_first = date(year + (month == 11), month % 12 + 2 if month < 11 else 1, 1)
    last = (next_first - timedelta(days=1)).day
    return first.replace(day=min(day.day, last))
