"""What money of the common funds comes from and goes to: data (``categories.json``), after section 4 of the domain rules."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from portal.kernel.i18n import language

KINDS = ("income", "cost", "transfer", "repair")


@dataclass(frozen=True)
class Category:
    """A category. ``kind``: income, cost, transfer or repair; ``is_common``: it is income from common parts or its use.

    ``needs_words``: the name alone says too little, so a posting needs public words of its own.
    """

    code: str
    zh: str
    en: str
    kind: str
    is_common: bool
    needs_words: bool
    source: str

    @property
    def name(self) -> str:
        """Its name in the language of the page."""
        return self.en if language() == "en" else self.zh


@cache
def categories() -> tuple[Category, ...]:
    """Every category, in the order of reports: the seven sources first."""
    data = json.loads(files(__package__).joinpath("categories.json").read_text("utf-8"))
    return tuple(
        Category(
            row["code"], row["zh"], row["en"], row["kind"], row["common"], row.get("needs_words", False),
            data["sources"][row["source"]],
        )
        for row in data["categories"]
    )  # fmt: skip


@cache
def by_code() -> dict[str, Category]:
    """Categories by code."""
    return {category.code: category for category in categories()}


def name_of(code: str | None) -> str:
    """The name of a category in the language of the page; empty for none."""
    return by_code()[code].name if code else ""
