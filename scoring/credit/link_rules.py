"""How links between enterprises are found, as dated data (``affiliation/<in force from>.json``). Pure: frames to links.

``same_value``: enterprises that share a value of the register, unless more than ``at_most`` do (an office building proves
nothing). ``handover``: an estate changed from one enterprise to another within ``within_days`` days and kept its project
manager, at ``at_least`` estates or more. ``effect.adverse_share_percent``: what part of the former enterprise's adverse
events a confirmed succession puts on the later one, of acts before its beginning and from its confirmation on; 0: nothing is
inherited, the link is only shown (decision 0020).
"""

import json
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Any

import pandas as pd

from portal.kernel.i18n import language


class BadLinkRules(Exception):
    """A file of rules asks for what the portal does not do."""


@dataclass(frozen=True)
class Link:
    """A link as a rule found it. ``evidence`` says on what it rests: names of values, estates and days."""

    rule: str
    former: str
    later: str
    since: date
    evidence: tuple[dict[str, str], ...]

    @property
    def key(self) -> str:
        """A link is proposed once."""
        return f"{self.rule}:{self.former}:{self.later}"


@dataclass(frozen=True)
class LinkRules:
    """The rules in force on a day."""

    in_force_from: date
    rules: tuple[dict[str, Any], ...]
    adverse_share_percent: int


@cache
def _all() -> dict[date, LinkRules]:
    found = {}
    for entry in files("scoring.credit").joinpath("affiliation").iterdir():
        if entry.name.endswith(".json"):
            begins, data = date.fromisoformat(entry.name.removesuffix(".json")), json.loads(entry.read_text("utf-8"))
            share = data["effect"]["adverse_share_percent"]
            if not (isinstance(share, int) and 0 <= share <= 100):
                raise BadLinkRules(f"{entry.name}: adverse_share_percent is a whole number from 0 to 100")
            found[begins] = LinkRules(begins, tuple(data["rules"]), share)
    return dict(sorted(found.items()))


def in_force(on: date) -> LinkRules:
    """The rules in force on a day; the first ones for earlier days."""
    begun = [rules for day, rules in _all().items() if day <= on]
    return begun[-1] if begun else next(iter(_all().values()))


def rule_name(code: str, on: date) -> str:
    """The name of a rule in the reader's language; its code when the rules in force do not have it."""
    for rule in in_force(on).rules:
        if rule["code"] == code:
            return str(rule["en"] if language() == "en" else rule["zh"])
    return code


def is_directed(code: str, on: date) -> bool:
    """Whether a rule says who came first: then a confirmed link is a succession."""
    return any(rule["code"] == code and rule["kind"] == "handover" for rule in in_force(on).rules)


def found_links(companies: pd.DataFrame, contracts: pd.DataFrame, on: date) -> list[Link]:
    """Every link that the active rules find, in order. ``companies``: ``uscc`` and the fields of the rules; ``contracts``:
    ``estate_code, uscc, manager_code, starts_on, ends_on`` (date or None)."""
    links: list[Link] = []
    for rule in in_force(on).rules:
        if rule["active"]:
            find = _same_value if rule["kind"] == "same_value" else _handovers
            links += find(rule, companies if rule["kind"] == "same_value" else contracts, on)
    return sorted(links, key=lambda link: link.key)


def _bare(value: Any) -> str:
    """A value without what people write differently: width, case, spaces, hyphens."""
    text = unicodedata.normalize("NFKC", "" if value is None or pd.isna(value) else str(value))
    return "".join(text.casefold().split()).replace("-", "")


def _same_value(rule: dict[str, Any], companies: pd.DataFrame, on: date) -> list[Link]:
    bare = companies[rule["field"]].map(_bare)
    links = []
    for value, group in companies[bare != ""].groupby(bare[bare != ""], sort=True):
        codes = sorted(group["uscc"])
        if 2 <= len(codes) <= rule["at_most"]:
            shown = ({"field": rule["field"], "value": str(group[rule["field"]].iloc[0]) or str(value)},)
            links += [Link(rule["code"], first, second, on, shown) for first, second in combinations(codes, 2)]
    return links


def _handovers(rule: dict[str, Any], contracts: pd.DataFrame, on: date) -> list[Link]:
    if contracts.empty:
        return []
    begun = contracts[contracts["starts_on"].map(lambda day: day <= on)]
    pairs: dict[tuple[str, str], list[dict[str, str]]] = {}
    days: dict[tuple[str, str], list[date]] = {}
    for estate, group in begun.sort_values(["estate_code", "starts_on"]).groupby("estate_code", sort=True):
        rows = list(group.itertuples(index=False))
        for before, after in zip(rows, rows[1:], strict=False):
            if before.uscc == after.uscc or before.manager_code != after.manager_code or pd.isna(before.ends_on):
                continue
            if (after.starts_on - before.ends_on).days - 1 > rule["within_days"]:
                continue
            pair = (before.uscc, after.uscc)
            pairs.setdefault(pair, []).append(
                {"estate_code": str(estate), "manager_code": before.manager_code,
                 "ends_on": before.ends_on.isoformat(), "starts_on": after.starts_on.isoformat()}
            )  # fmt: skip
            days.setdefault(pair, []).append(after.starts_on)
    return [
        Link(rule["code"], *pair, min(days[pair]), tuple(evidence))
        for pair, evidence in sorted(pairs.items())
        if len(evidence) >= rule["at_least"]
    ]
