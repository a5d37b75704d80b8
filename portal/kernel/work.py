"""What waits for a person, as slices tell ``/work``: things to do (announcement ``work.items``) and the figures above
them (``work.figures``). Both are asked with ``actor`` and answer a list."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Tone = Literal["plain", "soon", "late", "ok"]


@dataclass(frozen=True)
class WorkItem:
    """One thing to do: where it is done (endpoint and its values), until when, how many of them.

    ``rules``: deadlines of these rules already stand in the person's queue one by one; the item then only counts the rest.
    """

    title: str
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    due_on: date | None = None
    count: int | None = None
    note: str = ""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorkFigure:
    """A figure that answers a question at one look, with the page that explains it. ``tone`` colours the note, whose
    words say the same."""

    label: str
    value: str
    note: str = ""
    endpoint: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    tone: Tone = "plain"
