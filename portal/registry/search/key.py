"""The line of text that is kept for each record and looked in.

``^NAME$^WHOLE$#CODE|:RUN:RUN;:RUN:~INITIALS~+SOUND+!FORMER$@ADDRESS``: NAME without what most names share, WHOLE where it differs;
RUN is a stretch of syllables, ``:RUN`` after ``<`` begins at the start of the name, ``RUN;`` is the whole name. FORMER: names
that it had before, without what most names share.
"""

import re
from collections.abc import Sequence

from portal.registry.names import core, fold, fold_address, stem
from portal.registry.search.coding import coded
from portal.registry.search.readings import Syllables, initials, readings, sound

LONGEST_RUN = 4


def plain_code(text: str) -> str:
    """A code as it is compared: letters and digits.

    >>> plain_code("E-1")
    'e1'
    """
    return "".join(sign for sign in fold(text) if sign.isascii() and sign.isalnum())


def _runs(way: Syllables, distinctive: int) -> str:
    """``<hai<haiyu<haiyuhua<haiyuhuayuan;``, then ``:yuhua:yuhuayuan:huayuan:``: stretches of two to four syllables."""
    from_start = "".join(f"<{''.join(way[:end])}" for end in range(1, len(way) + 1))
    inside = (
        "".join(way[start:end])
        for start in range(1, distinctive)
        for end in range(start + 2, min(start + LONGEST_RUN, distinctive) + 1)
    )
    return f"{from_start};:{':'.join(dict.fromkeys(inside))}:"


def formers_of(key: str, name: str, new_name: str) -> list[str]:
    """Former names, in signs, of a record that was found by ``key``, whose name was ``name`` and is now ``new_name``."""
    held = dict.fromkeys(re.findall(r"!([^!$@]+)\$", key))
    held[coded(core(name))] = None
    held.pop(coded(core(new_name)), None)
    return list(held)


def search_key(name: str, code: str, address: str | None = None, formers: Sequence[str] = ()) -> str:
    """What a query is looked for in; see above for its parts. ``formers``: former names, in signs."""
    short, whole = core(name), fold(name)
    ways = readings(short)
    counted = len(ways[0]) - (len(short) - len(stem(name)) if short != whole else 0)
    spoken = "".join(_runs(way, counted) for way in ways)
    letters = dict.fromkeys(initials(way, short) for way in ways)
    if whole != short:
        first = readings(whole)[0]
        spoken += f"<{''.join(first)};"
        letters[initials(first, whole)] = None
    heard = dict.fromkeys(sound("".join(way)) for way in ways)
    return (
        f"^{coded(short)}$" + (f"^{coded(whole)}$" if whole != short else "") + f"#{plain_code(code)}|" + spoken
        + "".join(f"~~{found}~" for found in letters) + "".join(f"+{found}+" for found in heard)
        + "".join(f"!{former}$" for former in formers)
        + f"@{coded(fold_address(address)) if address else ''}"
    )  # fmt: skip
