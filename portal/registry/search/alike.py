"""Whether a name is what a mistyped query meant. Strict on purpose: another estate is not a slip of the pen.

A slip counts when the part that tells names apart is long enough to bear it, or sounds the same. Numbers and words that
tell phases apart (东区, 二期) are never slips.
"""

import re

from rapidfuzz.distance import OSA

from portal.registry.names import core, stem
from portal.registry.search.key import plain_code
from portal.registry.search.readings import figures_spoken, has_han, readings, sound

GENERIC = ("花园", "家园", "雅苑", "名庭", "公馆", "华府", "云庭", "湾畔", "广场", "住宅", "新村", "旧围", "统建楼", "老围", "围村",
           "宿舍", "工业区", "安居苑", "人才公寓", "公寓", "保障房", "小区", "山庄", "名苑", "豪庭", "花苑", "大厦", "苑", "轩", "村", "城",
           "阁", "府", "庭", "居", "园")  # fmt: skip
ANYWHERE = ("小区", "楼盘", "大院", "苑区", "社区", "住宅区", "物业", "物业管理", "管理处", "物业服务中心", "业委会")
_PHASE = re.compile(r"(\d+[期区号栋座]|[东南西北中新旧][区苑]|[a-z]区)$")
_NEVER = set("东南西北中上下前后左右大小新旧老内外")
LONG_ENOUGH, LETTERS_ENOUGH, CODE_ENOUGH = 4, 6, 15


def without_phase(text: str) -> str:
    """A folded name without the phase or part behind it.

    >>> without_phase("碧海花园2期")
    '碧海花园'
    """
    return _PHASE.sub("", text) or text


def distinctive(text: str, is_company: bool) -> str:
    """The part of a folded name that tells it from others of its sort.

    >>> distinctive("碧海花园2期", False), distinctive("海乐物业管理", True)
    ('碧海', '海乐')
    """
    if is_company:
        return stem(text)
    plain = without_phase(text)
    for word in (*ANYWHERE, *GENERIC):
        if plain.endswith(word) and len(plain) > len(word) + 1:
            return plain[: -len(word)]
    return plain


def without_addition(text: str) -> str:
    """A folded text without what people add to an estate's name.

    >>> without_addition("桃源居小区")
    '桃源居'
    """
    for word in sorted(ANYWHERE, key=len, reverse=True):
        if text.endswith(word) and len(text) > len(word) + 1:
            return text[: -len(word)]
    return text


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _targets(name: str, typed: str) -> list[str]:
    """The name, and its beginnings about as long as what was typed."""
    lengths = range(max(2, len(typed) - 1), min(len(name), len(typed) + 2))
    return [name, without_phase(name), *(name[:length] for length in lengths)]


def _changed(old: str, new: str) -> tuple[str, str]:
    """What remains of two texts when their common ends are taken away."""
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return old, new


def _one_slip(typed: str, name: str, is_company: bool) -> bool:
    if OSA.distance(typed, name, score_cutoff=1) != 1 or _numbers(typed) != _numbers(name):
        return False
    gone, come = _changed(typed, name)
    if set(gone + come) & _NEVER and sorted(gone) != sorted(come):
        return False
    mine, theirs = distinctive(typed, is_company), distinctive(name, is_company)
    if mine == theirs:
        return len(mine) > 1
    enough = LONG_ENOUGH + is_company if len(gone) == len(come) == 1 else LONG_ENOUGH - 1
    return max(len(mine), len(theirs)) >= enough


def _same_sound(typed: str, name: str) -> str:
    if len(typed) < 2 or len(typed) > len(name):
        return ""
    begin = name[: len(typed)]
    if _numbers(typed) != _numbers(begin) or not _boundary(name, len(typed)):
        return ""
    mine = {"".join(way) for way in readings(typed)}
    theirs = {"".join(way) for way in readings(begin)}
    if mine & theirs:
        return "sound"
    return "sound-near" if {sound(way) for way in mine} & {sound(way) for way in theirs} else ""


def _boundary(name: str, end: int) -> bool:
    return end >= len(name) or not (name[end].isdigit() and name[end - 1].isdigit())


def code_slip(query: str, code: str) -> bool:
    """Whether a long code was typed with one slip.

    >>> code_slip("91350100M000100Y34", "91350100M000100Y43")
    True
    """
    typed = plain_code(query)
    return len(typed) >= CODE_ENOUGH and OSA.distance(typed, plain_code(code), score_cutoff=1) <= 1


def reason(query: str, record: str, code: str, is_company: bool) -> str:
    """Why a record may be what the query meant: ``code-slip``, ``sound``, ``sound-near``, ``stem``, ``slip``; or empty."""
    if code_slip(query, code):
        return "code-slip"
    typed, name = core(query), core(record)
    if not has_han(typed):
        return _letters_reason(typed, name)
    return _text_reason(typed, name, is_company)


def _text_reason(typed: str, name: str, is_company: bool) -> str:
    if not is_company and without_addition(typed) in (name, without_phase(name)) and without_addition(typed) != typed:
        return "stem"
    mine, theirs = distinctive(typed, is_company), distinctive(name, is_company)
    if mine != typed and len(mine) > 1 and _numbers(typed) == _numbers(name)[: len(_numbers(typed))]:
        meant_alike = is_company or typed.endswith(ANYWHERE)
        if meant_alike and (theirs == mine or (is_company and theirs.endswith(mine))):
            return "stem"
    if found := _same_sound(typed, name):
        return found
    if is_company and len(mine) > 1:
        for begin in range(len(theirs) - len(mine) + 1):
            if found := _same_sound(mine, theirs[begin:]):
                return found
    return "slip" if any(_one_slip(typed, target, is_company) for target in _targets(name, typed)) else ""


def _letters_reason(typed: str, name: str) -> str:
    plain = figures_spoken(re.sub(r"[^a-z0-9]", "", typed.replace("ü", "v")))
    heard = sound(plain)
    for way in readings(name):
        starts = ["".join(way[:end]) for end in range(1, len(way) + 1)]
        if len(plain) >= LONG_ENOUGH and any(sound(start) == heard for start in starts):
            return "sound-near"
        if len(plain) >= LETTERS_ENOUGH and any(
            OSA.distance(plain, start, score_cutoff=1) <= 1 and _numbers(plain) == _numbers(start) for start in starts
        ):
            return "slip"
    return ""
