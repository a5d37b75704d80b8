"""Points as integer centipoints: parse and print. Nothing here divides; rounding lives in ``scoring.rules``."""

import re

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _


def parse_cp(text: str) -> int:
    """Centipoints of a decimal text with at most two decimals, never through a float.

    >>> parse_cp("87.4"), parse_cp("100"), parse_cp("0.05")
    (8740, 10000, 5)
    """
    found = re.fullmatch(r"(-?)(\d{1,9})(?:\.(\d{1,2}))?", text.strip())
    if not found:
        raise DomainError(_("“%(text)s”不是最多两位小数的数。", text=text))
    value = int(found[2]) * 100 + int((found[3] or "").ljust(2, "0"))
    return -value if found[1] else value


def print_cp(centipoints: int) -> str:
    """Two decimals, always.

    >>> print_cp(8740), print_cp(5), print_cp(-150)
    ('87.40', '0.05', '-1.50')
    """
    whole, rest = divmod(abs(int(centipoints)), 100)
    return f"{'-' if centipoints < 0 else ''}{whole}.{rest:02d}"


def print_short(centipoints: int) -> str:
    """Item points without idle zeros: ``1.5``, ``2``."""
    return print_cp(centipoints).rstrip("0").rstrip(".")
