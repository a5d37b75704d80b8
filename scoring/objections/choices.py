"""What a reviewer can correct on a contested record, as the form offers it: never to the company's disadvantage."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.kernel.formats import month_text
from portal.kernel.i18n import _, language
from portal.kernel.points import print_cp
from scoring.checks import api as checks
from scoring.objections import words
from scoring.objections.contested import Contested, quarter_checks
from scoring.objections.corrections import year_facts
from scoring.rules.deductions import CLEAN, NOT_APPLICABLE, deduction
from scoring.standards import api as standards
from scoring.surveys import api as surveys

PASS = CLEAN[0]


@dataclass(frozen=True)
class FixChoice:
    """A fact that may be corrected: its name, its value now, and what it may become (value, words); no options: points
    from 0 to 100 are typed."""

    target: str
    label: str
    now: str
    options: tuple[tuple[str, str], ...] = ()


def fix_choices(db: Session, target: Contested) -> list[FixChoice]:
    """The facts that a decision on this record may correct."""
    if target.kind == "check":
        check_id, item_code = target.ref.partition(":")[2].split("/")
        return [_item(checks.check_view(db, check_id), item_code, with_month=False)]
    if target.kind == "quarter":
        views = [
            checks.check_view(db, one) for one in quarter_checks(db, target.facts["quarter"], target.estate_code or "")
        ]
        return [
            _item(view, line.item.item_code, True) for view in views for line in view.findings if line.result != PASS
        ]
    if target.kind == "rating":
        names = {one.code: one.name(language()) for one in surveys.indicators()}
        return [
            FixChoice(fact.target, words.fact_name(fact.target, names.get(fact.code, "")), print_cp(fact.points_cp))
            for fact in year_facts(db, target)
        ]
    taken_back = {"credit": _("撤销这一信用事项"), "affiliation": _("撤销这条关联")}.get(target.kind, _("移出这一条目"))
    return [FixChoice(target.ref, words.title(target.kind, target.facts), "", (("withdrawn", taken_back),))]


def _item(view: checks.CheckView, item_code: str, with_month: bool) -> FixChoice:
    line = view.lines[item_code]
    name = line.item.item_en if language() == "en" else line.item.item_zh
    label = f"{month_text(view.month)} {item_code} {name}" if with_month else f"{item_code} {name}"
    options = tuple((result, standards.result_name(result)) for result in milder(line.result, line.item.deduction))
    return FixChoice(f"check:{view.id}/{item_code}", label, standards.result_name(line.result), options)


def milder(result: str, deduction_code: str) -> list[str]:
    """The results of an item that cost less than this one, the mildest first, and that it does not apply."""
    rule, found = deduction(deduction_code), [PASS]
    if rule.step_cp and result.isdigit():
        found += [str(count) for count in range(1, int(result))]
    elif result in rule.grades:
        found += [grade for grade, percent in rule.grades.items() if percent < rule.grades[result]]
    return found if result == NOT_APPLICABLE else [*found, NOT_APPLICABLE]
