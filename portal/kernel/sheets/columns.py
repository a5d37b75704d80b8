"""What a sheet may hold: columns, headers and kinds. The slices declare these, the kernel reads by them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from portal.kernel.errors import CellError, InputRefused
from portal.kernel.i18n import _, ngettext

KINDS = (
    "text", "code", "login", "uscc", "date", "month", "year", "int", "points", "decimal", "choice",
)  # fmt: skip

Choice = str | tuple[str, str]


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    ``name`` is the English code name, ``header`` the Chinese header (a msgid). ``choices`` are values or pairs
    (value, Chinese label); the label is accepted in a cell as well. ``minimum`` and ``maximum`` bound ``int`` and
    ``decimal``. ``parser`` replaces the parser of the kind: it gets the text of a filled cell and returns the value,
    or raises ``DomainError`` with a sentence. ``note`` (a msgid) explains the column in the template.
    An optional column may be empty, or absent from the file.
    """

    name: str
    header: str
    required: bool = True
    kind: str = "text"
    choices: tuple[Choice, ...] = ()
    example: str = ""
    note: str = ""
    max_length: int = 200
    minimum: int | None = None
    maximum: int | None = None
    aliases: tuple[str, ...] = ()
    parser: Callable[[str], Any] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"column {self.name}: no such kind {self.kind}")
        if self.kind == "choice" and not self.choices:
            raise ValueError(f"column {self.name}: a choice needs choices")

    @property
    def label(self) -> str:
        """Both names, as a person may write either: ``month[检查月份]``."""
        return self.name if self.header == self.name else f"{self.name}[{self.header}]"

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Choices as (value, Chinese label); a choice without a label is its own label."""
        return tuple((choice, choice) if isinstance(choice, str) else choice for choice in self.choices)

    @property
    def values(self) -> dict[str, str]:
        """What may stand in a cell (values and labels in both cases of letters) to the value it means."""
        return {spelling.casefold(): value for value, label in self.pairs for spelling in (label, value)}


@dataclass(frozen=True)
class SheetKind:
    """A kind of import sheet, for example ``checks``: its columns in the order of the template."""

    name: str
    title: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of that code name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def example(self) -> tuple[str, ...]:
        """The example row of the template."""
        return tuple(column.example for column in self.columns)


def letters(index: int) -> str:
    """Column letters of a zero-based index.

    >>> letters(0), letters(25), letters(26), letters(701), letters(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_index(name: str) -> int:
    """Zero-based index of column letters; the reverse of ``letters``."""
    index = 0
    for letter in name:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _spellings(kind: SheetKind) -> dict[str, Column]:
    """Every accepted header, without case, to its column."""
    found = {}
    for column in kind.columns:
        for text in (column.name, column.header, *column.aliases):
            found[text.strip().casefold()] = column
    return found


def _find(spellings: dict[str, Column], header: str) -> Column | None:
    """A header as written: alone, or with a remark as in ``code[行政区划代码]`` or ``检查月份（YYYY-MM）``."""
    text = header.strip().rstrip("*＊").strip().casefold()
    first = re.split(r"[\s\[［【(（:：]", text, maxsplit=1)[0]
    return spellings.get(text) or spellings.get(first)


def match_headers(kind: SheetKind, headers: Sequence[str], cell_of: Callable[[int], str]) -> dict[str, int]:
    """Column names to their position in the header row.

    ``cell_of`` gives the address of a header for the messages. Raises ``InputRefused`` naming every unknown,
    repeated and missing column at once.
    """
    spellings = _spellings(kind)
    places: dict[str, int] = {}
    problems: list[CellError] = []
    for place, header in enumerate(headers):
        if not header:
            continue
        column = _find(spellings, header)
        if column is None:
            problems.append(CellError(cell_of(place), _unknown(kind, header)))
        elif column.name in places:
            first = cell_of(places[column.name])
            problems.append(
                CellError(cell_of(place), _("列“%(value)s”与%(cell)s重复，请只保留一列。", value=header, cell=first))
            )
        else:
            places[column.name] = place
    for column in kind.columns:
        if column.required and column.name not in places:
            problems.append(CellError(cell_of(0), _("缺少列“%(value)s”，请补上这一列。", value=column.label)))
    if problems:
        raise InputRefused(problems, import_none(len(problems)))
    return places


def _unknown(kind: SheetKind, header: str) -> str:
    usable = _("、").join(column.label for column in kind.columns)
    return _("不认识列“%(value)s”。可以使用的列：%(columns)s。", value=header, columns=usable)


def import_none(n: int) -> str:
    """The sentence over a list of bad cells."""
    sentence = "有%(n)s处错误，没有导入任何数据。请按下面的位置改好，重新上传整份文件。"
    return ngettext(sentence, sentence, n)
