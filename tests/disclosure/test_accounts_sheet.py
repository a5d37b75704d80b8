"""The sheet ``accounts`` names every bad cell at once, in rows with other bad cells too."""

from datetime import date

import pytest

from disclosure.funds.imports import ACCOUNTS, run
from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.errors import InputRefused
from portal.kernel.importing import ImportContext
from portal.kernel.sheets.read import read_sheet
from tests.ratings import district as d

HEADER = "account_code,estate_code,type,bank,account_number,opened_on"
ROWS = (
    "A-1,E-1,joint,示例银行,4000123412341234,2025-01-02",
    "bad code,E-9,joint,示例银行,4000123412341299,2025-01-02",  # both its code and its estate
    "A-1,E-1,moon,示例银行,****,2099-01-01",  # a repeated code, a type, a number and a day
    "A-4,E-1,joint,,4000 1234 1234 1234,2025-01-02",  # no bank: whose number it is cannot be judged yet
    "A-5,E-1,joint,示例银行,4000-1234-1234-1234,2025-01-02",  # the number of A-1
)


def test_every_bad_cell_is_named_at_its_place(instance):
    d.found_district({"E-1": ("commodity", d.COMMUNITIES[0])})
    sheet = read_sheet("\n".join((HEADER, *ROWS)).encode(), "accounts.csv", ACCOUNTS)
    context = ImportContext(on=date(2026, 3, 2))
    with clock.on(context.on), pytest.raises(InputRefused) as caught, transaction() as db:
        run(db, d.CLI, sheet, context)
    cells = [problem.cell.partition("!")[2] for problem in caught.value.problems]
    assert cells == ["A3", "B3", "A4", "C4", "E4", "F4", "D5", "E6"]
