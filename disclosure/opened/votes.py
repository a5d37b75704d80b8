"""Whether a vote of the owners carries: Civil Code, Article 278, by owners and by floor area, in whole numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

NEEDED = {"half": (1, 2, False), "three_quarters": (3, 4, True)}  # numerator, denominator, whether equal is enough


@dataclass(frozen=True)
class Outcome:
    """``quorum``: owners with two thirds of the area and two thirds of the owners took part; ``carried``: and enough agreed."""

    quorum: bool
    carried: bool


def outcome(facts: Mapping[str, object]) -> Outcome:
    """The outcome that the counts give, whatever the notice says.

    >>> outcome({"majority": "half", "owners": 300, "owners_voting": 200, "owners_for": 101,
    ...          "area": 300, "area_voting": 200, "area_for": 100})
    Outcome(quorum=True, carried=False)
    """
    number = {name: int(str(facts[name])) for name in
              ("owners", "owners_voting", "owners_for", "area", "area_voting", "area_for")}  # fmt: skip
    quorum = all(
        number[every] > 0 and 3 * number[f"{every}_voting"] >= 2 * number[every] for every in ("owners", "area")
    )
    top, bottom, equal = NEEDED[str(facts["majority"])]
    agreed = all(_enough(number[f"{every}_for"], number[f"{every}_voting"], top, bottom, equal)
                 for every in ("owners", "area"))  # fmt: skip
    return Outcome(quorum, quorum and agreed)


def _enough(agree: int, voting: int, top: int, bottom: int, equal: bool) -> bool:
    return bottom * agree >= top * voting if equal else bottom * agree > top * voting
