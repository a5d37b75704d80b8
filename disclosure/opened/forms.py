"""Forms of what is opened: one form class for each kind, made from its fields. Money and areas are typed with two decimals."""

import re
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from disclosure.opened.kinds import Field, Kind
from disclosure.opened.words import SOURCES
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy

# a mobile number, or an ID number with its day of birth: neither belongs on a public page
PRIVATE = re.compile(
    r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dXx](?!\d)"
)
DECIMAL = re.compile(r"\d{1,12}(\.\d{1,2})?")
MOST = 10**9


def no_private_data(_form: Any, field: Any) -> None:
    """Refuse phone and ID numbers in a public text."""
    if PRIVATE.search(field.data or ""):
        raise ValidationError(_("公开内容里不能有手机号码、身份证号码。请删去后再提交。"))


def hundredths(text: str) -> int:
    """``12.5`` as 1250. ValueError when it is no amount with at most two decimals."""
    if not DECIMAL.fullmatch(text):
        raise ValueError(text)
    whole, _point, rest = text.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0") or "0")


class AmountField(StringField):
    """An amount with at most two decimals; ``amount`` in hundredths."""

    amount: int | None = None

    def pre_validate(self, form: Any) -> None:
        """Read what was typed."""
        typed = (self.data or "").strip().replace(",", "").replace("，", "")
        if not typed:
            return
        try:
            self.amount = hundredths(typed)
        except ValueError:
            raise ValidationError(_("请填写数字，最多两位小数，例如1200.50。")) from None


class CountField(StringField):
    """A whole number; ``amount`` holds it."""

    amount: int | None = None

    def pre_validate(self, form: Any) -> None:
        """Read what was typed."""
        typed = (self.data or "").strip()
        if not typed:
            return
        if not (typed.isascii() and typed.isdigit()) or int(typed) > MOST:
            raise ValidationError(_("请填写整数。"))
        self.amount = int(typed)


class OpenForm(Form):
    """What every kind asks; the kind's own fields are named ``f_<code>``."""

    happened_on = DateField(lazy("日期"), [InputRequired(lazy("请填写日期。"))])
    file = FileField(lazy("公开版文件（PDF或者照片）"), [Optional()])
    masked = BooleanField(lazy("文件里的个人姓名、电话、房号、证件号码已经遮挡"))
    kept = HiddenField()

    def validate_masked(self, field: Any) -> None:
        """A file needs the word of who hands it in."""
        if self.file.data and not field.data:
            raise ValidationError(_("上传文件前，请遮挡个人信息并勾选确认。"))

    def facts(self, kind: Kind) -> dict[str, Any]:
        """The values by field code, as they are kept."""
        return {field.code: _value(self[f"f_{field.code}"]) for field in kind.fields}


def _value(field: Any) -> Any:
    if isinstance(field, AmountField | CountField):
        return field.amount
    if isinstance(field, DateField):
        return field.data.isoformat() if field.data else None
    return (field.data or "").strip()


def form_of(kind: Kind, by_office: bool) -> type[OpenForm]:
    """The form class of a kind; an officer says whose words they are."""
    fields: dict[str, Any] = {}
    if kind.titled:
        needed = [DataRequired(lazy("请填写标题。")), Length(max=100), no_private_data]
        fields["title"] = StringField(lazy("标题"), needed)
    fields.update({f"f_{field.code}": _control(field) for field in kind.fields})
    if by_office:
        choices = [SelectChoice(code, SOURCES[code]) for code in ("committee", "office")]
        fields["source"] = RadioField(lazy("来源"), [InputRequired(lazy("请选择来源。"))], choices=choices)
    return type(f"Open{kind.code.title()}Form", (OpenForm,), fields)


def _control(field: Field) -> Any:
    name = str(field.name)
    needed: list[Any] = [InputRequired(_("请填写“%(name)s”。", name=name)) if field.required else Optional()]
    if field.type == "choice":
        return SelectField(name, needed, choices=[SelectChoice("", _("请选择")), *(
            SelectChoice(code, str(words)) for code, words in field.choices)])  # fmt: skip
    if field.type == "date":
        return DateField(name, needed)
    if field.type in ("money", "area"):
        return AmountField(name, needed)
    if field.type == "count":
        return CountField(name, needed)
    if field.type == "long":
        return TextAreaField(name, [*needed, Length(max=4000), no_private_data])
    return StringField(name, [*needed, Length(max=200), no_private_data])


class WithdrawForm(Form):
    """Why an entry is taken back: everybody reads it."""

    reason = TextAreaField(
        lazy("撤回理由（公开）"), [DataRequired(lazy("请写明理由。")), Length(max=1000), no_private_data]
    )
