"""What spending asks for, as data (``approval_rules.json``): which decision, when a vote has passed, when a price is checked."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from portal.kernel.i18n import language


@dataclass(frozen=True)
class SpendingRule:
    """Spending of ``from_fen`` or more on these kinds from these types of account needs a vote of ``needs``."""

    code: str
    account_types: tuple[str, ...]
    kinds: tuple[str, ...]
    from_fen: int
    needs: str
    zh: str
    en: str
    source_zh: str
    source_en: str
    except_categories: tuple[str, ...]

    @property
    def text(self) -> str:
        """The rule in a sentence."""
        return self.en if language() == "en" else self.zh

    @property
    def source(self) -> str:
        """Where it stands."""
        return self.source_en if language() == "en" else self.source_zh


@dataclass(frozen=True)
class VoteRule:
    """Shares as (numerator, denominator): present of all at least; in favour of those present, or of all, more than."""

    present_of: tuple[int, int]
    favour_of: tuple[int, int]
    favour_of_all: bool
    by_area: bool
    source: str


@dataclass(frozen=True)
class Figures:
    """Heads, or floor area in hundredths of a square metre: all, present, in favour."""

    all: int
    present: int
    favour: int


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(__package__).joinpath("approval_rules.json").read_text("utf-8"))
    return found


def _spending(row: dict[str, Any]) -> SpendingRule:
    return SpendingRule(
        code=str(row["code"]), account_types=tuple(row["account_types"]), kinds=tuple(row["kinds"]),
        from_fen=int(row["from_fen"]), needs=str(row["needs"]), zh=str(row["zh"]), en=str(row["en"]),
        source_zh=str(row["source"]), source_en=str(row["source_en"]),
        except_categories=tuple(row.get("except_categories", ())),
    )  # fmt: skip


@cache
def spending_rules() -> tuple[SpendingRule, ...]:
    """The rules, the strictest first: the first one that speaks of a line counts."""
    return tuple(_spending(row) for row in _data()["rules"])


@cache
def price_check() -> SpendingRule:
    """Repair jobs from this amount need a paper that says what they may cost."""
    row = _data()["price_check"]
    types = ["basic", "joint", "maintenance", "service"]
    return _spending({**row, "code": "price_check", "account_types": types, "needs": "settlement"})


def variance_bp() -> int:
    """From how many hundredths of a per cent off its budget a figure needs a reason."""
    return int(_data()["variance_bp"])


@cache
def vote_rule(kind: str) -> VoteRule:
    """When a vote of ``owners`` or of the ``committee`` has passed."""
    row = _data()["votes"][kind]
    of_all = "favour_of_all" in row
    favour = row["favour_of_all"] if of_all else row["favour_of_present"]
    return VoteRule(tuple(row["present_of"]), tuple(favour), of_all, row["by_area"], row["source"])


def passed(kind: str, heads: Figures, area: Figures | None) -> bool:
    """Whether a vote reached its quorum and its majority, by heads and, where the rule asks, by floor area too.

    >>> passed("committee", Figures(5, 3, 3), None), passed("committee", Figures(5, 3, 2), None)
    (True, False)
    """
    rule = vote_rule(kind)
    counted = [heads, area] if rule.by_area else [heads]
    return all(figures is not None and _reaches(rule, kind, figures) for figures in counted)


def _reaches(rule: VoteRule, kind: str, figures: Figures) -> bool:
    if not figures.all > 0 or not 0 <= figures.favour <= figures.present <= figures.all:
        return False
    part, whole = rule.present_of
    if kind == "committee":  # more than half of the members come
        quorum = figures.present * whole > figures.all * part
    else:
        quorum = figures.present * whole >= figures.all * part
    share, parts = rule.favour_of
    base = figures.all if rule.favour_of_all else figures.present
    return quorum and figures.favour * parts > base * share
