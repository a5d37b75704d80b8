"""Text messages to phones: what a gateway does, and a local one that writes into the instance folder.

A message goes out beside the request, for real requests and for those that fit nobody alike, so that the time an answer
takes says nothing. A message that is lost is asked for again; nothing of it is kept or logged.
"""

import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from portal.kernel import clock, ids
from portal.kernel.settings import settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """A text for a phone."""

    phone: str
    text: str


class Gateway(Protocol):
    """Whoever carries messages: an operator's interface, or the folder below."""

    def send(self, message: Message) -> None:
        """Hand a message over; any error is the caller's to log."""
        ...


class Outbox:
    """Each message as a file ``outbox/sms/TIME-ID.txt`` (0600): the phone on the first line, then the text."""

    def __init__(self, folder: Path):
        self.folder = folder

    def send(self, message: Message) -> None:
        """Write it aside, then rename: a reader finds whole messages only."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{clock.now():%Y%m%dT%H%M%S}-{ids.new_id()}"
        draft = self.folder / f".{name}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{message.phone}\n{message.text}\n")
        draft.rename(self.folder / f"{name}.txt")


def gateway() -> Gateway:
    """The gateway of this portal."""
    return Outbox(settings().instance / "outbox" / "sms")


def hand_over(message: Message | None, wait: bool = False) -> None:
    """Send a message, if there is one, beside the request; ``wait`` for it in tests and commands."""
    beside = threading.Thread(target=_send, args=(message,), name="sms", daemon=True)
    beside.start()
    if wait:
        beside.join()


def _send(message: Message | None) -> None:
    if message is None:
        return
    try:
        gateway().send(message)
    except Exception:
        log.exception("sms_failed")
