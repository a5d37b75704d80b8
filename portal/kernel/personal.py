"""Personal data in a text that is to become public: found by its shape, before anybody reads it.

Names have no shape: a person looks for those. ID numbers (GB 11643, also with a wrong check digit), mobile numbers and number
plates are found however they are spaced, also in full-width figures.
"""

import re
import unicodedata

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _

_BORN = r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_NUMBER = re.compile(rf"(?<![0-9A-Za-z])[0-9]{{6}}[ -]?{_BORN}[ -]?[0-9]{{3}}[0-9Xx](?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![0-9A-Za-z-])1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9A-Za-z])")
_PLATE = re.compile(
    r"[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新][A-HJ-NP-Z][ ·•・.-]?(?=[A-HJ-NP-Z]*[0-9])[0-9A-HJ-NP-Z]{5,6}"
    r"(?![0-9A-Za-z])"
)
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")


def kinds_in(text: str) -> list[str]:
    """Which kinds of personal data a text holds, in words of the reader's language; empty when none is seen."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    found = []
    if _NUMBER.search(plain):
        found.append(_("身份证号码"))
    if _MOBILE.search(plain):
        found.append(_("手机号码"))
    if _PLATE.search(plain.upper()):
        found.append(_("车牌号码"))
    return found


def refuse_in(text: str) -> None:
    """Raise ``DomainError`` when a text that is to become public holds personal data; the sentence does not repeat it."""
    if found := kinds_in(text):
        raise DomainError(_("内容会公开，不能含有%(kinds)s。请删去个人信息后再提交。", kinds=_("、").join(found)))


def struck_out(text: str) -> str:
    """The text with ID numbers, mobile numbers and number plates replaced by an ellipsis."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    for shape in (_NUMBER, _MOBILE, _PLATE):
        plain = shape.sub("…", plain)
    return plain
