"""Values of the register as sheets and forms write them."""

import re

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _

KIND_LABELS = (("owner", "业主"), ("tenant", "租户"))


def parse_phone(text: str) -> str:
    """A phone number: 7 to 15 digits; spaces and hyphens between them are dropped."""
    plain = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"\+?[0-9]{7,15}", plain):
        raise DomainError(_("电话应为7至15位数字。"))
    return plain


def parse_fen(text: str) -> int:
    """Yuan with at most two decimals, as fen; may be below zero.

    >>> parse_fen("-1,234.5")
    -123450
    """
    plain = text.replace(",", "").replace("，", "")
    found = re.fullmatch(r"(-?)(\d{1,13})(?:\.(\d{1,2}))?", plain, re.ASCII)
    if not found:
        raise DomainError(_("金额应为最多两位小数的数，单位为元。"))
    fen = int(found[2]) * 100 + int((found[3] or "0").ljust(2, "0"))
    return -fen if found[1] else fen
