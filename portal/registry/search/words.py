"""The reason of a match in the reader's language."""

from portal.kernel.i18n import _


def reason_text(code: str) -> str:
    """Why a record answers a query, in a few words; empty for a list that nobody searched."""
    words = {
        "code": _("编号一致"),
        "code-begins": _("编号开头一致"),
        "code-inside": _("编号中含有"),
        "code-slip": _("编号相差一位"),
        "name": _("名称一致"),
        "name-begins": _("名称开头一致"),
        "name-inside": _("名称中含有"),
        "former-name": _("曾用名称中含有"),
        "initials": _("拼音首字母一致"),
        "initials-begin": _("拼音首字母开头一致"),
        "pinyin": _("拼音一致"),
        "pinyin-begins": _("拼音开头一致"),
        "pinyin-inside": _("拼音中含有"),
        "address": _("地址中含有"),
        "words": _("每个词都符合"),
        "area": _("辖区和名称都符合"),
        "sound": _("读音相同"),
        "sound-near": _("读音相近"),
        "stem": _("主要名称一致"),
        "slip": _("只差一个字或字母"),
    }
    return words.get(code, "")
