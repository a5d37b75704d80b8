"""Characters that nobody sees: cleared off the ends of what is typed, and refused within it by name.

Two names that look the same would otherwise be two, a search would miss one of them, and a sign of direction would show a name
in another order than it is stored.
"""

import re
import unicodedata

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _

ENDS = "\ufeff\u200b\u200c\u200d\u2060"  # what copying from elsewhere leaves before and behind a text
_BLANK = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]")  # letters and marks that print nothing
_KINDS = {"Cc", "Cf", "Zl", "Zp"}


def trimmed(text: str) -> str:
    """A text without spaces and unseen characters at its ends."""
    return text.strip().strip(ENDS).strip()


def refuse_unseen(text: str) -> None:
    """Raise ``DomainError`` naming the first character that cannot be seen; spaces, tabs and line ends may stand."""
    if text.isprintable() and (text.isascii() or not _BLANK.search(text)):
        return
    for place, sign in enumerate(text, 1):
        if (unicodedata.category(sign) in _KINDS and sign not in "\t\n\r") or _BLANK.match(sign):
            sentence = "第%(n)s个字符%(sign)s是看不见的字符。请删除这个字符，或者清空后重新输入。"
            raise DomainError(_(sentence, n=place, sign=f"U+{ord(sign):04X}"))
