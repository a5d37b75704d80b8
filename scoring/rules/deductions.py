"""Deduction codes: which results an item may have and how it loses points (contract, section 3, "Item").

A new deduction code is one row of ``DEDUCTIONS``.
"""

from dataclasses import dataclass, field

from .errors import UnknownDeduction, UnknownResult

CLEAN = ("pass", "full", "0")
NOT_APPLICABLE = "na"
WHOLE_CHECK = "*"
_MOST_DIGITS = 6


@dataclass(frozen=True)
class Deduction:
    """How an item loses points: ``step_cp`` per finding (0: not counted), or ``grades`` in percent of the maximum."""

    code: str
    step_cp: int = 0
    grades: dict[str, int] = field(default_factory=dict)

    @property
    def expected(self) -> str:
        """The results that a sheet may hold, the same in every language: ``1, 2, 3 …, pass, na``."""
        words = ["1, 2, 3 …"] if self.step_cp else list(self.grades)
        return ", ".join([*words, CLEAN[0], NOT_APPLICABLE])


DEDUCTIONS: dict[str, Deduction] = {
    rule.code: rule
    for rule in (
        Deduction("P0.5", step_cp=50),
        Deduction("P1", step_cp=100),
        Deduction("T", grades={"half": 50, "zero": 100}),
        Deduction("BIN", grades={"fail": 100}),
    )
}


def deduction(code: str) -> Deduction:
    """The deduction of a code; ``UnknownDeduction`` names an unknown one."""
    if code not in DEDUCTIONS:
        raise UnknownDeduction(code)
    return DEDUCTIONS[code]


def expected_results(code: str) -> str:
    """The results possible for a deduction code, for error messages: ``half, zero, pass, na``."""
    return deduction(code).expected


def canonical_result(result: str, code: str) -> str:
    """The one way to write a result: ``pass`` for every plain pass, counts without leading zeros.

    >>> [canonical_result("full", "T"), canonical_result("03", "P1"), canonical_result("0", "BIN")]
    ['pass', '3', 'pass']
    """
    rule, text = deduction(code), str(result)
    if text in CLEAN:
        return CLEAN[0]
    if text == NOT_APPLICABLE or text in rule.grades:
        return text
    if rule.step_cp and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return str(int(text)) if int(text) else CLEAN[0]
    raise UnknownResult(f"{text} ({code}: {rule.expected})")
