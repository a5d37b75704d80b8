"""What waits for a person, as slices tell ``/work`` (announcement ``work.items``)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class WorkItem:
    """One thing to do: where it is done (endpoint and its values), until when, how many of them."""

    title: str
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    due_on: date | None = None
    count: int | None = None
    note: str = ""
