"""How a published figure came about, opened down to the finding.

Figures are as published; what explains them is read again as it was known at the publication (``known_at`` of the row)
and laid out by ``scoring.rules.explain``. Every part carries its sentence in the language of the reader.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _, language
from portal.kernel.periods import Quarter, Year
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.ratings import sentences
from scoring.ratings.explained import CategoryExplained as CategoryExplained
from scoring.ratings.explained import ComponentExplained as ComponentExplained
from scoring.ratings.explained import ItemExplained as ItemExplained
from scoring.ratings.explained import MonthExplained as MonthExplained
from scoring.ratings.explained import QuarterExplained as QuarterExplained
from scoring.ratings.explained import RatingExplained as RatingExplained
from scoring.ratings.frames import plain_rows
from scoring.ratings.queries import quarters, years
from scoring.rules import explain as rules_explain
from scoring.rules.explain import Line
from scoring.rules.rulesets import RuleSet, rule_set
from scoring.rules.standard import ChecklistItem
from scoring.standards import api as standards
from scoring.surveys import api as surveys


def quarter_explained(
    db: Session,
    quarter: Quarter | str,
    estate_code: str,
    as_of: date | None = None,
    known_at: datetime | None = None,
    staff: bool = False,
) -> QuarterExplained:
    """A quarter score of an estate opened to its findings; ``staff`` shows places, notes and reasons too. ``NotFound``
    when nothing is public."""
    day = as_of or clock.today()
    row = _public(quarters.quarter_of_estate(db, quarter, estate_code, day, known_at))
    months = quarters.quarter_months(db, quarter, day, known_at, estate_code)
    inspected = checks.inspection_days(db, set(months["check_id"]))
    explained = tuple(_month(db, found, row["recorded_at"], inspected, staff) for found in _dicts(months))
    line = rules_explain.quarter_line(
        str(quarter), {month.month: month.score_cp for month in explained}, row["score_cp"]
    )
    return QuarterExplained(str(quarter), estate_code, row, line, sentences.quarter_sentence(line), explained)


def _month(
    db: Session, month: dict[str, Any], known_at: datetime, inspected: dict[str, date], staff: bool
) -> MonthExplained:
    version = month["standard_version"]
    view = standards.view(db, version)
    found = {finding.item_code: finding for finding in checks.findings(db, month["check_id"], known_at, staff)}
    items = [_rule_item(item) for item in view.items.values()]
    results = {code: finding.result for code, finding in found.items()}
    lines = rules_explain.category_lines(items, results, version)
    line = rules_explain.month_line(month["month"], month["earned_cp"], month["applicable_cp"], version)
    by_code = {category.code: category for category in view.categories}
    categories = tuple(_category(by_code[own.code], own, found, version) for own in lines)
    names = ("month", "check_id", "standard_version", "earned_cp", "applicable_cp", "score_cp")
    return MonthExplained(
        **{name: month[name] for name in names},
        inspected_on=inspected[month["check_id"]],
        line=line,
        sentence=sentences.month_sentence(line),
        categories=categories,
    )


def _category(
    category: standards.CategoryView, line: Line, found: dict[str, checks.FindingView], version: str
) -> CategoryExplained:
    names = {item.item_code: _in_language(item.item_zh, item.item_en) for item in category.items}
    items = tuple(
        _item(item, names[item.item_code], found[item.item_code], version)
        for item in category.items
        if item.item_code in found
    )
    name = _in_language(category.zh, category.en)
    return CategoryExplained(
        code=category.code,
        name=name,
        earned_cp=line.values["earned"],
        applicable_cp=line.values["applicable"],
        lost_cp=line.centipoints,
        line=line,
        sentence=sentences.category_sentence(line, name, names.get(line.values["item"], "")),
        items=items,
    )


def _item(item: standards.ItemView, name: str, finding: checks.FindingView, version: str) -> ItemExplained:
    line = rules_explain.item_line(_rule_item(item), finding.result, version)
    return ItemExplained(
        item, name, finding.result, line.centipoints, line, sentences.item_sentence(line, finding.note), finding
    )


def _in_language(zh: str, en: str) -> str:
    return en if language() == "en" else zh


def _rule_item(item: standards.ItemView) -> ChecklistItem:
    return ChecklistItem(item.item_code, item.max_cp, item.deduction, item.category_code, item.hazard_class)


def rating_explained(
    db: Session,
    year: Year | int | str,
    estate_code: str,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> RatingExplained:
    """A rating of an estate opened to its components and the facts under them. ``NotFound`` when nothing is public."""
    number, day = years.year_number(year), as_of or clock.today()
    row = _public(years.rating_of_estate(db, number, estate_code, day, known_at))
    parts = years.components_rows(db, number, day, known_at, estate_code)
    rules = rule_set(row["rule_set"])
    order = {name: place for place, name in enumerate(rules.weights)}
    parts = parts.sort_values("component", key=lambda names: names.map(order)).reset_index(drop=True)
    facts = surveys.facts(db, number, row["recorded_at"], [estate_code])
    indicators = facts.indicators.drop(columns="evidence")  # what the office keeps is no part of an explanation
    rates = _dicts(facts.collection_rates)
    told = _Told(db, number, row, rules, next(iter(_dicts(facts.surveys)), None))
    vetoes = tuple(_dicts(facts.vetoes.drop(columns="evidence")))
    rated = next(pd.DataFrame([{**row, "reason": "", **_numbers(row)}]).itertuples(index=False))
    lines = rules_explain.year_lines(number, rated, parts, rules)
    components = tuple(told.component(part, line) for part, line in zip(_dicts(parts), lines[1:], strict=True))
    return RatingExplained(
        year=number,
        estate_code=estate_code,
        row=row,
        rules=rules,
        sentences=tuple([*told.status(vetoes), *told.total(components)]),
        components=components,
        waterfall=tuple(rules_explain.waterfall(parts, rules)),
        quarters=tuple(_quarters_used(db, number, estate_code, row)),
        survey=told.survey,
        indicators=tuple(_dicts(indicators)),
        collection_rate_cp=rates[0]["rate_cp"] if rates else None,
        vetoes=vetoes,
    )


def _numbers(row: dict[str, Any]) -> dict[str, Any]:
    return {name: pd.NA if row[name] is None else row[name] for name in ("total_cp", "stars")}


def _quarters_used(db: Session, year: int, estate_code: str, row: dict[str, Any]) -> list[dict[str, Any]]:
    """The year's quarter rows as they stood when the rating was published."""
    rows = quarters.estate_quarters(db, estate_code, row["public_from"], row["recorded_at"])
    wanted = [str(quarter) for quarter in Year(year).quarters]
    return _dicts(rows[rows["quarter"].isin(wanted)])


@dataclass(frozen=True)
class _Told:
    """A rating and what its sentences name."""

    db: Session
    year: int
    row: dict[str, Any]
    rules: RuleSet
    survey: dict[str, Any] | None

    def component(self, part: dict[str, Any], line: Line) -> ComponentExplained:
        return ComponentExplained(
            **{name: part[name] for name in ("component", "score_cp", "status", "reason")},
            name=sentences.component_name(part["component"]),
            weight=self.rules.weights[part["component"]],
            line=line,
            sentence=self._component_sentence(part),
        )

    def _component_sentence(self, part: dict[str, Any]) -> str:
        if part["status"] != "ok":
            return sentences.pending_sentences([f"{part['component']}:{part['reason']}"], self._sample)[0]
        if part["component"] == "survey" and self.survey is not None:
            return sentences.survey_sentence(
                self.survey["score_cp"], self.survey["households"], self.survey["valid_responses"]
            )
        return sentences.component_sentence(part["component"], part["score_cp"], self.rules.weights[part["component"]])

    @property
    def _sample(self) -> tuple[int, int] | None:
        """Valid responses, and how many the rule set asks for."""
        found = self.survey
        return (found["valid_responses"], self.rules.sample.required(found["households"])) if found else None

    def status(self, vetoes: tuple[dict[str, Any], ...]) -> list[str]:
        row = self.row
        if row["status"] == "not_eligible":
            serving = registry.enterprise(self.db, row["uscc"]).name if row["uscc"] else None
            return [sentences.not_eligible_sentence(self.year, serving)]
        if row["status"] == "vetoed":
            names = ("veto_code", "decision", "decided_on")
            return [sentences.vetoed_sentence(self.year, *(veto[name] for name in names)) for veto in vetoes]
        if row["status"] == "pending":
            return sentences.pending_sentences(row["reasons"], self._sample)
        rated = sentences.rated_sentence(self.year, row["total_cp"], row["stars"], self.rules)
        return [rated, *(sentences.limiter_text(reason) for reason in row["reasons"])]

    def total(self, components: tuple[ComponentExplained, ...]) -> list[str]:
        """The total as a sum, where there is one."""
        if self.row["total_cp"] is None:
            return []
        parts = {part.component: part.score_cp for part in components if part.score_cp is not None}
        return [sentences.total_sentence(self.year, self.row["total_cp"], parts, self.rules)]


def _dicts(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain dictionaries, the lists of reasons parsed."""
    names = list(frame.columns)
    rows = [dict(zip(names, row, strict=True)) for row in plain_rows(frame, names)]
    return [years.with_reasons(row) for row in rows]


def _public(row: dict[str, Any] | None) -> dict[str, Any]:
    if row is None:
        raise NotFound(_("本小区在这一期没有公布的结果。"))
    return years.with_reasons(row)
