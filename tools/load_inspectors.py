#!/usr/bin/env python3
"""Many inspectors each submit a check with three photos while readers look at public pages: errors, waiting times, pictures made.

    .venv/bin/python tools/load_inspectors.py [INSPECTORS] [SECONDS] [READERS] [--database sqlite|postgres]
                             (default 500 inspectors within 600 seconds, 50 readers, postgres)

Starts everything itself in a temporary folder and stays on loopback: PostgreSQL, web (as ``portal serve`` runs it) and worker.
Photos of 12 megapixels, 2 to 3 MB, are made once and differ by their last bytes. After each form its page is asked for, as a browser
does. Prints errors, waiting times and the processor seconds of each part. Ends by itself: every inspector files one check, and nobody
starts later than SECONDS. Exits 1 on any error, or when the 99th percentile of submissions or steps with photos is 2 s or more.
"""

import argparse
import io
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
ROOT = Path(tempfile.mkdtemp(prefix="portal-load-", dir="/tmp"))
ROOT.chmod(0o711)
os.environ.update(PORTAL_INSTANCE=str(ROOT / "nobody"), PORTAL_SECRET_KEY="only for a trial")  # noqa: S106  never served

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402
from sqlalchemy import func, select  # noqa: E402

from portal.kernel import copies, db  # noqa: E402
from portal.kernel.db import reading  # noqa: E402
from portal.kernel.settings import reload_settings  # noqa: E402
from scoring.checks.models import CheckStep, Photo  # noqa: E402
from tests import databases, postgres  # noqa: E402
from tools.faults import district  # noqa: E402
from tools.faults.browser import Browser, Files  # noqa: E402
from tools.faults.journal import Journal  # noqa: E402
from tools.faults.processes import Database, Portal, children  # noqa: E402

PHOTOS, LIMIT, EVERY = (
    3,
    2.0,
    2.0,
)  # photos with findings a check; seconds of the 99th percentile; seconds between two pages
WAIT_FOR_PICTURES = 600.0  # seconds
PAGES = ("/", "/estates", "/quarters", "/ratings", "/lists", "/en/")


def photograph(seed: int) -> bytes:
    """A JPEG of 12 megapixels and 2 to 3 MB: coarse shapes under noise, as a photo has."""
    chance = np.random.default_rng(seed)
    coarse = chance.integers(0, 200, (30, 40, 3), dtype=np.uint8)
    image = np.asarray(Image.fromarray(coarse).resize((4000, 3000), Image.Resampling.BICUBIC), dtype=np.int16)
    grain = chance.normal(0, 9, (3000, 4000, 1))
    target, smooth = io.BytesIO(), Image.fromarray(np.clip(image + grain, 0, 255).astype(np.uint8))
    for quality in (80, 75, 70, 65, 60, 50, 40):
        target = io.BytesIO()
        smooth.save(target, "JPEG", quality=quality)
        if target.tell() <= 3_000_000:
            break
    return target.getvalue()


def small_photograph() -> bytes:
    """One for items that want a photo though nothing was found."""
    target = io.BytesIO()
    Image.new("RGB", (320, 240), (120, 160, 90)).save(target, "JPEG")
    return target.getvalue()


@dataclass
class Times:
    """Seconds of each kind of request; what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, seconds: float) -> None:
        """One answer."""
        with self.lock:
            self.seconds.setdefault(kind, []).append(seconds)

    def wrong(self, what: str) -> None:
        """One error."""
        with self.lock:
            self.errors.append(what)

    def share(self, kind: str, percent: float) -> float:
        """A percentile of a kind, in seconds; 0 when nobody asked."""
        found = self.seconds.get(kind)
        return float(np.percentile(found, percent)) if found else 0.0


@dataclass
class Load:
    """``over`` is set when the inspectors have ended."""

    portal: Portal
    work: district.Work
    pictures: list[bytes]
    small: bytes
    times: Times = field(default_factory=Times)
    over: threading.Event = field(default_factory=threading.Event)

    def _browser(self, cookies: dict[str, str]) -> Browser:
        stop = threading.Event()
        stop.set()  # nothing is tried again: each failure is an error
        return Browser(self.portal.port, cookies, Journal(), stop, keeps_open=True)

    def inspector(self, number: int, login: str, begins: float) -> None:
        """One check: begun at its time, filled in, submitted."""
        time.sleep(max(0.0, begins - time.monotonic()))
        browser = self._browser(dict([self.work.cookies[login]]))
        try:
            self._file(number, browser, self.work.estates[login][0])
        except Exception as error:  # noqa: BLE001  whatever goes wrong is counted
            self.times.wrong(f"{login}: {error!r}")
        finally:
            browser.close()

    def _file(self, number: int, browser: Browser, estate: str) -> None:
        browser.open(f"/inspections?month={self.work.month}")
        started = self._timed("start", browser, "/inspections/start", {"estate": estate, "month": self.work.month})
        check, sent = started.split("/")[2], 0
        for version, (category, items) in enumerate(self.work.urgent.items(), 1):
            files: Files = {}
            for item in items:
                files[f"{item}-photo"] = (
                    f"{item}.jpg",
                    self._picture(number, sent) if sent < PHOTOS else self._small(number, sent),
                )
                sent += 1
            fields = {"version": str(version), "rest_passed": "1", "go": "next"}
            self._timed(
                "step with photos" if files else "step",
                browser,
                f"/inspections/{check}/{category}",
                fields,
                files or None,
            )
        self._timed("submission", browser, f"/inspections/{check}/submit", {})

    def _picture(self, number: int, nth: int) -> bytes:
        """A large photo that nobody else sends: bytes after the end of a JPEG belong to no picture."""
        return self.pictures[(number + nth) % len(self.pictures)] + f"{number} {nth}".encode()

    def _small(self, number: int, nth: int) -> bytes:
        return self.small + f"{number} {nth}".encode()

    def _timed(self, kind: str, browser: Browser, path: str, fields: dict[str, str], files: Files | None = None) -> str:
        began = time.monotonic()
        answer = browser.post(path, fields, files)
        self.times.note(kind, time.monotonic() - began)
        if answer.status != 303:
            raise RuntimeError(f"{kind} answered {answer.status}")
        began = time.monotonic()
        shown = browser.get(answer.location)
        self.times.note("page after it", time.monotonic() - began)
        if shown.status != 200:
            raise RuntimeError(f"the page after {kind} answered {shown.status}")
        return answer.location

    def reader(self, number: int) -> None:
        """A page every two seconds until the inspectors have ended."""
        chance, browser = random.Random(number), self._browser({})  # noqa: S311  a choice that can be repeated
        self.over.wait(chance.uniform(0, EVERY))
        while not self.over.is_set():
            began = time.monotonic()
            try:
                answer = browser.get(chance.choice(PAGES))
                if answer.status != 200:
                    self.times.wrong(f"a reader got {answer.status}")
            except Exception as error:  # noqa: BLE001  whatever goes wrong is counted
                self.times.wrong(f"a reader: {error!r}")
            self.times.note("page", time.monotonic() - began)
            self.over.wait(max(0.0, EVERY - (time.monotonic() - began)))
        browser.close()

    def run(self, seconds: float, readers: int) -> None:
        """Everybody at work; the beginnings of the checks are spread over the time."""
        began, logins = time.monotonic(), list(self.work.estates)
        reading_now = [threading.Thread(target=self.reader, args=(number,)) for number in range(readers)]
        filing = [
            threading.Thread(target=self.inspector, args=(number, login, began + seconds * number / len(logins)))
            for number, login in enumerate(logins)
        ]
        for thread in [*reading_now, *filing]:
            thread.start()
        for thread in filing:
            thread.join()
        self.over.set()
        for thread in reading_now:
            thread.join()


def seconds_of(pid: int) -> float:
    """Seconds of processors that a process, its children that live and those that are gone have used."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK") + sum(map(seconds_of, children(pid)))


def own_seconds() -> float:
    """Seconds of processors that this process itself has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@dataclass
class Meter:
    """Seconds of processors by part, since it was made. ``server``: the first process of the database, 0 without one."""

    portal: Portal
    server: int
    before: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = self._read()

    def _read(self) -> dict[str, float]:
        parts = {"web": self.portal.web, "worker": self.portal.worker, "database": self.server}
        return {**{name: seconds_of(pid) for name, pid in parts.items()}, "generator": own_seconds()}

    def used(self) -> dict[str, float]:
        """Seconds of each part."""
        return {name: seconds - self.before[name] for name, seconds in self._read().items()}


def pictures_left() -> int:
    """Photos whose thumbnail and public copy are not there yet. The worker makes both; a reviewer masks what is released."""
    with reading() as session:
        return sum(not copies.is_made(sha256) for sha256 in session.scalars(select(Photo.sha256).distinct()))


def told(load: Load, seconds: float, waited: float, left: int, used: dict[str, float]) -> bool:
    """Print what came out; whether all is well."""
    with reading() as session:
        submitted = session.scalar(select(func.count()).where(CheckStep.step == "submitted")) or 0
        photos = session.scalar(select(func.count()).select_from(Photo)) or 0
    people, times = len(load.work.estates), load.times
    print(f"{people} inspectors, {submitted} checks submitted, {photos} photos, {seconds:.0f} s")
    print(f"{'':18}{'number':>8}{'p50 s':>8}{'p95 s':>8}{'p99 s':>8}")
    for kind in ("submission", "step with photos", "step", "start", "page after it", "page"):
        figures = "".join(f"{times.share(kind, percent):8.2f}" for percent in (50, 95, 99))
        print(f"{kind:18}{len(times.seconds.get(kind, [])):8}{figures}")
    print(f"errors            {len(times.errors)}", *times.errors[:20], sep="\n  ")
    print(f"pictures          done {waited:.0f} s after the last submission, {left} left")
    print(f"processor seconds {sum(used.values()):.1f}: " + ", ".join(f"{name} {used[name]:.1f}" for name in used))
    print("of each check     " + ", ".join(f"{name} {used[name] / people:.3f}" for name in used))
    slow = max(times.share("submission", 99), times.share("step with photos", 99))
    return not times.errors and submitted == people and not left and slow < LIMIT


def main() -> int:
    """Start, load, wait for the pictures, tell."""
    asked = argparse.ArgumentParser(prog="tools/load_inspectors.py")
    for name, default in (("inspectors", 500), ("seconds", 600), ("readers", 50)):
        asked.add_argument(name, nargs="?", type=int, default=default)
    asked.add_argument("--database", choices=["sqlite", "postgres"], default="postgres")
    wish = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_told: sys.exit(1))  # so that the servers end too
    try:
        folder = ROOT / "portal"
        place = (
            databases.postgres_place(ROOT, folder, "t_load")
            if wish.database == "postgres"
            else databases.sqlite_place(ROOT, folder)
        )
        os.environ.update(PORTAL_INSTANCE=str(place.instance), DATABASE_URL=place.url)
        reload_settings()
        work = district.found(wish.inspectors, 1, 0)
        db.dispose()
        portal = Portal(place, ROOT / "log")
        try:
            portal.start_web()
            portal.start_worker()
            portal.wait_until_ready()
            load = Load(portal, work, [photograph(seed) for seed in range(2)], small_photograph())
            server = Database.of(ROOT).postmaster if wish.database == "postgres" else 0
            meter, began = Meter(portal, server), time.monotonic()
            load.run(wish.seconds, wish.readers)
            ended = time.monotonic()
            while (left := pictures_left()) and time.monotonic() - ended < WAIT_FOR_PICTURES:
                time.sleep(1)
            waited, used = time.monotonic() - ended, meter.used()
        finally:
            portal.end()
        return int(not told(load, ended - began, waited, left, used))
    finally:
        with suppress(RuntimeError):
            postgres.stop(ROOT)
        shutil.rmtree(ROOT, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
