"""Corrections of published figures for reading: what stood there, what stands there now, why, since when."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, render_template, url_for
from sqlalchemy.orm import Session

from portal.kernel.errors import NotFound
from portal.kernel.formats import MISSING
from portal.kernel.i18n import _
from portal.kernel.periods import Quarter, Year
from portal.kernel.table_files import ENDINGS, Sheet, sent
from portal.kernel.web import public, request_session
from portal.registry import api as registry
from scoring.ratings import api
from scoring.ratings.sentences import FIELDS, field_text, listed
from scoring.ratings.shapes import Erratum, FieldChange, ReleaseView, RowChange
from scoring.ratings.views.blueprint import Areas, bp, quarter_of, year_of
from scoring.ratings.views.words import reason_text, rule_set_name

COLUMNS = ("period", "estate_code", "name", "revision", "corrected_on", "field", "old", "new", "reason")
RANKS = {"rank_district", "rank_street"}
SHOWN = 200


@dataclass(frozen=True)
class Change:
    """One figure of one estate: its code name, its label, both values as people read them."""

    field: str
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class CorrectedRow:
    """An estate of a correction; ``only_ranks``: nothing but its place moved."""

    estate_code: str
    name: str
    revision: int
    url: str
    changes: tuple[Change, ...]

    @property
    def only_ranks(self) -> bool:
        """Whether nothing but its place moved."""
        return all(change.field in RANKS for change in self.changes)


@dataclass(frozen=True)
class Correction:
    """One correction; rows whose own figures changed come first."""

    release: ReleaseView
    reason: str
    rows: tuple[CorrectedRow, ...]

    @property
    def moved(self) -> int:
        """Estates of which only the place changed."""
        return sum(row.only_ranks for row in self.rows)


class Reader:
    """Says figures in words: names of areas and companies beside their codes."""

    def __init__(self, db: Session, day: date):
        self.areas = Areas()
        self.companies = registry.enterprise_names(db)
        self.estates = registry.estates_frame(db, day).set_index("estate_code")["name"].to_dict()

    def change(self, field: FieldChange, year: int) -> Change:
        """A change in words."""
        label = str(FIELDS.get(field.name, field.name))
        return Change(
            field.name, label, self._text(field.name, field.old, year), self._text(field.name, field.new, year)
        )

    def _text(self, name: str, value: Any, year: int) -> str:
        if value in (None, "[]"):
            return MISSING
        if name == "reasons":
            return listed([reason_text(code, year) for code in json.loads(value)])
        if name == "division_code":
            return self.areas.place(value)
        if name == "uscc":
            return str(self.companies.get(value, value))
        return rule_set_name(value) if name == "rule_set" else field_text(name, value)


def corrections(db: Session, period: Quarter | Year, estate_code: str | None = None) -> list[Correction]:
    """The corrections of a period that are public today, the latest first."""
    errata = api.errata(db, str(period), estate_code=estate_code)
    reader = Reader(db, period.last) if errata else None
    return [_correction(reader, erratum, period) for erratum in errata if reader]


def _correction(reader: Reader, erratum: Erratum, period: Quarter | Year) -> Correction:
    return Correction(erratum.release, erratum.reason, changed_rows(reader, erratum.rows, period))


def changed_rows(reader: Reader, changes: Sequence[RowChange], period: Quarter | Year) -> tuple[CorrectedRow, ...]:
    """Changes in words; rows whose own figures changed before those of which only the place moved."""
    number = period.year if isinstance(period, Quarter) else period.number
    rows = []
    for row in changes:
        fields = tuple(reader.change(field, number) for field in row.fields)
        name = reader.estates.get(row.estate_code, row.estate_code)
        rows.append(CorrectedRow(row.estate_code, name, row.revision, _address(period, row.estate_code), fields))
    return tuple(sorted(rows, key=lambda row: row.only_ranks))


def _address(period: Quarter | Year, code: str) -> str:
    if isinstance(period, Quarter):
        return url_for("ratings.quarter_estate", quarter=str(period), code=code)
    return url_for("ratings.year_estate", year=str(period), code=code)


def _page(period: Quarter | Year, back: str) -> str:
    if not api.releases(request_session(), str(period)):
        raise NotFound(_("没有找到这一期。"))
    found = corrections(request_session(), period)
    is_quarter = isinstance(period, Quarter)
    return render_template(
        "ratings/corrections.html", period=str(period), is_quarter=is_quarter, corrections=found, back=back, shown=SHOWN
    )


def _file(period: Quarter | Year, ending: str) -> Response:
    rows = [
        {
            "period": str(period),
            "estate_code": row.estate_code,
            "name": row.name,
            "revision": row.revision,
            "corrected_on": made.release.on,
            "field": change.field,
            "old": change.old,
            "new": change.new,
            "reason": made.reason,
        }
        for made in corrections(request_session(), period)
        for row in made.rows
        for change in row.changes
    ]
    return sent(Sheet(f"corrections-{period}", COLUMNS, rows, {"period": str(period)}), ending)


@bp.get("/quarters/<quarter>/corrections")
@public
def quarter_corrections(quarter: str) -> str:
    """What was corrected in a published quarter."""
    return _page(quarter_of(quarter), url_for("ratings.quarter", quarter=quarter))


@bp.get(f"/quarters/<quarter>/corrections.<any({ENDINGS}):ending>")
@public
def quarter_corrections_file(quarter: str, ending: str) -> Response:
    """The corrections of a quarter as a table, one row for each figure."""
    return _file(quarter_of(quarter), ending)


@bp.get("/ratings/<year>/corrections")
@public
def year_corrections(year: str) -> str:
    """What was corrected in a published year."""
    return _page(year_of(year), url_for("ratings.year", year=year))


@bp.get(f"/ratings/<year>/corrections.<any({ENDINGS}):ending>")
@public
def year_corrections_file(year: str, ending: str) -> Response:
    """The corrections of a year as a table, one row for each figure."""
    return _file(year_of(year), ending)
