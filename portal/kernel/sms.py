"""Text messages to phones: what a gateway does, and a local one that writes into the instance folder.

A message goes out beside the request, for real requests and for those that fit nobody alike, so that the time an answer
takes says nothing. A message that is lost is asked for again; nothing of it is kept or logged. In the folder it waits
enciphered, is handed on by ``portal outbox``, and goes when its term of retention is over.
"""

import logging
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from portal.kernel import clock, ids
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.key_ring import decrypt_file, encrypt_file
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
    """Each message as a file ``outbox/sms/TIME-ID.sealed`` (0600), enciphered under the data key and bound to its name."""

    def __init__(self, folder: Path):
        self.folder = folder

    def send(self, message: Message) -> None:
        """Write it aside, then rename: a reader finds whole messages only."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{clock.now():%Y%m%dT%H%M%S}-{ids.new_id()}"
        draft = self.folder / f".{name}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(encrypt_file("data", name, f"{message.phone}\n{message.text}"))
        draft.rename(self.folder / f"{name}.sealed")

    def waiting(self) -> list[str]:
        """Names of the messages that nobody took yet, oldest first."""
        return sorted(path.stem for path in self.folder.glob("*.sealed"))

    def read(self, name: str) -> Message:
        """A waiting message. NotFound when it is none, or was taken meanwhile."""
        path = self._path(name)
        if not path.is_file():
            raise NotFound(_("没有名称为“%(name)s”的待发短信。", name=name))
        phone, _line, text = decrypt_file(name, path.read_bytes()).partition("\n")
        return Message(phone, text)

    def drop(self, name: str) -> None:
        """The message was handed on, or its time is over."""
        self._path(name).unlink(missing_ok=True)

    def overdue(self, until: datetime) -> list[str]:
        """Names of files written before an instant, those in clear of earlier releases included."""
        last = f"{until.astimezone(UTC):%Y%m%dT%H%M%S}"
        return sorted(path.name for path in self.folder.glob("[0-9]*") if path.name < last)

    def clear(self, names: Iterable[str]) -> None:
        """Delete files by the names that ``overdue`` gave; a path in a name leads nowhere else."""
        for name in names:
            (self.folder / Path(name).name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{Path(name).name}.sealed"


def outbox() -> Outbox:
    """The folder where messages wait."""
    return Outbox(settings().instance / "outbox" / "sms")


def gateway() -> Gateway:
    """The gateway of this portal."""
    return outbox()


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
