"""The steps of an order and where each leads: one table for the verbs and for the constraint in the database.

States: ``open`` 待整改, ``awaiting`` 待复查, ``closed`` 已办结, ``cancelled`` 已撤销. A refused answer opens the order again.
"""

from typing import Final

MOST_TEXT, MOST_PHOTOS = 500, 9  # characters of a text, photos of one step
OPEN, AWAITING, CLOSED, CANCELLED = "open", "awaiting", "closed", "cancelled"
STATES: Final = (OPEN, AWAITING, CLOSED, CANCELLED)
BEGUN = (OPEN, AWAITING)

MOVES: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "opened": ((), OPEN),
    "protected": ((OPEN,), OPEN),
    "extension_asked": ((OPEN,), OPEN),
    "extended": ((OPEN,), OPEN),
    "extension_refused": ((OPEN,), OPEN),
    "answered": ((OPEN,), AWAITING),
    "verified": ((AWAITING,), CLOSED),
    "refused": ((AWAITING,), OPEN),
    "cancelled": (BEGUN, CANCELLED),
}
ONCE: Final = ("extension_asked", "extended", "extension_refused")


def leads_to(step: str, state: str) -> str | None:
    """The state after a step, None where the step is not possible.

    >>> leads_to("answered", "open"), leads_to("verified", "open")
    ('awaiting', None)
    """
    before, after = MOVES[step]
    return after if state in before else None


def constraint() -> str:
    """The table as SQL over the columns ``step``, ``was`` and ``state``."""
    lines = ["(step = 'opened' AND seq = 1 AND was IS NULL AND was_seq IS NULL AND state = 'open')"]
    for step, (before, after) in MOVES.items():
        if before:
            states = ", ".join(f"'{name}'" for name in before)
            known = "was IS NOT NULL AND was_seq IS NOT NULL"  # an unknown would pass the check
            lines.append(
                f"(step = '{step}' AND {known} AND was IN ({states}) AND was_seq = seq - 1 AND state = '{after}')"
            )
    return " OR ".join(lines)
