"""The signs of the index: plain ASCII that trigrams of either database find, in any locale.

A Chinese character is four signs that begin with one of v-z: a bigram of characters would escape an index of trigrams,
four signs do not, and as nothing else begins so, signs never match across two characters. A number is ``u12u``, whole:
who asks for 12号 does not mean 112号.
"""

import re
from collections.abc import Iterable

_LEAD, _DIGIT = "vwxyz", "0123456789abcdefghijklmn"
_PARTS = re.compile(r"[0-9]+|.", re.DOTALL)


def _sign(char: str) -> str:
    rest, third = divmod(ord(char) % 65536, 24)
    rest, second = divmod(rest, 24)
    lead, first = divmod(rest, 24)
    return _LEAD[lead] + _DIGIT[first] + _DIGIT[second] + _DIGIT[third]


def parts(folded: str) -> list[str]:
    """The signs of each character and each whole number of a folded text."""
    found = _PARTS.findall(folded)
    return [f"u{part}u" if part[0].isascii() and part[0].isdigit() else _sign(part) for part in found]


def coded(folded: str) -> str:
    """A folded text in the signs of the index.

    >>> coded("路12号")
    'xf1nu12uwd7f'
    """
    return "".join(parts(folded))


def needed_by_text(folded: str) -> list[str]:
    """Trigrams that every coded text holding this one must hold: one for each character, which is enough to find it."""
    return list(dict.fromkeys(part[-3:] for part in parts(folded)))


def needed_by_letters(piece: str) -> list[str]:
    """Trigrams that every text holding these letters must hold; none for fewer than three."""
    return list(dict.fromkeys(piece[at : at + 3] for at in range(len(piece) - 2)))


def matching(alternatives: Iterable[list[str]]) -> str | None:
    """The expression for SQLite's index: all trigrams of one of the alternatives; None when one of them has none."""
    found = []
    for trigrams in alternatives:
        if not trigrams:
            return None
        quoted = ('"' + trigram.replace('"', '""') + '"' for trigram in trigrams)
        found.append(f"({' AND '.join(quoted)})")
    return " OR ".join(dict.fromkeys(found)) or None
