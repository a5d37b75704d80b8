"""Shape and wording of the forms of a case. Deeds have theirs beside them in ``views.deeds``."""

from collections.abc import Callable, Iterable
from typing import Any

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, StopValidation

from portal.kernel.forms import Form
from portal.kernel.i18n import lazy

ROWS = 6  # lines of an offer or a draft on one page


def choices(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Codes and their words as a field offers them."""
    return [SelectChoice(code, words) for code, words in pairs]


def filled(sentence: Any) -> Callable[[Any, Any], None]:
    """The field is needed; the sentence says so."""

    def check(_form: Any, field: Any) -> None:
        if field.data is None or not str(field.data).strip():
            raise StopValidation(str(sentence))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


class EnterForm(Form):
    """Which case, and the one-time code."""

    number = StringField(lazy("案件编号"), [filled(lazy("请填写案件编号。")), Length(max=32)])
    code = StringField(lazy("入门码"), [filled(lazy("请填写入门码。")), Length(max=60, message=lazy("入门码太长了。"))])


class ByPhoneForm(Form):
    """Which case, and the phone on file."""

    number = StringField(lazy("案件编号"), [filled(lazy("请填写案件编号。")), Length(max=32)])
    phone = StringField(lazy("申请时填写的电话"), [filled(lazy("请填写电话。")), Length(max=30)])


class HandForm(Form):
    """Which code a party gets again and how; one that is shown takes the sight of the person."""

    way = RadioField(lazy("补发什么"), [filled(lazy("请选择。"))])
    seen = BooleanField(lazy("本人到场，已核对身份证件"))

    def __init__(self, may_progress: bool, has_phone: bool, **more: Any) -> None:
        super().__init__(**more)
        pairs = [("sms", lazy("入门码，用短信发到登记的电话"))] if has_phone else []
        pairs.append(("entry", lazy("入门码，当面交给本人")))
        if may_progress:
            pairs.append(("progress", lazy("查询码，当面交给本人，旧的作废")))
        self.way.choices = choices(pairs)

    def validate(self, extra_validators: Any = None) -> bool:
        """A code that is shown goes to somebody who was seen."""
        is_sound = bool(super().validate(extra_validators))
        if is_sound and self.way.data != "sms" and not self.seen.data:
            self.seen.errors = [str(lazy("当面交付的，请先核对身份证件。"))]
            return False
        return is_sound


class SayForm(Form):
    """A message in a room."""

    text = TextAreaField(lazy("要说的话"), [filled(lazy("请写下要说的话。")), Length(max=4000)])


class FileForm(Form):
    """A file in a room."""

    file = FileField(lazy("文件（PDF、JPEG或者PNG，不超过15MB）"), [filled(lazy("请选择文件。"))])


class SignForm(Form):
    """A signature over the hash that the page shows."""

    sha256 = HiddenField()
    agreed = BooleanField(lazy("我已读完并同意签署"), [filled(lazy("请先确认。"))])
    signer = SelectField(lazy("在纸上签署的当事人"), [Optional()], validate_choice=False)

    def validate(self, extra_validators: Any = None) -> bool:
        """A box that is not ticked is no consent."""
        is_sound = bool(super().validate(extra_validators))
        if is_sound and not self.agreed.data:
            self.agreed.errors = [str(lazy("请先确认。"))]
            return False
        return is_sound


def _term(number: int) -> dict[str, Any]:
    return {
        f"kind{number}": SelectField(lazy("约定"), validate_choice=False),
        f"side{number}": SelectField(lazy("由谁做"), validate_choice=False),
        f"act{number}": StringField(lazy("做什么"), [Length(max=500)]),
        f"amount{number}": DecimalField(lazy("金额（元）"), [Optional()], places=2),
        f"due{number}": DateField(lazy("最晚日期"), [Optional()]),
    }


class _Terms(Form):
    text = TextAreaField(lazy("其他说明"), [Optional(), Length(max=4000)])
    partial = BooleanField(lazy("只达成部分协议"))
    answers = HiddenField()
    expires = DateField(lazy("有效期至"), [Optional()])


TermsForm: Any = type(
    "TermsForm", (_Terms,), {name: field for number in range(ROWS) for name, field in _term(number).items()}
)
