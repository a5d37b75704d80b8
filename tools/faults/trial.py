"""One trial: clients at work, a kill each round at a point that the seed chooses, and the proof at the end."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue

from portal.kernel import db
from portal.kernel.db import reading
from tests.databases import Place
from tools.faults import district, proof
from tools.faults.browser import Browser
from tools.faults.journal import Journal
from tools.faults.people import Inspector, Officer, Person, Registrar, Reviewer
from tools.faults.processes import ALARM, Database, Portal

SQLITE = ("web", "web", "answering", "answering", "worker", "web and worker")
TOGETHER = {
    "web": ("web",),
    "worker": ("worker",),
    "web and worker": ("web", "worker"),
    "database": ("database",),
    "everything": ("database", "web", "worker"),
}
POSTGRES = (*SQLITE, "database", "database", "connection", "everything")


@dataclass(frozen=True)
class Blow:
    """``target`` dies once ``after`` more requests were sent and ``delay`` seconds have passed, and is away for ``pause`` seconds."""

    target: str
    after: int
    delay: float
    pause: float
    choice: int


@dataclass
class Result:
    """What came of a trial. ``wrong``: one line for each thing lost, doubled, half done or strange."""

    rounds: int
    acknowledged: dict[str, int]
    failures: dict[str, int]
    kills: dict[str, int]
    wrong: list[str]
    seconds: float = 0.0


def blows(seed: int, rounds: int, targets: tuple[str, ...], asked: tuple[int, int]) -> list[Blow]:
    """The kills of a trial, the same for the same seed; each kind of target comes before one comes again. ``asked``: bounds of the requests
    between two kills."""
    chance, order = random.Random(seed), []  # noqa: S311  a choice that can be repeated, nothing secret
    while len(order) < rounds:
        order += chance.sample(targets, len(targets))
    return [
        Blow(target, chance.randint(*asked), chance.uniform(0, 0.12), chance.choice((0, 0, 0.2)), chance.randrange(100))
        for target in order[:rounds]
    ]


@dataclass
class Trial:
    """``database``: of a trial on PostgreSQL. The kernel of this process works on the same ``place``."""

    place: Place
    database: Database | None = None
    inspectors: int = 2
    estates: int = 200
    asked: tuple[int, int] = (5, 40)
    journal: Journal = field(default_factory=Journal)

    def run(self, seed: int, rounds: int, log: Path) -> Result:
        """All rounds and the proof."""
        began = time.monotonic()
        work = district.found(self.inspectors, self.estates, self.estates)
        db.dispose()
        portal = Portal(self.place, log)
        kinds = POSTGRES if self.database else SQLITE
        plan = blows(seed, rounds, kinds, self.asked)
        try:
            portal.start_web()
            portal.start_worker()
            portal.wait_until_ready()
            self._rounds(portal, work, plan)
        finally:
            portal.end()
        with reading() as session:
            wrong = proof.wrong(session, self.journal)
        deeds = [kind for kind, _subject in self.journal.acknowledged]
        targets = [blow.target for blow in plan]
        return Result(
            rounds,
            {kind: deeds.count(kind) for kind in sorted(set(deeds))},
            dict(sorted(self.journal.failures.items())),
            {kind: targets.count(kind) for kind in kinds if kind in targets},
            wrong,
            time.monotonic() - began,
        )

    def _rounds(self, portal: Portal, work: district.Work, plan: list[Blow]) -> None:
        over, given_up = threading.Event(), threading.Event()
        threads = [threading.Thread(target=person.run) for person in self._people(portal, work, over, given_up)]
        for thread in threads:
            thread.start()
        try:
            self._blows(portal, plan)
            over.set()  # each ends the deed in hand
            end = time.monotonic() + ALARM
            for thread in threads:
                thread.join(max(0, end - time.monotonic()))
            if any(thread.is_alive() for thread in threads):
                self.journal.wonder("the clients do not come to an end")
        finally:
            over.set()
            given_up.set()
            for thread in threads:
                thread.join(ALARM)

    def _blows(self, portal: Portal, plan: list[Blow]) -> None:
        for blow in plan:
            if not self.journal.wait_for(self.journal.requests + blow.after, ALARM):
                self.journal.wonder("the clients do not get on")
            if self.journal.strange:
                break
            time.sleep(blow.delay)
            self._strike(portal, blow)
            portal.wait_until_ready()

    def _people(
        self, portal: Portal, work: district.Work, over: threading.Event, given_up: threading.Event
    ) -> list[Person]:
        handed_over: Queue[str] = Queue()
        desk = threading.Lock()

        def at_work(login: str) -> tuple[Browser, Journal, district.Work, threading.Event]:
            cookies = dict([work.cookies[login]])
            return Browser(portal.port, cookies, self.journal, given_up), self.journal, work, over

        return [
            *(Inspector(*at_work(login), list(estates), handed_over) for login, estates in work.estates.items()),
            Reviewer(*at_work("reviewer"), list(work.waiting), handed_over, desk),
            Registrar(*at_work("registrar"), "440306017010"),
            Officer(*at_work("officer"), desk),
        ]

    def _strike(self, portal: Portal, blow: Blow) -> None:
        """Kill, wait, start again."""
        if blow.target == "answering":
            portal.kill_web_child(blow.choice)
        elif blow.target == "connection":
            self._server.kill_backend(blow.choice)
        dead = TOGETHER.get(blow.target, ())
        ways: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
            "database": (lambda: self._server.kill(), lambda: self._server.start()),
            "web": (portal.kill_web, portal.start_web),
            "worker": (portal.kill_worker, portal.start_worker),
        }
        for name in dead:
            ways[name][0]()
        time.sleep(blow.pause)
        for name in dead:
            ways[name][1]()

    @property
    def _server(self) -> Database:
        assert self.database
        return self.database
