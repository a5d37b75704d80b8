"""Names as people write them, brought to one form: for the search, and for matching lists of companies.

``fold`` drops what is only writing (width, case, signs, traditional characters, the way a number is written), ``core`` what
most names share, ``stem`` also the words of the trade: 深圳市海樂物業管理有限公司 -> 海乐物业管理 -> 海乐.
"""

import csv
import re
import unicodedata
from functools import cache
from importlib.resources import files

_NOISE = re.compile(r"[\s()\[\]{}<>,.;:'\"·•、，。；：“”‘’《》〈〉「」『』【】〔〕—–_/\\~!！?？*#&@|^`$=+\-]+")
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_COUNTED = re.compile(r"第?([一二三四五六七八九十两]{1,3}|iii|ii|iv|i|v)(?=期|区|号|栋|座|组|队)")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_PLACE = re.compile(r"^(中国)?(广东省|广东(?=深圳))?(深圳市|深圳(?=宝安区))?(宝安区)?")
_COMPANY = re.compile(r"(股份|集团|控股)?(有限责任|有限)?公司$")
_COMPANY_PLACE = re.compile(r"^(广东|深圳|宝安)")
_BRACKETED_PLACE = re.compile(r"[(（\[【](中国|广东|深圳|宝安)(省|市|区)?[)）\]】]")
_TRADE = re.compile(r"(物业|物管|城市|生活)?(管理|服务|发展|经营)?(集团)?$")
_OFFICES = re.compile(r"街道办事处|社区居委会|社区工作站|居委会|街道|社区")


@cache
def _simplified() -> dict[int, str]:
    text = files("portal.registry").joinpath("data/traditional.csv").read_text(encoding="utf-8")
    return {ord(row["traditional"]): row["simplified"] for row in csv.DictReader(text.splitlines())}


def simplified(text: str) -> str:
    """Traditional characters in their simplified form.

    >>> simplified("碧海花園")
    '碧海花园'
    """
    return text.translate(_simplified())


def _number(text: str) -> str:
    if text in _ROMAN:
        return str(_ROMAN[text])
    tens, _ten, ones = text.rpartition("十")
    if "十" in text:
        return str((_DIGITS.get(tens, 1)) * 10 + _DIGITS.get(ones, 0))
    return "".join(str(_DIGITS[sign]) for sign in text)


def fold(text: str) -> str:
    """Simplified, lower case and half width, without spaces, brackets and other signs; 二期 and II期 as 2期.

    >>> fold("深圳市ＡＢＣ（寶安） 物业二期")
    '深圳市abc宝安物业2期'
    """
    plain = _HIDDEN.sub("", unicodedata.normalize("NFKC", text)).lower()
    return _COUNTED.sub(lambda found: _number(found[1]), _NOISE.sub("", simplified(plain)))


def core(text: str) -> str:
    """A folded name without the place before it and the legal form behind it; the whole when nothing else is left.

    >>> core("深圳市海乐物业管理有限公司"), core("海乐物业（深圳）有限责任公司"), core("深圳市")
    ('海乐物业管理', '海乐物业', '深圳市')
    """
    folded = fold(_BRACKETED_PLACE.sub("", text))
    short = _COMPANY.sub("", folded)
    is_company = short != folded
    short = _PLACE.sub("", short)
    if is_company and len(short) > 4:
        short = _COMPANY_PLACE.sub("", short)
    return short or folded


def stem(text: str) -> str:
    """The core of a company's name without the words of its trade; the core when nothing else is left.

    >>> stem("深圳市海乐物业管理有限公司"), stem("物业管理公司")
    ('海乐', '物业管理')
    """
    whole = core(text)
    return _TRADE.sub("", whole) or whole


def fold_address(text: str) -> str:
    """A folded address without the city, the district and the words for offices, which people write or leave out.

    >>> fold_address("深圳市宝安区西乡街道固戍社区虚构路12号")
    '西乡固戍虚构路12号'
    """
    folded = fold(text)
    return _OFFICES.sub("", _PLACE.sub("", folded)) or folded
