"""Who may see a column or a file: declared where the column is, obeyed by one serializer.

``public``: anyone. ``owner``: verified owners of the estate. ``party``: the enterprise or person concerned. ``staff``: the office.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import Any


class Audience(IntEnum):
    """The wider the number, the more an audience may see."""

    PUBLIC = 0
    OWNER = 1
    PARTY = 2
    STAFF = 3


PUBLIC: dict[Any, Any] = {"audience": Audience.PUBLIC}
OWNER: dict[Any, Any] = {"audience": Audience.OWNER}
PARTY: dict[Any, Any] = {"audience": Audience.PARTY}
STAFF: dict[Any, Any] = {"audience": Audience.STAFF}


def audience_of(model: type, name: str) -> Audience:
    """The declared audience of a model's column."""
    found: Audience = model.__mapper__.columns[name].info["audience"]  # type: ignore[attr-defined]
    return found


def serialize(record: object, names: Iterable[str], audience: Audience = Audience.PUBLIC) -> dict[str, Any]:
    """The named columns of a record for an audience; asking for more than it may see is a programming error.

    Every answer that leaves the portal (page data, API, export) goes through here, so a column that is not declared
    public cannot leak by being listed.
    """
    shown = {}
    for name in names:
        if audience_of(type(record), name) > audience:
            raise PermissionError(f"{type(record).__name__}.{name} is not for {audience.name.lower()}")
        shown[name] = getattr(record, name)
    return shown
