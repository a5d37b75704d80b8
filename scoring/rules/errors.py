"""What the rules refuse. Every error names what it does not know, so that a page can show it."""

from collections.abc import Iterable


class RuleError(ValueError):
    """Base of all refusals. ``names`` holds the offending keys, sorted as text, each once."""

    says = "refused"

    def __init__(self, names: Iterable[object] | object = ()) -> None:
        keys = names if isinstance(names, Iterable) and not isinstance(names, str) else [names]
        self.names: list[str] = sorted({str(name) for name in keys})
        shown = ", ".join(self.names[:10])
        more = f" and {len(self.names) - 10} more" if len(self.names) > 10 else ""
        super().__init__(f"{self.says}: {shown}{more}")


class UnknownStandard(RuleError):
    says = "unknown standard version"


class UnknownItem(RuleError):
    says = "item not in the standard of the check"


class UnknownDeduction(RuleError):
    says = "unknown deduction code"


class UnknownResult(RuleError):
    says = "result not possible for the item"


class UnknownCheck(RuleError):
    says = "result of an unknown check"


class UnknownEstate(RuleError):
    says = "figure of an estate outside the scope"


class UnknownKind(RuleError):
    says = "no rule set knows this kind of estate"


class NoRuleSetInForce(RuleError):
    says = "no rule set in force for the kind and year"


class UnknownIndicator(RuleError):
    says = "indicator not in the rule set"


class UnknownComponent(RuleError):
    says = "unknown component"


class UnknownGrade(RuleError):
    says = "unknown credit grade"


class NothingApplicable(RuleError):
    says = "no applicable points in check"


class DuplicateFact(RuleError):
    says = "more than one fact for the same key"


class MissingFact(RuleError):
    says = "a limiter that is on lacks its facts"


class StarNotAlone(RuleError):
    says = "a clean check (*, pass) has other rows, or * with another result"


class TooManyMonths(RuleError):
    says = "more than three months in a quarter"


class BadStandard(RuleError):
    says = "faulty checklist item"


class BadRuleSet(RuleError):
    says = "faulty rule set"


class BadPoints(RuleError):
    says = "points out of range"


class BadDate(RuleError):
    says = "not an ISO date"


class OverlappingContracts(RuleError):
    says = "more than one contract in force at once"
