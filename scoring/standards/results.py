"""Results of an item in words: the one home of the names of grades."""

from collections.abc import Mapping

from portal.kernel.formats import item_points
from portal.kernel.i18n import _, lazy

GRADES = {"half": lazy("基本符合"), "zero": lazy("不符合"), "fail": lazy("不符合")}


def grade_name(grade: str) -> str:
    """A grade in words; one that has none yet is shown by its code."""
    return str(GRADES.get(grade, grade))


def result_name(result: str) -> str:
    """A result in words: a count stays a count."""
    return {"pass": _("符合"), "na": _("不适用")}.get(result) or (
        _("%(n)s处问题", n=result) if result.isdigit() else grade_name(result)
    )


def costs_text(losses: Mapping[str, int]) -> str:
    """What each grade costs, in the order of the rule; ``losses``: grade to centipoints."""
    parts = [
        _("“%(grade)s”扣%(lost)s分", grade=grade_name(grade), lost=item_points(lost)) for grade, lost in losses.items()
    ]
    return _("，").join(parts)
