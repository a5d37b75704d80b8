"""A standby: public pages come from it while it keeps up, no acknowledged deed is lost with it, and what is lost without waiting
for it is known exactly."""

import os
import shutil

import pytest

from portal.kernel import audit, db, replica
from portal.kernel.db import reading
from portal.kernel.settings import reload_settings, settings
from tests import databases, postgres, replication
from tests.conftest import _application, point_at

NAME = f"t_replica_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"  # two workers may share this file


def test_lag_is_the_time_since_the_last_look_whose_every_write_arrived():
    watch = replica.Watch()
    assert watch.lag(0, 100, 90) == float("inf"), "it has never been seen to follow"
    assert watch.lag(1, 100, 100) == 0
    assert watch.lag(2, 200, 100) == 1
    assert watch.lag(5, 300, 100) == 4, "stands still, whatever it says of itself"
    assert watch.lag(6, 300, 200) == 4
    assert watch.lag(7, None, 250) == 5, "the primary is away: by what is known"
    assert watch.lag(8, None, 300) == 0


@pytest.fixture(scope="module")
def backup(run_folder, tmp_path_factory):
    """A backup of a server with an initialised portal in it, and the portal's folder."""
    place = databases.postgres_place(run_folder, tmp_path_factory.mktemp("replica") / "instance", NAME)
    folder = run_folder / NAME
    yield replication.back_up(postgres.server(run_folder), folder), place
    shutil.rmtree(folder, ignore_errors=True)
    postgres.drop_database(run_folder, NAME)


@pytest.fixture
def pair(backup, run_folder, tmp_path, monkeypatch):
    """A primary and a standby of this test's own; the portal of this process works on them."""
    copy, place = backup
    instance = tmp_path / "instance"
    shutil.copytree(place.instance, instance)
    with replication.pair(copy, run_folder / f"pair-{tmp_path.name}", NAME) as made:
        point_at(databases.Place(made.url, instance), monkeypatch)
        monkeypatch.setattr(replica, "LOOK_EVERY", 0.0)
        monkeypatch.setattr(replica, "AWAY_FOR", 0.0)
        yield made
        db.dispose()
        settings.cache_clear()


def lost(clients):
    """What was acknowledged and is not on record; nothing is there twice."""
    with reading() as session:
        found = replication.on_record(session)
    assert set(found.values()) <= {1}, "a deed was done twice"
    return [deed for client in clients for deed in client.acknowledged if deed not in found]


def finding():
    with reading() as session:
        return audit.verify(session)[1]


@pytest.mark.postgres
def test_no_acknowledged_deed_is_lost_when_the_standby_takes_over(pair):
    pair.wait_for_every_commit()
    with replication.at_work(["a", "b"]) as clients:
        replication.until(lambda: all(len(client.acknowledged) >= 10 for client in clients))
        pair.primary.kill()
        pair.standby.promote()
        at_failover = [len(client.acknowledged) for client in clients]
        replication.until(lambda: all(len(c.acknowledged) > n + 3 for c, n in zip(clients, at_failover, strict=True)))
    assert sum(client.failures for client in clients), "nobody noticed: nothing was tried"
    assert lost(clients) == []
    assert finding() is None, "the log is whole"


@pytest.mark.postgres
def test_pages_leave_a_standby_that_falls_behind_and_its_promotion_names_what_is_lost(pair, monkeypatch, app_on_pair):
    asked = app_on_pair
    assert asked("/help") == "replica"
    assert asked("/help", cookie=True) == "primary", "who has a session sees what was written last"
    assert asked("/api/v1/receipts/X") == "primary", "may have been written a moment ago"
    client = replication.Client("a")
    for number in range(3):
        client.do(f"a:{number}")
    replication.until(lambda: asked("/help") == "replica")
    pair.cut()
    for number in range(3, 8):
        client.do(f"a:{number}")
    monkeypatch.setenv("DATABASE_REPLICA_MAX_LAG", "0")
    reload_settings()
    assert asked("/help") == "primary", "the standby is content, and behind"
    pair.primary.kill()
    pair.standby.promote()
    assert asked("/help") == "primary", "it is no standby any more, but the address of both finds it"
    assert lost([client]) == [f"a:{number}" for number in range(3, 8)]
    assert finding().message == "cut off", "the head outside the database tells"


@pytest.fixture
def app_on_pair(pair, monkeypatch):
    """Which of the two answers a page."""
    monkeypatch.setenv("DATABASE_REPLICA_URL", pair.replica_url)
    reload_settings()
    made, seen = _application(), []
    original = replica.session
    monkeypatch.setattr(replica, "session", lambda: seen.append(original()) or seen[-1])

    def asked(path: str, cookie: bool = False) -> str:
        seen.clear()
        client = made.test_client()
        if cookie:
            client.set_cookie("portal_session", "anything")
        assert client.get(path).status_code in (200, 404)
        return "replica" if seen and seen[-1] is not None else "primary"

    return asked
