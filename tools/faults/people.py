"""The clients of a trial: each does one deed after the other, tries again when the connection is lost, and notes in the journal what the
portal acknowledged."""

import hashlib
import io
import re
import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass
from queue import Empty, Queue

from PIL import Image

from tools.faults.browser import Answer, Browser, Stopped
from tools.faults.district import Work
from tools.faults.journal import Journal


def photo(text: str) -> bytes:
    """A small JPEG that no other text gives."""
    target, noise = io.BytesIO(), hashlib.sha256(text.encode()).digest() * 6
    Image.frombytes("RGB", (8, 8), noise[:192]).resize((64, 64)).save(target, "JPEG", comment=text.encode())
    return target.getvalue()


@dataclass
class Person:
    """Works until ``over``, and then ends the deed in hand."""

    browser: Browser
    journal: Journal
    work: Work
    over: threading.Event

    def run(self) -> None:
        """In a thread of its own."""
        try:
            while not self.over.is_set() and self.deed():
                pass
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001  a client that stumbles is a finding, not the end of the trial
            self.journal.wonder(f"{type(self).__name__}: {error!r}")

    def deed(self) -> bool:
        """One deed; false when there is nothing left to do."""
        raise NotImplementedError

    def wants(self, answer: Answer, path: str, *statuses: int) -> Answer:
        """Note an answer that should not be."""
        if answer.status not in statuses:
            said = re.sub(r"<[^>]*>|\s+", " ", answer.text[-3000:])[-300:]
            self.journal.wonder(f"{path} answered {answer.status} {answer.location}: {said}")
            self.over.set()
            raise Stopped
        return answer


@dataclass
class Inspector(Person):
    """Files this month's check of one estate after the other, with a photo of each item that wants one."""

    estates: list[str]
    handed_over: "Queue[str]"

    def deed(self) -> bool:
        if not self.estates:
            return False
        estate = self.estates.pop(0)
        page, browser = f"/inspections?month={self.work.month}", self.browser
        if not browser.token:
            browser.open(page)
        started = self._start(estate)
        check = started.location.split("/")[2]
        self.journal.done("started", f"{estate} {check}")
        version = 1
        for category, items in self.work.urgent.items():
            version = self._keep(check, category, items, version) + 1
        path = f"/inspections/{check}/submit"
        answer = self.wants(browser.post(path, {}), path, 303, 409)
        if answer.status == 409 and not self._start(estate).location.startswith("/inspections?"):
            self.journal.wonder(f"{path} was refused, and the check is no draft nor submitted")
        self.journal.done("submitted", check)
        self.handed_over.put(check)
        return True

    def _start(self, estate: str) -> Answer:
        sent = {"estate": estate, "month": self.work.month}
        return self.wants(self.browser.post("/inspections/start", sent), "/inspections/start", 303)

    def _keep(self, check: str, category: str, items: list[str], version: int) -> int:
        path, photos = f"/inspections/{check}/{category}", {item: photo(f"{check} {item}") for item in items}
        sent = {f"{item}-photo": (f"{item}.jpg", data) for item, data in photos.items()}
        while True:
            fields = {"version": str(version), "rest_passed": "1", "go": "next"}
            answer = self.wants(self.browser.post(path, fields, sent), path, 303, 409)
            if answer.status == 303:
                break
            version = int(answer.found(r'name="version" value="(\d+)"'))  # kept before, the answer was lost
        for item, data in photos.items():
            self.journal.done("photo", f"{check} {item} {hashlib.sha256(data).hexdigest()}")
        self.journal.done("kept", f"{check} {category}")
        return version


@dataclass
class Reviewer(Person):
    """Confirms last quarter's checks, and this month's as they come."""

    waiting: list[str]
    handed_over: "Queue[str]"
    desk: threading.Lock

    def deed(self) -> bool:
        check = self._next()
        if check:
            with self.desk:
                self._confirm(check)
        self.over.wait(0.1)
        return True

    def _confirm(self, check: str) -> None:
        if not self.browser.token:
            self.browser.open(f"/reviews/{check}")
        path = f"/reviews/{check}/confirm"
        answer = self.wants(self.browser.post(path, {}), path, 303, 409)
        if answer.status == 409 and f"{path}" in self.browser.get(f"/reviews/{check}").text:
            self.journal.wonder(f"{path} was refused, and the check still waits")
        self.journal.done("confirmed", check)

    def _next(self) -> str:
        try:
            return self.handed_over.get_nowait()
        except Empty:
            return self.waiting.pop() if self.waiting else ""


@dataclass
class Registrar(Person):
    """Imports sheets of new estates: uploads, waits for the trial run, confirms, waits."""

    division: str
    number: int = 0

    def deed(self) -> bool:
        self.number += 1
        codes = [f"N{self.number:04d}-{n}" for n in range(3)]
        rows = [f"{code},{code}苑,commodity,{self.division},海乐路{self.number}号,100" for code in codes]
        data = ("estate_code,name,kind,division_code,address,households\n" + "\n".join(rows) + "\n").encode()
        while not self._bring(f"estates-{self.number}.csv", data):
            pass
        for code in codes:
            self.journal.done("estate", code)
        self.journal.done("imported", hashlib.sha256(data).hexdigest())
        return True

    def _bring(self, filename: str, data: bytes) -> bool:
        """Whether the portal says that the sheet is in; false when it is to be uploaded again."""
        if not self.browser.token:
            self.browser.open("/imports?kind=estates")
        answer = self.browser.post("/imports/estates", {}, {"file": (filename, data)})
        tried = self._wait(self.wants(answer, "/imports/estates", 303).location)
        if "文件里的内容都已经在系统里" in tried.text:
            return True
        action = tried.found(r'action="(/imports/[^"]+/confirm)"')
        if not action:
            return False
        answer = self.wants(self.browser.post(action, {}), action, 303, 409)
        return answer.status == 303 and "导入完成" in self._wait(answer.location).text

    def _wait(self, page: str) -> Answer:
        """The page of a task once it is over."""
        while True:
            answer = self.wants(self.browser.get(page), page, 200)
            if f'action="{page}/cancel"' not in answer.text:
                return answer
            if self.over.is_set() and self.browser.over.is_set():
                raise Stopped
            time.sleep(0.1)


@dataclass
class Officer(Person):
    """Publishes last quarter again whenever something was confirmed; every other time while the street confirms, which is refused as
    soon as a confirmation comes between the preview and the deed."""

    desk: threading.Lock
    tries: int = 0

    def deed(self) -> bool:
        self.tries += 1
        with self.desk if self.tries % 2 else nullcontext():
            self._publish()
        self.over.wait(0.1)
        return True

    def _publish(self) -> None:
        path = f"/ratings/quarter/{self.work.quarter}/publish"
        page = self.browser.open(path)
        seen = page.found(r'name="seen"[^>]*value="([^"]*)"')
        answer = self.browser.post(path, {"seen": seen, "reason": "公布后确认了迟交的检查"})
        self.wants(answer, path, 303, 409, 422)
        if "/published/" in answer.location:
            self.journal.done("published", answer.location.split("/published/")[1].split("?")[0])
