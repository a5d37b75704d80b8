"""Which estates are alike: the same kind, size band, age band, and lifts or none; wider when too few have proven books."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from portal.kernel.i18n import _
from portal.registry import api as registry

FEWEST = 5  # fewer are never shown
SIZES = (500, 1000, 2000)  # households: the lower edges of the larger bands
AGES = (5, 15)  # years since delivery
WIDER = (("kind", "size", "age", "lifts"), ("kind", "size", "age"), ("kind", "size"), ("kind",))


@dataclass(frozen=True)
class Traits:
    """What makes estates alike. ``size`` and ``age`` number their bands from 0; ``age`` None: not known when delivered."""

    kind: str
    size: int
    age: int | None
    lifts: bool | None

    def agrees(self, other: "Traits", names: Collection[str]) -> bool:
        """Whether both have the same of the named traits."""
        return all(getattr(self, name) == getattr(other, name) for name in names)


def traits(view: registry.EstateView, lifts: int | None, on: date) -> Traits:
    """The traits of an estate on a day."""
    age = None
    if view.delivered_on is not None:
        years = (
            on.year - view.delivered_on.year - ((on.month, on.day) < (view.delivered_on.month, view.delivered_on.day))
        )
        age = sum(years >= edge for edge in AGES)
    size = sum(view.households >= edge for edge in SIZES)
    return Traits(view.kind, size, age, None if lifts is None else lifts > 0)


def alike(own: Traits, others: Mapping[str, Traits], proven: Collection[str]) -> tuple[tuple[str, ...], list[str]]:
    """The narrowest traits that at least five estates with proven books share, and those estates by code; nothing if none."""
    for names in WIDER:
        if any(getattr(own, name) is None for name in names):
            continue
        found = sorted(code for code, other in others.items() if code in proven and own.agrees(other, names))
        if len(found) >= FEWEST:
            return names, found
    return (), []


def said(own: Traits, names: Collection[str]) -> str:
    """What the estates have in common, in words."""
    parts = [registry.kind_name(own.kind)]
    if "size" in names:
        edges = (0, *SIZES)
        low = edges[own.size]
        parts.append(
            _("%(low)s户以上", low=low) if own.size == len(SIZES)
            else _("%(low)s～%(high)s户", low=low, high=edges[own.size + 1] - 1)
        )  # fmt: skip
    if "age" in names and own.age is not None:
        low = (0, *AGES)[own.age]
        parts.append(
            _("交付满%(years)s年", years=low) if own.age == len(AGES)
            else _("交付%(low)s～%(high)s年", low=low, high=AGES[own.age])
        )  # fmt: skip
    if "lifts" in names:
        parts.append(_("有电梯") if own.lifts else _("没有电梯"))
    return _("、").join(parts)
