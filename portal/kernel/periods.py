"""Month, quarter and year as values: ``2025-01``, ``2025Q1``, ``2025``."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _

FIRST_YEAR, LAST_YEAR = 2000, 2100


def _year_in_range(year: int, text: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DomainError(_("“%(text)s”的年份不在%(a)s至%(b)s之间。", text=text, a=FIRST_YEAR, b=LAST_YEAR))


@dataclass(frozen=True, order=True)
class Month:
    """One calendar month, written ``2025-01``."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text.strip())
        if not found:
            raise DomainError(_("月份“%(text)s”写法不对，请按2026-09的格式填写。", text=text))
        _year_in_range(int(found[1]), text)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    @property
    def quarter(self) -> "Quarter":
        return Quarter(self.year, (self.number + 2) // 3)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


@dataclass(frozen=True, order=True)
class Quarter:
    """Three months, written ``2025Q1``."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        found = re.fullmatch(r"(\d{4})Q([1-4])", text.strip())
        if not found:
            raise DomainError(_("季度“%(text)s”写法不对，请按2026Q3的格式填写。", text=text))
        _year_in_range(int(found[1]), text)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return Month.of(day).quarter

    @property
    def months(self) -> tuple[Month, Month, Month]:
        start = 3 * self.number - 2
        return Month(self.year, start), Month(self.year, start + 1), Month(self.year, start + 2)

    @property
    def first(self) -> date:
        return self.months[0].first

    @property
    def last(self) -> date:
        return self.months[2].last

    @property
    def previous(self) -> "Quarter":
        return Quarter(self.year - (self.number == 1), (self.number - 2) % 4 + 1)

    @property
    def next(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"


@dataclass(frozen=True, order=True)
class Year:
    """One calendar year, written ``2025``."""

    number: int

    @classmethod
    def parse(cls, text: str) -> "Year":
        if not re.fullmatch(r"\d{4}", text.strip()):
            raise DomainError(_("年度“%(text)s”写法不对，请按2026的格式填写。", text=text))
        _year_in_range(int(text), text)
        return cls(int(text))

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        return tuple(Quarter(self.number, n) for n in (1, 2, 3, 4))

    @property
    def first(self) -> date:
        return date(self.number, 1, 1)

    @property
    def last(self) -> date:
        return date(self.number, 12, 31)

    def __str__(self) -> str:
        return f"{self.number:04d}"
