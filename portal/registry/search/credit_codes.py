"""What is wrong with a unified social credit code (GB 32100-2015) as somebody typed it, said so that it can be mended."""

import re
import unicodedata

from stdnum.cn import uscc

from portal.kernel.i18n import _

LENGTH = 18
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MISTAKEN = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "U"}
_SHAPE = re.compile(r"[0-9A-Z]{15,20}")
_FIRST = "159YNA"


def bare(text: str) -> str:
    """A code as it is stored: capitals, half width, without gaps.

    >>> bare("9135 0100-m000100y43")
    '91350100M000100Y43'
    """
    return re.sub(r"[\s\-_.·]", "", unicodedata.normalize("NFKC", text)).upper()


def looks_like_one(text: str) -> bool:
    """Whether somebody meant a credit code: long enough, mostly figures, and begun like one.

    >>> looks_like_one("91350100M000100Y4"), looks_like_one("haiyuhuayuanerqi")
    (True, False)
    """
    code = bare(text)
    return bool(_SHAPE.fullmatch(code)) and sum(sign.isdigit() for sign in code) >= 8 and code[0] in _FIRST


def credit_code_help(text: str) -> str:
    """What is wrong with a code, in one sentence, and what its check digit would be; empty for a code that can exist."""
    code = bare(text)
    if not looks_like_one(code):
        return ""
    wrong = {sign: _MISTAKEN[sign] for sign in code if sign not in _ALPHABET and sign in _MISTAKEN}
    if wrong:
        pairs = _("、").join(f"{old}→{new}" for old, new in wrong.items())
        return _("统一社会信用代码里没有字母I、O、Z、S、V，可能看错了：%(pairs)s。", pairs=pairs)
    if len(code) != LENGTH:
        return _("统一社会信用代码应为18位，您输入了%(n)s位。", n=len(code))
    due = uscc.calc_check_digit(code[:-1])
    if due == code[-1]:
        return ""
    return _(
        "这个代码的校验位不符：按前17位计算，第18位应为%(due)s，您输入的是%(given)s。请核对是否有一位写错。",
        due=due,
        given=code[-1],
    )
