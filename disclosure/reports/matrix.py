"""What has to be disclosed of the common funds, by when: data (``matrix.json``); due dates stand in the deadline rules.

``by`` says what counts as disclosed: ``register`` (the account is registered), ``bank`` (a statement covers the month) or
``report`` (a report was filed). ``accounts``: an account of one of these types makes it due. ``often``: how it differs for
an estate that has to file more often (cost-plus service fee). ``event``: the credit event that a rule proposes when it is
late. ``counts``: whether it enters the on-time rate.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from disclosure.reports.periods import Span, month_end_after
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _, language


@dataclass(frozen=True)
class Choice:
    """One answer of a field of choices."""

    code: str
    zh: str
    en: str

    @property
    def name(self) -> str:
        """Its name in the language of the moment."""
        return self.en if language() == "en" else self.zh


@dataclass(frozen=True)
class Field:
    """What a person fills in: ``text``, ``money`` (fen) or ``choice``."""

    code: str
    zh: str
    en: str
    type: str
    required: bool
    choices: tuple[Choice, ...] = ()

    @property
    def name(self) -> str:
        """Its name in the language of the moment."""
        return self.en if language() == "en" else self.zh


@dataclass(frozen=True)
class Settlement:
    """Net income is handed over by the end of a month so many months after the period; else this event is proposed."""

    months_after: int
    event: str


@dataclass(frozen=True)
class Often:
    """The shorter frequency of a kind, its deadline rule and event."""

    frequency: str
    rule: str
    event: str


@dataclass(frozen=True)
class Kind:
    """A row of the matrix."""

    code: str
    zh: str
    en: str
    by: str
    frequency: str
    accounts: tuple[str, ...]
    rule: str
    counts: bool
    event: str | None
    counted_after_months: int = 0
    settlement: Settlement | None = None
    often: Often | None = None
    fields: tuple[Field, ...] = ()

    @property
    def name(self) -> str:
        """Its name in the language of the moment."""
        return self.en if language() == "en" else self.zh

    @property
    def from_books(self) -> bool:
        """Whether its amounts come from the ledger."""
        return (
            self.by == "report" and bool(self.accounts) and self.code in ("common_income", "maintenance", "service_fee")
        )

    def counted_from(self, period: Span) -> date:
        """The day from which the deadline rule counts; that day itself does not count."""
        return month_end_after(period.last, self.counted_after_months) if self.counted_after_months else period.last

    def as_often(self) -> "Kind":
        """The same, filed more often."""
        if self.often is None:
            return self
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        values.update(
            frequency=self.often.frequency, rule=self.often.rule, event=self.often.event, counted_after_months=0
        )
        return Kind(**values)


@cache
def kinds() -> tuple[Kind, ...]:
    """The rows of the matrix in order."""
    data = json.loads(files("disclosure.reports").joinpath("matrix.json").read_text(encoding="utf-8"))
    return tuple(_kind(row) for row in data["kinds"])


def _kind(row: dict[str, object]) -> Kind:
    values = dict(row)
    values["accounts"] = tuple(row["accounts"])  # type: ignore[arg-type]
    for name, made in (("settlement", Settlement), ("often", Often)):
        if row.get(name):
            values[name] = made(**row[name])  # type: ignore[arg-type]
    values["fields"] = tuple(_field(one) for one in row.get("fields", ()))  # type: ignore[attr-defined]
    return Kind(**values)  # type: ignore[arg-type]


def _field(row: dict[str, object]) -> Field:
    choices = tuple(Choice(**one) for one in row.get("choices", ()))  # type: ignore[attr-defined]
    return Field(**{**row, "choices": choices})  # type: ignore[arg-type]


def kind(code: str) -> Kind:
    """A row by its code. NotFound."""
    for one in kinds():
        if one.code == code:
            return one
    raise NotFound(_("没有这种公开事项。"))
