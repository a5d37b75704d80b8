"""The published inputs of one rating, cut out of a release, for the page that recomputes it in the reader's browser."""

import csv
import json
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.shell.opendata import releases
from scoring.rules.deductions import DEDUCTIONS
from scoring.rules.rulesets import all_rule_sets

Row = dict[str, str]


def _rows(number: str, file: str, estate: str, **wanted: str) -> list[Row]:
    lines = releases.lines_of(number, file)
    header = next(lines, "")
    own = [line for line in lines if estate in line]
    found = csv.DictReader([header, *own])
    return [
        row for row in found if row["estate_code"] == estate and all(row[k].startswith(v) for k, v in wanted.items())
    ]


def inputs(db: Session, year: int, estate: str) -> dict[str, Any]:
    """Everything that the rating of an estate was made from, and what was published. Raises ``NotFound``.

    They come from the newest release; a portal that has none yet makes its first one for whoever asks first.
    """
    newest = next(iter(releases.releases()), None) or releases.release(db)[0]
    number, text = newest.number, str(year)
    ratings = _rows(number, "ratings.csv", estate, year=text)
    if not ratings:
        raise NotFound(_("数据版本%(number)s里没有这个小区%(year)s年的评定结果。", number=number, year=text))
    months = _rows(number, "months.csv", estate, month=text)
    versions = {row["standard"] for row in months}
    items = csv.DictReader(releases.lines_of(number, "standards.csv"))
    return {
        "release": number,
        "year": year,
        "estate_code": estate,
        "rating": ratings[0],
        "components": _rows(number, "components.csv", estate, year=text),
        "quarters": _rows(number, "quarter_scores.csv", estate, quarter=text),
        "months": months,
        "results": _rows(number, "check_results.csv", estate, month=text),
        "survey": next(iter(_rows(number, "surveys.csv", estate, year=text)), None),
        "indicators": _rows(number, "indicators.csv", estate, year=text),
        "collection": next(iter(_rows(number, "collection_rates.csv", estate, year=text)), None),
        "limits": _rows(number, "limiter_facts.csv", estate, year=text),
        "vetoes": _rows(number, "vetoes.csv", estate, year=text),
        "contracts": _rows(number, "contracts.csv", estate),
        "standards": [row for row in items if row["version"] in versions],
        "rule_set": next(rules.data for rules in all_rule_sets() if rules.code == ratings[0]["rule_set"]),
        "deductions": {code: {"step_cp": rule.step_cp, "grades": rule.grades} for code, rule in DEDUCTIONS.items()},
    }


def script_safe(content: dict[str, Any]) -> str:
    """The inputs as JSON that can stand in a page."""
    return json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
