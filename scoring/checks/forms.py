"""Shape and wording of what people enter on the pages of checks: items of one step, reasons, boxes on a photo."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from wtforms import DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation

from portal.kernel.errors import DomainError
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy
from portal.kernel.images import Box
from portal.kernel.points import parse_cp, print_short
from scoring.checks.draft import MAX_NOTE, PASS, Answer
from scoring.rules.deductions import NOT_APPLICABLE
from scoring.standards.api import ItemView

FOUND, MOST_COUNT = "found", 999
SPARE_ROWS = 4
WHOLE = 10_000  # the width of a picture, in the boxes' unit


# ---- the items of one step ----


@dataclass
class Entry:
    """One item as it stands in the form: the answer's value, and what was typed, right or wrong."""

    answer: str = ""
    count: str = "0"
    place: str = ""
    note: str = ""
    errors: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, answer: Answer | None) -> "Entry":
        """What the form shows for a decision of the draft."""
        if answer is None:
            return cls()
        if answer.result.isdigit():
            return cls(FOUND, answer.result, answer.place, answer.note)
        return cls(answer.result, "0", answer.place, answer.note)

    def decided(self) -> Answer:
        """The decision of the draft. Only for an entry without errors."""
        return Answer(self.count if self.answer == FOUND else self.answer, self.place, self.note)


@dataclass
class Step:
    """A posted step: item code to entry, whether the rest of the category passed, photos to take off."""

    entries: dict[str, Entry]
    rest_passed: bool
    detach: list[str]

    @property
    def wrong(self) -> bool:
        """Whether anything typed cannot be kept."""
        return any(entry.errors for entry in self.entries.values())


def read_step(posted: Any, items: Iterable[ItemView]) -> Step:
    """What the inspector's form brought (``posted`` as Flask gives it), each fault noted at its item."""
    entries = {item.item_code: _entry(posted, item) for item in items}
    return Step(entries, bool(posted.get("rest_passed")), posted.getlist("detach"))


def _entry(posted: Any, item: ItemView) -> Entry:
    code = item.item_code
    text = {part: str(posted.get(f"{code}-{part}", "")).strip() for part in ("count", "place", "note")}
    entry = Entry(str(posted.get(code, "")), text["count"] or "0", text["place"], text["note"])
    if entry.answer == FOUND and item.step_cp:
        if not re.fullmatch(r"[0-9]{1,6}", entry.count) or not 1 <= int(entry.count) <= MOST_COUNT:
            entry.errors.append(_("%(code)s：请填写发现几处，1至%(most)s之间的整数。", code=code, most=MOST_COUNT))
        else:
            entry.count = str(int(entry.count))
    elif entry.answer and entry.answer not in (PASS, NOT_APPLICABLE, *item.losses):
        entry.errors.append(_("%(code)s：请从给出的结果中选一个。", code=code))
    for part, name in (("place", _("位置")), ("note", _("说明"))):
        if len(text[part]) > MAX_NOTE:
            entry.errors.append(_("%(code)s：%(part)s最多填%(n)s个字，请缩短。", code=code, part=name, n=MAX_NOTE))
    return entry


# ---- short forms ----


def filled(sentence: Any) -> Any:
    """The field must hold something; the sentence says what."""

    def check(_form: Any, given: Any) -> None:
        if not str(given.data or "").strip():
            raise StopValidation(str(sentence))
        if len(str(given.data)) > MAX_NOTE:
            raise StopValidation(_("说明最多填%(n)s个字。请缩短。", n=MAX_NOTE))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


class DayForm(Form):
    """The day of the visit."""

    inspected_on = DateField(lazy("检查日期"))

    def validate_inspected_on(self, given: Any) -> None:
        """A day must be given."""
        if not isinstance(given.data, date):
            raise StopValidation(_("请填写检查日期，例如2026-09-08。"))


class ResultForm(Form):
    """Another result for one item, with the reason. The answers are those of the item's deduction rule."""

    answer = RadioField(lazy("改为"), validate_choice=True)
    count = IntegerField(lazy("发现几处"))
    reason = TextAreaField(lazy("理由"), [filled(lazy("请写明理由。"))])

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answer.choices = list(choices)
        self.answer.flags.required = True

    def validate_answer(self, given: Any) -> None:
        """One must be chosen."""
        if not given.data:
            raise StopValidation(_("请选择改为什么结果。"))

    def validate_count(self, given: Any) -> None:
        """A number of findings goes with "found"."""
        if self.answer.data == FOUND and not (given.data and 1 <= given.data <= MOST_COUNT):
            given.process_errors = []
            raise StopValidation(_("请填写发现几处，1至%(most)s之间的整数。", most=MOST_COUNT))
        if self.answer.data != FOUND:
            given.errors = given.process_errors = []
            raise StopValidation

    @property
    def result(self) -> str:
        """The result as the sheet writes it."""
        return str(self.count.data) if self.answer.data == FOUND else str(self.answer.data)


class ReasonForm(Form):
    """A reason."""

    reason = TextAreaField(lazy("理由"), [filled(lazy("请写明理由。"))])


class LateForm(ReasonForm):
    """Permission to submit late: estate, month, reason."""

    estate = StringField(lazy("小区编号"), [filled(lazy("请填写小区编号。"))])
    month = StringField(lazy("月份"), [filled(lazy("请填写月份，例如2026-09。"))])


class InterestForm(ReasonForm):
    """A declared interest: estate (choices are passed in) and reason."""

    estate = SelectField(lazy("小区"), [filled(lazy("请选择小区。"))])

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.estate.choices = [("", _("请选择")), *choices]


# ---- boxes on a photo ----


@dataclass
class BoxRows:
    """Boxes as typed, in percent of the picture (``x, y, w, h``), with what is wrong."""

    rows: list[tuple[str, str, str, str]]
    boxes: list[Box]
    errors: list[str]

    @property
    def spare(self) -> range:
        """Numbers of the empty rows that the form offers beside the filled ones."""
        return range(len(self.rows), len(self.rows) + SPARE_ROWS)


def read_boxes(posted: Any) -> BoxRows:
    """The boxes of a posted form; rows left empty count as none."""
    typed = zip(*(posted.getlist(name) for name in "xywh"), strict=False)
    stripped = [(x.strip(), y.strip(), w.strip(), h.strip()) for x, y, w, h in typed]
    rows = [row for row in stripped if any(row)]
    boxes, errors = [], []
    for number, row in enumerate(rows, 1):
        try:
            boxes.append(_box(row))
        except DomainError:
            text = _("第%(n)s个遮挡框：左、上、宽、高请填0至100之间、最多两位小数的数，宽和高大于0。", n=number)
            errors.append(text)
    return BoxRows(rows, boxes, errors)


def shown_boxes(boxes: Iterable[Sequence[int]]) -> BoxRows:
    """Stored boxes as the form shows them."""
    kept = [(x, y, w, h) for x, y, w, h in boxes]
    rows = [(print_short(x), print_short(y), print_short(w), print_short(h)) for x, y, w, h in kept]
    return BoxRows(rows, kept, [])


def _box(row: Sequence[str]) -> Box:
    x, y, w, h = (parse_cp(part) for part in row)
    if not (0 <= x < WHOLE and 0 <= y < WHOLE and 0 < w <= WHOLE and 0 < h <= WHOLE):
        raise DomainError("")
    return x, y, min(w, WHOLE - x), min(h, WHOLE - y)
