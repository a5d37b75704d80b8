"""A folder of bank files of whatever origin, each read as an import would read it; nothing is stored."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from disclosure.funds.proof import print_fen
from disclosure.funds.service.counting import Judged, judge
from disclosure.funds.statements.detect import MAX_BYTES, read_statements
from disclosure.funds.statements.layouts import shipped
from disclosure.funds.statements.shapes import CURRENCY
from portal.kernel.errors import DomainError, InputRefused
from portal.kernel.i18n import _


@dataclass(frozen=True)
class Tried:
    """What came of a file: its statements in words, or why it is refused. ``state``: ok, flawed or refused."""

    name: str
    state: str
    words: tuple[str, ...]


def try_folder(folder: Path, format_name: str, today: date) -> list[Tried]:
    """Every file below a folder, by name; hidden files are passed over."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return [try_file(path, str(path.relative_to(folder)), format_name, today) for path in paths]


def try_file(path: Path, name: str, format_name: str, today: date) -> Tried:
    """One file."""
    if path.stat().st_size > MAX_BYTES:
        return Tried(name, "refused", (_("文件超过200MB，请分成几份导入。"),))
    try:
        found = [judge(one) for one in read_statements(path.read_bytes(), name, format_name, shipped(), today)]
    except InputRefused as error:
        return Tried(name, "refused", tuple(str(problem) for problem in error.problems[:3]) or (str(error),))
    except DomainError as error:
        return Tried(name, "refused", (str(error),))
    foreign = next((one.made.currency for one in found if one.made.currency != CURRENCY), "")
    if foreign:
        return Tried(name, "refused", (_("对账单的币种是%(currency)s，只能导入人民币账户。", currency=foreign),))
    return Tried(name, "flawed" if any(one.flaws for one in found) else "ok", tuple(map(_line, found)))


def _line(one: Judged) -> str:
    def fen(value: int | None) -> str:
        return "-" if value is None else print_fen(value)

    made = one.made
    flaws = "".join(
        f"; {kind} {place}{f' {on}' if kind == 'outside' else ''}: {print_fen(wanted)} / {print_fen(stands)}"
        for kind, on, place, wanted, stands in one.flaws
    )
    return (
        f"{made.format} {one.first}..{one.last} lines {len(one.lines)}"
        f" opening {fen(one.opening_fen)} in {fen(one.in_fen)} out {fen(one.out_fen)} closing {fen(one.closing_fen)}{flaws}"
    )
