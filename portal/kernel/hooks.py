"""How a lower room tells upper rooms that something happened, without importing them.

The shell wires the subscribers once, explicitly (``portal/shell/wiring.py``); they run in the same transaction.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

_subscribers: dict[str, list[Callable[..., Any]]] = defaultdict(list)


def subscribe(event: str, deed: Callable[..., Any]) -> None:
    """Run ``deed(db, **facts)`` whenever the event is announced; subscribing twice is subscribing once."""
    if deed not in _subscribers[event]:
        _subscribers[event].append(deed)


def heard(event: str) -> tuple[Callable[..., Any], ...]:
    """Who hears it, in order."""
    return tuple(_subscribers[event])


def announce(event: str, db: Any, **facts: Any) -> list[Any]:
    """Tell the subscribers, in the order they were wired; their answers come back."""
    return [deed(db, **facts) for deed in _subscribers[event]]
