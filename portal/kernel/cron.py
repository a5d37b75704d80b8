"""When a job fires: five fields in the district's time."""

from datetime import datetime, timedelta

from apscheduler.triggers.cron import CronTrigger

from portal.kernel import clock


def trigger(cron: str) -> CronTrigger:
    """The scheduler's own form of a cron."""
    return CronTrigger.from_crontab(cron, timezone=clock.DISTRICT)


def next_fire(cron: str, now: datetime) -> datetime | None:
    """The first instant after ``now`` at which the cron fires."""
    found = trigger(cron).get_next_fire_time(None, now)
    return found.astimezone(clock.UTC) if found else None


def latest_fire(cron: str, now: datetime) -> datetime | None:
    """The newest instant not after ``now`` at which the cron fires; None if it did not within the last 400 days."""
    times = trigger(cron)
    for window in (timedelta(hours=1), timedelta(days=1), timedelta(days=32), timedelta(days=400)):
        found: datetime | None = None
        moment = times.get_next_fire_time(None, now - window)
        while moment is not None and moment <= now:
            found, moment = moment, times.get_next_fire_time(moment, moment + timedelta(microseconds=1))
        if found is not None:
            return found.astimezone(clock.UTC)
    return None
