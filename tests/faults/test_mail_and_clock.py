"""A mail server that is away, and clocks that step: mail waits and goes later, sessions, jobs and deadlines find their way back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.deadlines import api as deadlines
from portal.kernel import clock, jobs
from portal.kernel.access import Actor, Role, person_actor
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.jobs import Job
from portal.kernel.jobs_record import JobRun
from portal.kernel.settings import reload_settings
from portal.notices import mailing
from portal.notices.service import digest
from tests.network import answering
from tests.notices.test_digest import MailServer
from tests.people import DISTRICT, make_person
from tests.postgres import free_port

DAY = date(2026, 3, 5)
NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)


def _officer(login: str) -> Actor:
    return person_actor(make_person(Role.OFFICER, login=login), Role.OFFICER, DISTRICT)


def _overdue(me: Actor, on: date = date(2026, 2, 24)) -> None:
    with clock.on(on), transaction() as db:
        holder = deadlines.Holder(Role.OFFICER, DISTRICT, login=me.login)
        deadlines.start(
            db, me, "check.review", f"check:{me.login}", holder=holder, title="翠湖花园", endpoint="work.index"
        )


def test_mail_waits_for_a_server_that_is_away(instance, app, monkeypatch):
    me = _officer("mei")
    _overdue(me)
    with clock.on(DAY), transaction() as db:
        digest.choose(db, me, "mei@example.org")
    settings = {"HOST": "127.0.0.1", "PORT": str(free_port()), "SECURITY": "none", "FROM": "portal@example.org"}
    for name, value in settings.items():
        monkeypatch.setenv(f"SMTP_{name}", value)
    reload_settings()
    (job,) = mailing.jobs()
    with clock.on(DAY, 8):
        jobs._tick(job)
    with reading() as db:
        run = db.scalars(select(JobRun).where(JobRun.job == job.name)).one()
        assert (run.outcome, "ConnectionRefusedError" in (run.message or "")) == ("failed", True)
    server = MailServer()
    monkeypatch.setenv("SMTP_PORT", str(server.server_address[1]))
    reload_settings()
    with answering(server):
        for hour in (9, 10, 11):
            with clock.on(DAY, hour):
                jobs._tick(job)
    assert len(server.mails) == 1, "later the same morning, and once"


@pytest.mark.parametrize("step", [timedelta(hours=-3), timedelta(minutes=-1), timedelta(minutes=90)])
def test_a_session_outlives_a_clock_that_steps_and_comes_back(instance, signed_in, step):
    with clock.at(NOON):
        client = signed_in("officer")
        assert client.get("/work").status_code == 200
    with clock.at(NOON + step):
        assert client.get("/work").status_code == 200
    with clock.at(NOON + timedelta(minutes=10)):
        assert client.get("/work").status_code == 200


def test_a_clock_that_was_ahead_makes_no_session_longer(instance, signed_in):
    with clock.at(NOON):
        client = signed_in("officer")
    with clock.at(NOON + timedelta(minutes=100)):
        assert client.get("/work").status_code == 200, "used while the clock was ahead"
    with clock.at(NOON + timedelta(hours=12, minutes=1)):
        assert client.get("/work").status_code == 302, "to the door"


def test_each_firing_runs_once_though_the_clock_goes_back(instance):
    runs: list[datetime] = []

    def note() -> dict[str, int]:
        runs.append(clock.now())
        return {}

    job = Job("count", note, cron="0 * * * *")
    for minutes in (0, 1, -30, -61, 2, 61, 59, 62, 300, 63, 64):
        with clock.at(NOON + timedelta(minutes=minutes)):
            jobs._tick(job)
            jobs._look_after([job])
    with reading() as db:
        fired = list(db.scalars(select(JobRun.fire_time).where(JobRun.job == "count")))
    assert len(fired) == len(set(fired)) == len(runs)
    assert NOON in fired
    assert NOON + timedelta(hours=5) in fired, "it goes on after a step ahead"


def test_deadlines_follow_the_clock_that_is_right_again(instance):
    me = _officer("mei")
    _overdue(me, date(2026, 3, 2))
    with clock.on(date(2027, 3, 5)), reading() as db:  # a year ahead: everything looks overdue
        assert all(one.overdue for one in deadlines.waiting_for(db, me))
    with clock.on(date(2026, 3, 3)), reading() as db:
        assert [one.overdue for one in deadlines.waiting_for(db, me)] == [False]
    with clock.on(date(2026, 3, 3), 9), transaction() as db:
        deadlines.close(db, me, "check.review", "check:mei")
    with clock.on(date(2026, 3, 3), 8), reading() as db:  # an hour back: what was closed stays closed
        assert deadlines.waiting_for(db, me) == []
        seen = list(db.scalars(select(AuditEntry.at).order_by(AuditEntry.seq)))
        assert seen, "the log keeps its order by number, whatever the clock said"
