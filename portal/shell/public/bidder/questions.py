"""What is asked about a company: a code or a name as written, cleaned of what nobody sees. No question is refused."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from portal.registry import api as registry

MOST = 1000
SHOWN = registry.LONGEST_NAME
_CODE = re.compile(r"[A-Za-z0-9\s-]*\d[A-Za-z0-9\s-]*")


@dataclass(frozen=True)
class Question:
    """``uscc`` and ``name`` as written, empty when not given; ``flaw``: ``malformed`` or ``too_long``."""

    uscc: str = ""
    name: str = ""
    flaw: str = ""

    @property
    def echo(self) -> dict[str, str]:
        """The question as the answer repeats it."""
        given = {"uscc": self.uscc, "name": self.name}
        return {name: text for name, text in given.items() if text}

    @property
    def text(self) -> str:
        """The question as a person reads it."""
        return " ".join(self.echo.values())


def cleaned(text: str) -> str:
    """A text without signs that nobody sees: controls, marks that turn the direction of writing, half characters."""
    seen = "".join(" " if sign.isspace() else sign for sign in text)
    return "".join(sign for sign in seen if unicodedata.category(sign)[0] != "C").strip()


def question(uscc: Any = "", name: Any = "") -> Question:
    """A question from values of whatever kind."""
    texts = []
    for value in (uscc, name):
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
            value = str(value)
        if value is not None and not isinstance(value, str):
            return Question(flaw="malformed")
        texts.append(value or "")
    if any(_is_long(text) for text in texts):
        return Question(cleaned(texts[0][:SHOWN]), cleaned(texts[1][:SHOWN]), "too_long")
    return Question(cleaned(texts[0]), cleaned(texts[1]))


def _is_long(text: str) -> bool:
    """As written or as compared: one sign can stand for eighteen."""
    return len(text) > SHOWN or len(unicodedata.normalize("NFKC", text)) > SHOWN


def of_query(query: Any) -> Question:
    """A query of the API: ``{"uscc": …}`` or ``{"name": …}``; anything else is a bad question with its own answer."""
    if not isinstance(query, dict):
        return Question(flaw="malformed")
    return question(query.get("uscc"), query.get("name"))


def of_text(text: str) -> Question:
    """What somebody typed into the one box: a code when it looks like one, else a name."""
    plain = unicodedata.normalize("NFKC", text[: 2 * SHOWN])
    is_code = bool(_CODE.fullmatch(plain.strip())) and len(re.sub(r"[\s-]", "", plain)) >= 15
    return question(uscc=text) if is_code else question(name=text)


def code_of(text: str) -> str:
    """A credit code as stored: capitals, half width, without the gaps that people write."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
