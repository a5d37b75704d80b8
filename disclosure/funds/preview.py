"""What taking over a file would do, and the columns of a spreadsheet that no layout knows. Nothing is stored here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from disclosure.funds import proof, queries
from disclosure.funds.models import BankLine, FundStatement
from disclosure.funds.service.counting import Judged, judge
from disclosure.funds.service.statements import refuse_foreign, statement_row
from disclosure.funds.statements.layouts import Layout, normal
from disclosure.funds.statements.shapes import BankStatement
from disclosure.funds.statements.sheets import find_header, read_rows, text_of
from portal.kernel import clock
from portal.kernel.access import Actor

HEAD_ROWS, SHOWN_COLUMNS = 12, 30


@dataclass(frozen=True)
class Preview:
    """One statement as it would be taken over: how many of its lines are new, how many are known."""

    judged: Judged
    new: int
    known: int


@dataclass(frozen=True)
class Previewed:
    """A file as it would be taken over, and what would not add up."""

    statements: tuple[Preview, ...]
    flaws: tuple[proof.Flaw, ...]

    @property
    def new(self) -> int:
        """New lines of all statements."""
        return sum(one.new for one in self.statements)


def preview(db: Session, actor: Actor, account_code: str, statements: Sequence[BankStatement]) -> Previewed:
    """Judge the statements of a file against what the account has. InputRefused as when they are taken over."""
    account = queries.account(db, account_code)
    listed, found, mine = list(queries.statements(db, account_code)), [], set()
    for made in statements:
        refuse_foreign(db, account, made)
        judged = judge(made)
        keys = {one.key for one in judged.lines}
        known = len(keys & _keys(db, account_code, judged))
        found.append(Preview(judged, len(keys) - known, known))
        row = FundStatement(**statement_row(account_code, judged, "", actor, clock.today()))
        listed.append(row)
        mine.add(row.id)
    listed.sort(key=lambda one: (one.to_on, one.from_on, one.number, one.recorded_at))
    standing = proof.standing(listed)
    after = {b.id for a, b in zip(standing, standing[1:], strict=False) if a.id in mine}
    flaws = [
        flaw
        for flaw in proof.flaws(db, account_code, standing)
        if flaw.statement_id in mine or (flaw.kind in ("gap", "break") and flaw.statement_id in after)
    ]
    return Previewed(tuple(found), tuple(flaws))


def _keys(db: Session, code: str, judged: Judged) -> set[str]:
    query = select(BankLine.key).where(BankLine.account_code == code, BankLine.booked_on.between(*judged.reach))
    return set(db.scalars(query))


@dataclass(frozen=True)
class Grid:
    """The first rows of a spreadsheet, the row (from 1) that looks like its header, and a field for each column."""

    rows: tuple[tuple[str, ...], ...]
    head: int
    fields: tuple[str, ...]

    @property
    def headers(self) -> tuple[str, ...]:
        """The cells of the header row."""
        return self.rows[self.head - 1] if 0 < self.head <= len(self.rows) else ()


def grid(data: bytes, name: str, layouts: Mapping[str, Layout], head: int = 0) -> Grid:
    """The head of a spreadsheet for the mapping screen. InputRefused when it is none.

    ``head`` 0: the row that a layout knows, else the one with most filled cells.
    """
    _sheet, rows = read_rows(data, name)
    shown = [[text_of(cell)[:40] for cell in row[:SHOWN_COLUMNS]] for row in rows[:40]]
    if not 0 < head <= len(shown):
        known = find_header(rows, layouts)
        filled = [sum(1 for cell in row if cell and not cell[0].isdigit()) for row in shown]
        head = known[0] + 1 if known else filled.index(max(filled, default=0)) + 1 if filled else 1
    last = max(HEAD_ROWS, head + 4)
    width = max((len(row) for row in shown[:last]), default=0)
    padded = tuple(tuple([*row, *[""] * (width - len(row))]) for row in shown[:last])
    headers = padded[head - 1] if head <= len(padded) else ()
    return Grid(padded, head, _guess(headers, layouts))


def _guess(headers: Sequence[str], layouts: Mapping[str, Layout]) -> tuple[str, ...]:
    """The field that most layouts give a header; one that is taken is not given again, but for the summary."""
    names: dict[str, str] = {}
    for layout in layouts.values():
        for field, known in layout.columns.items():
            for one in known:
                names.setdefault(normal(one), field)
    guessed: list[str] = []
    for header in headers:
        field = names.get(normal(header), "") if header else ""
        guessed.append(field if field == "summary" or field not in guessed else "")
    return tuple(guessed)
