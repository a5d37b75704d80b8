"""Forms of reports: one is made for each kind of the matrix."""

import re
from typing import Any

from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from disclosure.reports.matrix import Field, Kind, kinds
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy

MOST = 2000
_YUAN = re.compile(r"\d{1,11}(\.\d{1,2})?")
# a mobile number, or an ID number with its day of birth: neither belongs on a public page
_PRIVATE = re.compile(
    r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dXx](?!\d)"
)


def no_private_data(_form: Any, field: Any) -> None:
    """Refuse phone and ID numbers in a public text."""
    if _PRIVATE.search(field.data or ""):
        raise ValidationError(_("公开内容里不能有手机号码、身份证号码。请删去后再提交。"))


def fen(text: str) -> int:
    """``12.5`` yuan as 1250 fen. ValueError for anything else."""
    plain = text.strip().replace(",", "").replace("，", "")
    if not _YUAN.fullmatch(plain):
        raise ValueError(text)
    whole, _point, rest = plain.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0") or "0")


def _is_yuan(_form: Any, field: Any) -> None:
    try:
        fen(field.data or "")
    except ValueError:
        raise ValidationError(_("请填写以元为单位的金额，最多两位小数，例如1200.50。")) from None


class FilingForm(Form):
    """What every report has: the digest of what was shown, the public note and the reason of a correction."""

    seen = HiddenField()
    note = TextAreaField(lazy("公开说明"), [Optional(), Length(max=MOST), no_private_data])
    reason = TextAreaField(lazy("更正理由（公开）"), [Optional(), Length(max=MOST), no_private_data])
    is_zero = BooleanField(lazy("本期没有发生"))

    def values(self, told: Kind) -> dict[str, str | int | None]:
        """Field of the matrix to what was typed."""
        found: dict[str, str | int | None] = {}
        for one in told.fields:
            typed = (self[f"v_{one.code}"].data or "").strip()
            found[one.code] = fen(typed) if typed and one.type == "money" else typed or None
        return found


def filing_form(told: Kind) -> type[FilingForm]:
    """The form of a kind."""
    members = {f"v_{one.code}": _field(one) for one in told.fields}
    return type("FilingFormOfKind", (FilingForm,), members)


def _field(one: Field) -> Any:
    """An empty one is refused by the service, which knows whether the report is a zero report."""
    if one.type == "choice":
        choices = [SelectChoice("", _("请选择")), *(SelectChoice(c.code, c.name) for c in one.choices)]
        return SelectField(one.name, [_Asked(one.required), Optional()], choices=choices)
    if one.type == "money":
        return StringField(one.name, [_Asked(one.required), Optional(), _is_yuan])
    return TextAreaField(one.name, [_Asked(one.required), Optional(), Length(max=MOST), no_private_data])


class _Asked:
    """Marks a field as one that is asked for, so that the page does not call it optional."""

    def __init__(self, is_required: bool) -> None:
        self.field_flags = {"required": True} if is_required else {}

    def __call__(self, form: Any, field: Any) -> None:
        """Refuses nothing."""


class ReturnForm(Form):
    """Why a report goes back."""

    reason = TextAreaField(lazy("退回的理由"), [DataRequired(lazy("请写明退回的理由。")), Length(max=1000)])


class ConfirmForm(Form):
    """What was confirmed by; public."""

    text = TextAreaField(
        lazy("确认说明（例如业主委员会确认文件的编号）"), [Optional(), Length(max=1000), no_private_data]
    )


class TermForm(Form):
    """From when a kind is not applicable, or due more often."""

    kind = SelectField(lazy("公开事项"), [InputRequired()])
    frequency = SelectField(lazy("周期"), [InputRequired()])
    since = DateField(lazy("从哪天起"), [InputRequired(lazy("请填写日期。"))])
    reason = TextAreaField(
        lazy("理由（公开）"), [DataRequired(lazy("请写明公开的理由。")), Length(max=500), no_private_data]
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        listed = [one for one in kinds() if one.by == "report" and one.frequency != "event"]
        self.kind.choices = [SelectChoice(one.code, one.name) for one in listed]
        self.frequency.choices = [
            SelectChoice("none", _("不适用")), SelectChoice("often", _("按季（酬金制物业费）")), SelectChoice("usual", _("按规定周期")),
        ]  # fmt: skip


class OccasionForm(Form):
    """A repair job that was completed."""

    happened_on = DateField(lazy("完工日期"), [InputRequired(lazy("请填写完工日期。"))])
    title = StringField(lazy("工程名称"), [DataRequired(lazy("请填写工程名称。")), Length(max=100), no_private_data])
