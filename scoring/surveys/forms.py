"""Forms of a year's facts; numbers are read by the parsers of the sheets, so that page and sheet agree."""

from collections.abc import Callable, Mapping
from typing import Any

from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, StopValidation

from portal.kernel.errors import DomainError
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy
from portal.kernel.sheets.values import parse_int, parse_points


def _read_by(parse: Callable[[str], int]) -> Callable[[Any, Any], None]:
    """What is filled in fits; the parsed value is kept in ``field.value`` (None: left empty)."""

    def check(_form: Any, field: Any) -> None:
        text, field.value = str(field.data or "").strip(), None
        if text:
            try:
                field.value = parse(text)
            except DomainError as error:
                raise StopValidation(str(error)) from error

    return check


def _needed(sentence: Any) -> Callable[[Any, Any], None]:
    """Something is filled in; ``sentence`` is a lazy text that says what to fill in."""

    def check(_form: Any, field: Any) -> None:
        if not field.errors and not str(field.data or "").strip():
            raise StopValidation(str(sentence))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


class FactsForm(Form):
    """The facts of one estate and year. What is not known yet stays empty; ``reason`` is for corrections."""

    households = StringField(lazy("户数"), [_read_by(lambda text: parse_int(text, 1))])
    valid_responses = StringField(lazy("有效问卷数"), [_read_by(lambda text: parse_int(text, 0))])
    survey_score = StringField(lazy("满意度得分"), [_read_by(parse_points)])
    rate = StringField(lazy("收缴率"), [_read_by(parse_points)])
    reason = TextAreaField(lazy("更正原因"), [Length(max=500)])

    def value(self, name: str) -> int | None:
        """The checked value of a field."""
        found: int | None = getattr(self[name], "value", None)
        return found

    def text(self, name: str) -> str:
        """What was typed, trimmed."""
        return str(self[name].data or "").strip()

    def refuse(self, name: str, message: str) -> None:
        """Say what is wrong at a field, or above the form."""
        if name in self:
            self[name].errors = [*self[name].errors, message]
        else:
            self.form_errors.append(message)


def facts_form(indicators: Mapping[str, str], with_rate: bool) -> type[FactsForm]:
    """The form for a rule set: indicator code -> name in the reader's language."""
    fields: dict[str, Any] = {}
    for code, name in indicators.items():
        fields[f"score_{code}"] = StringField(name, [_read_by(parse_points)])
        fields[f"evidence_{code}"] = StringField(_("%(name)s的依据", name=name), [Length(max=500)])
    if not with_rate:
        fields["rate"] = None
    return type("FactsFormOfRuleSet", (FactsForm,), fields)


class VetoForm(Form):
    """A veto that was decided and served. ``veto_code`` gets its choices from the view."""

    veto_code = SelectField(lazy("否决情形"), [_needed(lazy("请选择否决情形。"))])
    decision = StringField(lazy("决定书编号"), [_needed(lazy("请填写决定书编号。")), Length(max=100)])
    decided_on = DateField(lazy("决定日期"), [_needed(lazy("请填写决定日期。"))])
    decided_by = StringField(lazy("决定人"), [_needed(lazy("请填写决定人。")), Length(max=100)])
    evidence = TextAreaField(lazy("依据"), [_needed(lazy("请填写依据。")), Length(max=500)])


class WithdrawForm(Form):
    """Take back a veto."""

    reason = TextAreaField(lazy("撤销原因"), [_needed(lazy("请写明撤销的原因。")), Length(max=500)])
