"""What a person may type to find a record: its name, code, pinyin, initials or address, in one folded text."""

import importlib
import re
import unicodedata
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, case, false, or_

_NOISE = re.compile(r"[\s()\[\]{}<>,.;:'\"·、，。；：“”‘’《》〈〉【】〔〕—_/\\-]+")
_COMMON = re.compile(r"^(广东省)?深圳市|(股份|集团)?有限(责任)?公司$")
_ESCAPE = "!"


def fold(text: str) -> str:
    """Lower case and half width, without spaces, brackets and other signs.

    >>> fold("深圳市ＡＢＣ（宝安） 物业")
    '深圳市abc宝安物业'
    """
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).lower())


def core(text: str) -> str:
    """A folded name without what most names share; the whole when nothing else is left.

    >>> core("深圳市海乐物业管理有限公司"), core("深圳市")
    ('海乐物业管理', '深圳市')
    """
    folded = fold(text)
    return _COMMON.sub("", folded) or folded


@cache
def _pypinyin() -> Any:
    """Loaded when first needed: its dictionary takes a moment that most commands can spare."""
    return importlib.import_module("pypinyin")


def search_key(name: str, code: str, address: str | None = None) -> str:
    """``core-name whole-name code fullpinyin initials address``, each folded: what a query is looked for in."""
    pinyin = _pypinyin().lazy_pinyin(core(name))
    initials = "".join(syllable[:1] if len(syllable) < 7 and syllable.isalpha() else syllable for syllable in pinyin)
    parts = (core(name), fold(name), fold(code), fold("".join(pinyin)), fold(initials), fold(address or ""))
    return " ".join(parts)


def _like(term: str) -> str:
    return re.sub(r"([!%_])", r"!\1", term)


def matches(key: Any, query: str) -> ColumnElement[bool] | None:
    """Every word of the query occurs in the key; None when the query is empty, nothing when it is signs only."""
    words = [core(word) for word in query.split()]
    clauses = [key.like(f"%{_like(word)}%", escape=_ESCAPE) for word in words if word]
    whole = core(query)
    if not query.strip():
        return None
    if not clauses or not whole:
        return false()
    found = clauses[0]
    for clause in clauses[1:]:
        found = found & clause
    return or_(found, key.like(f"%{_like(whole)}%", escape=_ESCAPE))


def relevance(key: Any, code: Any, query: str) -> ColumnElement[int]:
    """Order of the answers: the exact code, names that begin so, all others."""
    whole, typed = core(query), re.sub(r"\s", "", unicodedata.normalize("NFKC", query)).upper()
    return case((code == typed, 0), (key.like(f"{_like(whole)}%", escape=_ESCAPE), 1), else_=2)
