"""Jurisdiction: a division code cut by its level. Never by stripping zeros (福永街道 is 440306020000)."""

import re

LEVEL_DIGITS = {"province": 2, "city": 4, "district": 6, "street": 9, "community": 12}


def level_of(code: str) -> str:
    """The level a 12-digit code can be read as: the highest whose remaining digits are all zero.

    A community code never ends in 000 and a street never in 000000, so the reading is unique.
    """
    if not re.fullmatch(r"\d{12}", code):
        raise ValueError(f"not a 12-digit division code: {code}")
    for level, digits in LEVEL_DIGITS.items():
        if int(code[digits:] or "0") == 0:
            return level
    return "community"


def prefix(code: str) -> str:
    """The part of a code that its whole jurisdiction shares.

    >>> prefix("440306020000"), prefix("440306017010"), prefix("440306000000"), prefix("440300000000")
    ('440306020', '440306017010', '440306', '4403')
    """
    return code[: LEVEL_DIGITS[level_of(code)]]


def covers(jurisdiction: str, code: str) -> bool:
    """Whether a division lies in a jurisdiction (or is it)."""
    return code.startswith(prefix(jurisdiction))


def street_of(code: str) -> str:
    """The street-level code above a community.

    >>> street_of("440306017010")
    '440306017000'
    """
    return code[:9] + "000"


def parent_of(code: str) -> str:
    """The code one level up; the district's parent is its city."""
    digits = list(LEVEL_DIGITS.values())
    mine = LEVEL_DIGITS[level_of(code)]
    above = max((d for d in digits if d < mine), default=2)
    return code[:above].ljust(12, "0")
