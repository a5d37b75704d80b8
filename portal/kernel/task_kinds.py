"""What a slice brings as long work: how it is done, what it is called, and what its page says at the end.

Each slice lists its own in ``tasks.py`` (``TASKS``); the shell gathers them (``portal/shell/wiring.py``).
"""

from collections.abc import Callable
from dataclasses import dataclass

from portal.kernel.tasks import Runner, TaskView


@dataclass(frozen=True)
class Ended:
    """A task that is done, in words. ``is_good``: nobody needs to act. ``lines``: details as they were found, not translated.

    ``link``: where the result stands, or the file to take away, as (address, words).
    """

    said: str
    is_good: bool = True
    lines: tuple[str, ...] = ()
    link: tuple[str, str] | None = None


@dataclass(frozen=True)
class TaskKind:
    """One kind of long work. ``title`` and ``ended`` (of a task that is done) speak the reader's language."""

    name: str
    run: Runner
    title: Callable[[TaskView], str]
    ended: Callable[[TaskView], Ended]
