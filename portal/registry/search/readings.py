"""How a name sounds: syllables in pinyin with the other readings of characters that names use in two ways."""

import importlib
import re
from functools import cache, lru_cache
from itertools import product
from typing import Any

Syllables = tuple[str, ...]
MOST_READINGS = 6
# characters with more than one reading that occur in names; a dictionary's rare readings would make the search loose
_OTHERS = {
    "长": "chang zhang", "乐": "le yue", "重": "zhong chong", "行": "xing hang", "朝": "chao zhao", "曾": "zeng ceng",
    "厦": "sha xia", "埔": "pu bu", "涌": "yong chong", "尾": "wei yi", "单": "dan shan", "都": "du dou", "藏": "cang zang",
    "盛": "sheng cheng", "柏": "bai bo", "翟": "zhai di", "校": "xiao jiao", "调": "tiao diao", "弹": "tan dan", "角": "jiao jue",
    "仔": "zai zi", "解": "jie xie", "查": "cha zha", "宿": "su xiu", "薄": "bo bao", "番": "fan pan", "种": "zhong chong",
    "降": "jiang xiang", "仇": "chou qiu", "秘": "mi bi", "洗": "xi xian", "堡": "bao pu", "澄": "cheng deng", "绿": "lv lu",
    "朴": "pu piao", "茜": "qian xi", "莞": "guan wan", "勒": "le lei", "栅": "zha shan", "溪": "xi qi",
}  # fmt: skip
_COUNTED = ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu", "shi")
_LAST_SPOKEN = 19  # greater numbers are written in figures, whatever the rest is written in
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3007]")
_RUNS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3007]|[^\u3400-\u9fff\uf900-\ufaff\u3007]+")


@cache
def _pypinyin() -> Any:
    """Loaded when first needed: its dictionary takes a moment that most commands can spare."""
    return importlib.import_module("pypinyin")


def has_han(text: str) -> bool:
    """Whether a Chinese character occurs."""
    return bool(_HAN.search(text))


def spoken_number(figures: str) -> str:
    """A small number as it is read; a greater one as it stands.

    >>> spoken_number("2"), spoken_number("12"), spoken_number("118")
    ('er', 'shier', '118')
    """
    number = int(figures)
    if number > _LAST_SPOKEN or figures[0] == "0":
        return figures
    return _COUNTED[number] if number < len(_COUNTED) else "shi" + _COUNTED[number - 10]


def figures_spoken(letters: str) -> str:
    """Typed pinyin with its figures read.

    >>> figures_spoken("haiyu2qi")
    'haiyuerqi'
    """
    return re.sub(r"[0-9]+", lambda found: spoken_number(found[0]), letters)


def figures_as_initials(letters: str) -> str:
    """Typed initials with their figures as initials.

    >>> figures_as_initials("hy2q"), figures_as_initials("hy12q")
    ('hyeq', 'hyseq')
    """
    return re.sub(r"[0-9]+", lambda found: _first_letters(found[0]), letters)


def _first_letters(figures: str) -> str:
    spoken = spoken_number(figures)
    if spoken == figures:
        return figures
    return "s" + spoken[3] if len(spoken) > len("shi") and spoken.startswith("shi") else spoken[0]


@lru_cache(maxsize=4096)
def readings(folded: str) -> tuple[Syllables, ...]:
    """The ways in which a folded text is read, the usual one first; letters stay whole.

    >>> readings("长乐2期")
    (('chang', 'le', 'er', 'qi'), ('chang', 'yue', 'er', 'qi'), ('zhang', 'le', 'er', 'qi'), ('zhang', 'yue', 'er', 'qi'))
    """
    runs = _RUNS.findall(folded)
    usual = _pypinyin().lazy_pinyin(folded)
    if len(usual) != len(runs):  # a sign the dictionary takes apart
        usual = [_pypinyin().lazy_pinyin(run)[0] for run in runs]
    usual = [figures_spoken(one) for one in usual]
    choices = [
        list(dict.fromkeys([sound, *_OTHERS.get(run, "").split()])) for run, sound in zip(runs, usual, strict=True)
    ]
    found: list[Syllables] = [tuple(usual)]
    for way in product(*choices):
        if len(found) >= MOST_READINGS:
            break
        if way not in found:
            found.append(way)
    return tuple(found)


def initials(syllables: Syllables, folded: str) -> str:
    """First letters; what is neither Chinese nor a number stays whole.

    >>> initials(("hai", "yu", "er", "qi"), "海裕2期")
    'hyeq'
    """
    runs = _RUNS.findall(folded)
    return "".join(
        sound[:1] if _HAN.match(run) else figures_as_initials(run) for sound, run in zip(syllables, runs, strict=True)
    )


def sound(letters: str) -> str:
    """Letters as a southern ear hears them: zh as z, ng as n, l as n.

    >>> sound("zhonglang") == sound("zonglan")
    True
    """
    for written, heard in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("ü", "v")):
        letters = letters.replace(written, heard)
    return letters
