"""Forms of the registry: the fields are the columns of its sheets, checked by the same parsers."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, StopValidation
from wtforms.widgets import DateInput

from portal.kernel.errors import DomainError
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy
from portal.kernel.sheets.columns import Column, SheetKind
from portal.kernel.sheets.values import parser_of
from portal.kernel.unseen import trimmed
from portal.registry.columns import CONTRACTS, ENTERPRISES, ESTATES, MANAGERS
from portal.registry.kinds import NAMES as KIND_NAMES

CORRECT, CHANGE = "correct", "change"


class DateField(StringField):
    """A day: a date picker where the browser has one."""

    widget = DateInput()


def fits(column: Column, required: bool) -> Callable[[Any, Any], None]:
    """What is filled in is what the column accepts; the parsed value is kept in ``field.value``."""

    def check(_form: Any, field: Any) -> None:
        text, field.value = trimmed(str(field.data or "")), None
        if not text:
            if required:
                raise StopValidation(_("请填写%(label)s。", label=_(column.header)))
            return
        try:
            field.value = parser_of(column)(text)
        except DomainError as error:
            raise StopValidation(str(error)) from error
        if doubt := getattr(field.value, "doubt", ""):  # a typed ID number is mended at once, a sheet's is only noted
            raise StopValidation(doubt)

    if required:
        check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


def cell(sheet: SheetKind, name: str, required: bool | None = None, **options: Any) -> Any:
    """The field of a column: a picker of days, or a line of text."""
    column = sheet.column(name)
    field = DateField if column.kind == "date" else StringField
    needed = column.required if required is None else required
    return field(lazy(column.header), [fits(column, needed)], **options)


class CellsForm(Form):
    """A form whose fields are checked by columns."""

    def value(self, name: str) -> Any:
        """The checked value of a field; None when it is empty."""
        return getattr(self[name], "value", None)

    def offer(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        """What a select field offers, as (value, text)."""
        self[name].choices = [SelectChoice(value, text) for value, text in choices]

    def refuse(self, field: str, message: str) -> None:
        """Say what is wrong at a field, or above the form when it has no such field."""
        if field in self:
            self[field].errors = [*self[field].errors, message]
        else:
            self.form_errors.append(message)


class EstateForm(CellsForm):
    """A new estate. ``division_code`` gets its choices from the view."""

    estate_code = cell(ESTATES, "estate_code")
    name = cell(ESTATES, "name")
    kind = RadioField(
        lazy("类型"),
        [fits(ESTATES.column("kind"), True)],
        choices=[SelectChoice(value, name) for value, name in KIND_NAMES.items()],
        validate_choice=False,
    )
    division_code = SelectField(
        lazy("社区"), [fits(ESTATES.column("division_code"), True)], choices=[], validate_choice=False
    )
    address = cell(ESTATES, "address")
    households = cell(ESTATES, "households")
    floor_area_m2 = cell(ESTATES, "floor_area_m2")
    delivered_on = cell(ESTATES, "delivered_on")
    latitude = cell(ESTATES, "latitude")
    longitude = cell(ESTATES, "longitude")

    def check_together(self, on: date) -> bool:
        """What no field can tell alone: coordinates come in pairs, an estate was not delivered in the future."""
        if self.value("delivered_on") and self.value("delivered_on") > on:
            self.refuse("delivered_on", _("日期不能晚于今天。"))
        if (self.value("latitude") is None) != (self.value("longitude") is None):
            missing = "latitude" if self.value("latitude") is None else "longitude"
            if not self[missing].errors:  # a filled one is refused already for what it holds
                self.refuse(missing, _("纬度和经度要么都填，要么都留空。"))
        return not self.errors


class EstateEditForm(EstateForm):
    """A known estate: a correction of what is recorded, or a change from a day on."""

    estate_code = None
    mode = RadioField(
        lazy("这次修改是"),
        [InputRequired(lazy("请选择"))],  # one of the two is always chosen: the default
        choices=[SelectChoice(CORRECT, lazy("更正登记错误")), SelectChoice(CHANGE, lazy("自某日起变更"))],
        default=CORRECT,
        validate_choice=False,
    )
    from_day = DateField(lazy("变更的第一天"), [fits(Column("from_day", "变更的第一天", kind="date"), False)])
    version = HiddenField()

    def check_together(self, on: date) -> bool:
        """A change needs its first day."""
        if self.mode.data == CHANGE and self.value("from_day") is None and not self.from_day.errors:
            self.refuse("from_day", _("请填写%(label)s。", label=_("变更的第一天")))
        return super().check_together(on)


class EnterpriseForm(CellsForm):
    """A new company."""

    uscc = cell(ENTERPRISES, "uscc")
    name = cell(ENTERPRISES, "name")
    legal_representative = cell(ENTERPRISES, "legal_representative")
    phone = cell(ENTERPRISES, "phone")
    address = cell(ENTERPRISES, "address")


class EnterpriseEditForm(EnterpriseForm):
    """A known company."""

    uscc = None
    version = HiddenField()


class ManagerForm(CellsForm):
    """A new manager. The ID number is never shown again, not even when the form comes back."""

    manager_code = cell(MANAGERS, "manager_code")
    name = cell(MANAGERS, "name")
    phone = cell(MANAGERS, "phone")
    id_number = cell(MANAGERS, "id_number", render_kw={"autocomplete": "off"})

    def forget(self) -> None:
        """Empty the field of the ID number before the form is shown."""
        self.id_number.data = ""


class ManagerEditForm(ManagerForm):
    """A known manager; an ID number is filled in only to correct a wrong one."""

    manager_code = None
    id_number = cell(MANAGERS, "id_number", required=False, render_kw={"autocomplete": "off"})
    forget_phone = BooleanField(lazy("删除登记的电话"))
    version = HiddenField()


class EntryForm(CellsForm):
    """What the officer decides when entries are in force on a party; asked for only then."""

    decision = RadioField(
        lazy("处理意见"),
        [Optional()],
        choices=[
            SelectChoice("proceed", lazy("继续登记")),
            SelectChoice("notice", lazy("继续登记，并告知合同双方")),
            SelectChoice("refer", lazy("退回，请补充理由")),
        ],
        validate_choice=False,
    )
    decision_reason = TextAreaField(lazy("处理意见的理由"), [Length(max=1000)])

    def is_decided(self) -> bool:
        """Whether there is a decision with its reason; else the form says what is missing."""
        self.decision.flags.required = self.decision_reason.flags.required = True
        if not self.decision.data:
            self.refuse("decision", _("请核对下列情况，选择处理意见。"))
        if not (self.decision_reason.data or "").strip():
            self.refuse("decision_reason", _("请写明处理意见的理由。"))
        return not self.errors


class ContractForm(EntryForm):
    """A new contract of an estate."""

    uscc = cell(CONTRACTS, "uscc")
    manager_code = cell(CONTRACTS, "manager_code")
    starts_on = cell(CONTRACTS, "starts_on")
    ends_on = cell(CONTRACTS, "ends_on")


class ContractEditForm(EntryForm):
    """A known contract: its manager and its last day."""

    manager_code = cell(CONTRACTS, "manager_code")
    ends_on = cell(CONTRACTS, "ends_on")


class WithdrawForm(CellsForm):
    """Taking back a contract that was recorded in error."""

    reason = StringField(lazy("原因"), [fits(Column("reason", "原因"), True)])
