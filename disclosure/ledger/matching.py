"""Saved rules: which category a line has by its words, direction and amount. No database, no clock.

Shipped rules are data (``rules.json``); a district adds rules for all, an estate or a company its own. The narrowest
scope is asked first, within it the newest rule; the shipped ones come last, in their order.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from disclosure.funds import api as funds

FIELDS = ("summary", "counterparty", "any")


@dataclass(frozen=True)
class Rule:
    """``words``: any of them in the field is enough. Amounts in fen without sign. Empty texts and None ask nothing."""

    code: str
    words: tuple[str, ...]
    category: str
    field: str = "any"
    direction: str = ""
    min_fen: int | None = None
    max_fen: int | None = None
    account_type: str = ""
    label: str = ""

    def fits(self, line: funds.FundLine, account_type: str) -> bool:
        """Whether the rule speaks of this line."""
        if self.account_type and self.account_type != account_type:
            return False
        if self.direction and (line.amount_fen > 0) != (self.direction == "in"):
            return False
        amount = abs(line.amount_fen)
        if self.min_fen is not None and amount < self.min_fen:
            return False
        if self.max_fen is not None and amount > self.max_fen:
            return False
        text = {"summary": line.summary, "counterparty": line.counterparty}.get(
            self.field, f"{line.summary}\n{line.counterparty}"
        )
        return any(word in text for word in self.words)


@cache
def shipped() -> tuple[Rule, ...]:
    """The rules that come with the portal."""
    rows = json.loads(files(__package__).joinpath("rules.json").read_text("utf-8"))
    return tuple(Rule(**{**row, "words": tuple(row["words"])}) for row in rows)


def match(rules: Sequence[Rule], line: funds.FundLine, account_type: str) -> Rule | None:
    """The first rule that fits."""
    return next((rule for rule in rules if rule.fits(line, account_type)), None)
