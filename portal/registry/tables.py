"""The registry as tables for people: the columns of the import sheets, so that an export comes back as it went.

Headers and choices are Chinese on Chinese pages, code names on English ones; both are read again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.kernel.i18n import _, language
from portal.kernel.sheets.columns import SheetKind
from portal.registry.columns import CONTRACTS, DIVISIONS, ENTERPRISES, ESTATES, LEVEL_LABELS, print_units
from portal.registry.kinds import LABELS as KIND_LABELS
from portal.registry.models import Contract, Division, Enterprise, EstateFacts
from portal.registry.sealed import KnownManager


@dataclass(frozen=True)
class Table:
    """A named table; cells are texts, whole numbers, decimals, dates or None."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]


def _header(sheet: SheetKind) -> list[str]:
    return [column.name if language() == "en" else column.header for column in sheet.columns]


def _choice(value: str, labels: tuple[tuple[str, str], ...]) -> str:
    return value if language() == "en" else dict(labels)[value]


def _decimal(number: int | None, places: int) -> Decimal | None:
    text = print_units(number, places)
    return None if text is None else Decimal(text)


def divisions_table(rows: Iterable[Division]) -> Table:
    """Areas, as their sheet has them."""
    cells = ([row.code, row.name, _choice(row.level, LEVEL_LABELS), row.parent_code] for row in rows)
    return Table("divisions", _header(DIVISIONS), cells)


def enterprises_table(rows: Iterable[Enterprise], phones: Mapping[str, str | None]) -> Table:
    """Companies, as their sheet has them. For staff. ``phones`` by code."""
    cells = ([row.uscc, row.name, row.legal_representative, phones.get(row.uscc), row.address] for row in rows)
    return Table("enterprises", _header(ENTERPRISES), cells)


def managers_table(rows: Iterable[KnownManager]) -> Table:
    """Managers for reading, phones masked. It is no import sheet: that needs the ID number, which nobody can give out again."""
    header = [_("项目负责人编号"), _("姓名"), _("联系电话"), _("身份证尾号")]
    return Table("managers", header, ([row.code, row.name, row.masked, row.id_last4] for row in rows))


def estates_table(rows: Iterable[EstateFacts]) -> Table:
    """Estates, as their sheet has them."""
    cells = (
        [
            row.estate_code,
            row.name,
            _choice(row.kind, KIND_LABELS),
            row.division_code,
            row.address,
            row.households,
            _decimal(row.floor_area_centi, 2),
            row.delivered_on,
            _decimal(row.latitude_e6, 6),
            _decimal(row.longitude_e6, 6),
        ]
        for row in rows
    )
    return Table("estates", _header(ESTATES), cells)


def contracts_table(rows: Iterable[Contract]) -> Table:
    """Contracts, as their sheet has them."""
    cells = ([row.estate_code, row.uscc, row.manager_code, row.valid_from, row.valid_to] for row in rows)
    return Table("contracts", _header(CONTRACTS), cells)
