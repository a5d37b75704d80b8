"""The terms of retention: a data file of the release, and the terms that the district set instead (``instance/retention.json``).

The district's file holds a decision and terms by rule: ``{"decision": "文号", "terms": {"owners-left": {"length": 24, "unit":
"months"}}}``. A term shorter than the law's (``at_least``, in the rule's own unit) is refused, and so is an unknown rule: then
nothing is cleared until the file is mended.
"""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from portal.kernel import clock
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _, language
from portal.kernel.settings import settings

UNITS = ("days", "months")
_FILE = Path(__file__).with_name("data") / "retention.json"


@dataclass(frozen=True)
class Rule:
    """One term. ``length`` None: for good. ``deed``: ``key`` (destroy the subject's key), ``delete``, ``detach``, ``none``;
    ``by``: who clears (``retention`` is the nightly job, else another job or a person's deed)."""

    code: str
    by: str
    length: int | None
    unit: str
    deed: str
    zh: str
    en: str
    from_zh: str
    from_en: str
    basis_zh: str
    basis_en: str
    at_least: int | None = None
    decision: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether the nightly clearing answers for it."""
        return self.by == "retention"

    def said(self, part: str = "") -> str:
        """The label, or ``from_`` or ``basis_`` in the reader's language."""
        return str(getattr(self, f"{part}{'en' if language() == 'en' else 'zh'}"))

    def before(self, today: date) -> date | None:
        """The last day of which what ended then is due; None: never."""
        if self.length is None:
            return None
        if self.unit == "days":
            return today - timedelta(days=self.length)
        return clock.add_months(today, -self.length)


@dataclass(frozen=True)
class Terms:
    """All rules in force and the version of the file they come from."""

    version: str
    decision: str
    rules: tuple[Rule, ...]

    def rule(self, code: str) -> Rule:
        """One rule by its code."""
        return next(rule for rule in self.rules if rule.code == code)


@cache
def _released() -> Terms:
    held = json.loads(_FILE.read_text(encoding="utf-8"))
    return Terms(held["version"], "", tuple(Rule(**rule) for rule in held["rules"]))


def terms() -> Terms:
    """The rules in force today. DomainError when the district's file is not right."""
    file = settings().instance / "retention.json"
    released = _released()
    if not file.is_file():
        return released
    try:
        own = json.loads(file.read_text(encoding="utf-8"))
        decision, changed = str(own["decision"]).strip(), dict(own["terms"])
    except (ValueError, KeyError, TypeError) as error:
        raise DomainError(_("retention.json不能读取：要有decision（决定文号）和terms（各规则的期限）。")) from error
    if not decision:
        raise DomainError(_("retention.json没有写明decision（决定文号）。"))
    known = {rule.code: rule for rule in released.rules}
    found = dict(known)
    for code, term in changed.items():
        found[code] = _changed(known, code, term, decision)
    return Terms(released.version, decision, tuple(found.values()))


def _changed(known: dict[str, Rule], code: str, term: Any, decision: str) -> Rule:
    rule = known.get(code)
    if rule is None or not rule.is_ours:
        raise DomainError(_("retention.json里的规则“%(code)s”不存在，或者不由保存期限清理办理。", code=code))
    length = term.get("length") if isinstance(term, dict) else 0
    unit = term.get("unit", rule.unit) if isinstance(term, dict) else ""
    whole = length is None or (isinstance(length, int) and not isinstance(length, bool) and length > 0)
    if not whole or unit not in UNITS:
        raise DomainError(_("retention.json里“%(code)s”的期限应为正整数，单位为days或months。", code=code))
    if length is not None and rule.at_least is not None and (unit != rule.unit or length < rule.at_least):
        raise DomainError(
            _("retention.json里“%(code)s”的期限不得少于%(n)s（%(unit)s）。", code=code, n=rule.at_least, unit=rule.unit)
        )
    return replace(rule, length=length, unit=unit, decision=decision)
