"""Sheets of the registry as csv texts, valid codes, and the import as the command line does it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from stdnum.cn import ric

from portal.kernel.access import Actor, system_actor
from portal.kernel.db import transaction
from portal.kernel.importing import Counts, ImportContext
from portal.kernel.sheets.read import read_sheet
from portal.registry.imports import IMPORTS

CLI = system_actor("cli:test")
ON = date(2026, 11, 22)
KINDS = {kind.name: kind for kind in IMPORTS}
USCC = ("91350100M000100Y43", "9144030071526726XG", "91110000600037341L")
DIVISIONS = """code,name,level,parent_code
440306000000,宝安区,district,
440306017000,新安街道,street,440306000000
440306017010,海乐社区,community,440306017000
440306020000,福永街道,street,440306000000
440306020001,怀德社区,community,440306020000
"""
ENTERPRISES = f"""uscc,name,legal_representative,phone,address
{USCC[0]},深圳市海乐物业管理有限公司,张三,0755-11112222,海乐路1号
{USCC[1]},长安物业服务有限公司,,,
"""
ESTATES = """estate_code,name,kind,division_code,address,households,floor_area_m2,delivered_on,latitude,longitude
E-1,海乐花园,commodity,440306017010,海乐路1号,1200,86000.5,2018-06-30,22.570123,113.880123
E-2,怀德新村,村改居,440306020001,,300,,,,
"""
CONTRACTS = f"""estate_code,uscc,manager_code,starts_on,ends_on
E-1,{USCC[0]},M-1,2024-01-01,2025-06-30
E-1,{USCC[1]},M-2,2025-07-01,
E-2,{USCC[0]},M-1,2024-01-01,
"""


def id_number(number: int) -> str:
    """A valid ID number of nobody: born on a day of 1990, told apart by the sequence."""
    body = f"440306199001{number % 28 + 1:02d}{number % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")


MANAGERS = f"""manager_code,name,id_number,phone
M-1,李四,{id_number(1)},13800000001
M-2,欧阳五,{id_number(2)},
"""
ALL = {
    "divisions": DIVISIONS,
    "enterprises": ENTERPRISES,
    "managers": MANAGERS,
    "estates": ESTATES,
    "contracts": CONTRACTS,
}


def bring(kind: str, text: str | bytes, actor: Actor = CLI, on: date = ON, name: str = "") -> Counts:
    """Import a csv text (or the bytes of a workbook) in a transaction of its own."""
    data = text.encode() if isinstance(text, str) else text
    with transaction() as db:
        sheet = read_sheet(data, name or f"{kind}.csv", KINDS[kind].sheet)
        return KINDS[kind].run(db, actor, sheet, ImportContext(on))


def bring_all(kinds: Sequence[str] = tuple(ALL), **others: Any) -> None:
    """The small district of these tests."""
    for kind in kinds:
        bring(kind, ALL[kind], **others)


def counted(counts: Counts) -> tuple[int, int, int]:
    """(added, updated, unchanged)."""
    return counts.added, counts.updated, counts.unchanged
