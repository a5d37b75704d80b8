"""What the clients were told: each deed that the portal acknowledged, and each answer that no client should get."""

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Journal:
    """``acknowledged``: (kind, subject) in the order of the answers. ``strange``: answers that are neither a success, a refusal that
    the deed allows for, nor a failure that says so. ``requests``: how many have been sent."""

    acknowledged: list[tuple[str, str]] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    _moved: threading.Condition = field(default_factory=threading.Condition)

    def sent(self) -> None:
        """A request is on its way."""
        with self._moved:
            self.requests += 1
            self._moved.notify_all()

    def done(self, kind: str, subject: str) -> None:
        """The portal said that a deed is done."""
        with self._moved:
            self.acknowledged.append((kind, subject))

    def failed(self, how: str) -> None:
        """A request got no answer, or one that says to try again."""
        with self._moved:
            self.failures[how] += 1

    def wonder(self, what: str) -> None:
        """An answer that should not be."""
        with self._moved:
            self.strange.append(what)

    def wait_for(self, requests: int, alarm: float) -> bool:
        """Until so many requests were sent; false when they are not in time."""
        with self._moved:
            return self._moved.wait_for(lambda: self.requests >= requests or bool(self.strange), alarm)

    def of(self, kind: str) -> list[str]:
        """Subjects of the acknowledged deeds of a kind."""
        return [subject for done, subject in self.acknowledged if done == kind]
