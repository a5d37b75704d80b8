"""Two languages through gettext. Chinese is the msgid, English stands in each package's ``locale/*en.po``.

The catalogues are read as text at start, so that nothing compiled can be stale. A context before a bar (``nav|小区``) tells
apart what is one word in Chinese and two in English.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from babel.support import LazyProxy

LANGUAGES = ("zh", "en")
_language: ContextVar[str] = ContextVar("language", default="zh")
_ROOTS = ("portal", "scoring", "mediation", "disclosure")


def language() -> str:
    """``zh`` or ``en``: what the person reads now."""
    return _language.get()


def set_language(code: str) -> None:
    """Set the language for the rest of this request or command."""
    _language.set(code if code in LANGUAGES else "zh")


@contextmanager
def using(code: str) -> Iterator[None]:
    """Read in one language for a while."""
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


def catalogue_files() -> list[Path]:
    """All English catalogues of the project, in a fixed order."""
    top = Path(__file__).resolve().parents[2]
    return sorted(path for root in _ROOTS for path in (top / root).rglob("locale/*en.po"))


@cache
def english() -> dict[str, str | tuple[str, ...]]:
    """msgid to English text (a pair singular, plural where the msgid has a plural)."""
    texts: dict[str, str | tuple[str, ...]] = {}
    for path in catalogue_files():
        with path.open("rb") as file:
            for message in read_po(file, locale="en", ignore_obsolete=True):
                if message.id and message.string:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    texts[key] = message.string if isinstance(message.string, str) else tuple(message.string)
    return texts


_CONTEXT = re.compile(r"[a-z]+\|")


def without_context(msgid: str) -> str:
    """The Chinese of a msgid whose English depends on its place: ``nav|小区`` reads 小区."""
    return _CONTEXT.sub("", msgid, count=1)


def _text(msgid: str, many: bool = False) -> str:
    if language() == "zh":
        return without_context(msgid)
    found = english().get(msgid, without_context(msgid))
    if isinstance(found, tuple):
        return found[-1] if many else found[0]
    return found


def gettext(msgid: str, **values: Any) -> str:
    """The text in the language of the moment, with ``%(name)s`` filled in."""
    text = _text(msgid)
    return text % values if values else text


def ngettext(singular: str, plural: str, n: int, /, **values: Any) -> str:
    """Like ``gettext`` where the count changes the English. In Chinese both msgids are the same sentence."""
    return _text(singular, many=n != 1) % {"n": n, "num": n, **values}


def _lazy_text(msgid: str, **values: Any) -> str:
    return gettext(msgid, **values)


def lazy(msgid: str, **values: Any) -> Any:
    """A text that is looked up when shown: labels of forms and tables at module level."""
    return LazyProxy(_lazy_text, msgid, enable_cache=False, **values)


_ = gettext
