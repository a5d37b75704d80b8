"""ID numbers of people (GB 11643): checked, hashed and forgotten.

No message, log or record ever holds the number.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.keys import key_ring

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")


@dataclass(frozen=True)
class Identity:
    """What is kept of an ID number: a keyed hash, the id of its key, and the last four characters."""

    key_id: str
    hash: str
    last4: str
    doubt: str = ""


def read_identity(text: str) -> Identity:
    """The identity behind an 18-character ID number; spaces, hyphens and a small x are mended.

    A number of the right shape is taken and what is odd about it becomes its ``doubt``: old registers hold numbers that
    never had a right check digit, and the number only tells people apart. A sheet's doubt is told to whoever imports it,
    a typed number is refused with it. The place of birth is not looked up: lists of old county codes are never complete.
    Raises ``DomainError`` whose sentence does not repeat the number.
    """
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if not _SHAPE.fullmatch(number):
        raise DomainError(_("身份证号应为18位：前17位是数字，最后一位是数字或X。请对照身份证核对。"))
    key_id, hashed = key_ring().identity_hash(number)
    return Identity(key_id, hashed, number[-4:], _doubt(number))


def _doubt(number: str) -> str:
    if not _is_day(number[6:14]):
        return str(_("身份证号第7至14位不是出生日期。请对照身份证核对。"))
    if ric.calc_check_digit(number) != number[17]:
        return str(_("身份证号的校验位不对。请对照身份证核对全部18位。"))
    return ""


def _is_day(figures: str) -> bool:
    try:
        day = date(int(figures[:4]), int(figures[4:6]), int(figures[6:]))
    except ValueError:
        return False
    return 1900 <= day.year <= 2100
