"""Shape and wording of the owners' forms."""

import re
from collections.abc import Callable
from typing import Any

from wtforms import DateField, HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import Length, Optional, StopValidation, ValidationError

from disclosure.owners.values import KIND_LABELS, parse_phone
from portal.kernel.errors import DomainError
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy
from portal.kernel.sheets.values import parse_text


def _filled(sentence: Any) -> Callable[[Any, Any], None]:
    def check(_form: Any, field: Any) -> None:
        if not str(field.data or "").strip():
            raise StopValidation(str(sentence))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


def _plain(most: int) -> Callable[[Any, Any], None]:
    def check(_form: Any, field: Any) -> None:
        try:
            field.data = parse_text(str(field.data or "").strip(), most)
        except DomainError as error:
            raise ValidationError(str(error)) from error

    return check


def _phone(_form: Any, field: Any) -> None:
    try:
        field.data = parse_phone(field.data.strip())
    except DomainError as error:
        raise ValidationError(str(error)) from error


def _last4(_form: Any, field: Any) -> None:
    field.data = "".join(str(field.data).split())
    if not re.fullmatch(r"[0-9]{4}", field.data):
        raise ValidationError(_("请填写手机号的后四位数字。"))


class AskForm(Form):
    """Which household asks to be let in."""

    building = StringField(lazy("楼栋"), [_plain(40)])
    unit = StringField(lazy("房号"), [_filled(lazy("请填写房号。")), _plain(40)])
    name = StringField(lazy("业主姓名"), [_filled(lazy("请填写业主姓名。")), _plain(50)])
    last4 = StringField(lazy("手机号后四位"), [_filled(lazy("请填写手机号的后四位数字。")), _last4])


class CodeForm(Form):
    """The one-time code."""

    code = StringField(
        lazy("验证码"), [_filled(lazy("请填写验证码。")), Length(max=40, message=lazy("验证码太长了。"))]
    )


class ActForm(Form):
    """A button and nothing else."""


class QuestionForm(Form):
    """A question or an objection."""

    kind = RadioField(lazy("您要"), [_filled(lazy("请选择是提问还是提出异议。"))], validate_choice=False)
    text = TextAreaField(lazy("您的问题"), [_filled(lazy("请写下要问的内容。"))], render_kw={"maxlength": 500})

    def __init__(self, *args: Any, of_line: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [("question", _("提问：想知道这笔钱是怎么回事"))]
        if of_line:
            self.kind.choices.append(("objection", _("提出异议：认为这笔收支不对")))
        elif self.kind.data is None:
            self.kind.data = "question"


class AnswerForm(Form):
    """A public answer."""

    seq = IntegerField()
    outcome = RadioField(lazy("处理结果"), [_filled(lazy("请选择处理结果。"))], validate_choice=False)
    text = TextAreaField(lazy("公开答复"), [_filled(lazy("请填写答复。"))], render_kw={"maxlength": 500})
    publish = RadioField(lazy("问题原文"), [_filled(lazy("请选择原文能不能公开。"))], validate_choice=False)

    def __init__(self, *args: Any, objection: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [("accepted", _("异议成立，将更正")), ("rejected", _("异议不成立"))]
        self.outcome.choices = found if objection else [("explained", _("说明情况"))]
        self.publish.choices = [
            ("yes", _("原文不涉及个人信息，与答复一起公开")),
            ("no", _("原文涉及个人信息，只公开答复")),
        ]


class HoldingForm(Form):
    """A new holding in the register."""

    building = StringField(lazy("楼栋"), [_plain(40)])
    unit = StringField(lazy("房号"), [_filled(lazy("请填写房号。")), _plain(40)])
    name = StringField(lazy("姓名"), [_filled(lazy("请填写姓名。")), _plain(50)])
    phone = StringField(lazy("联系电话"), [_filled(lazy("请填写联系电话。")), _phone])
    kind = RadioField(lazy("身份"), [_filled(lazy("请选择身份。"))], validate_choice=False)
    since = DateField(lazy("入户日期"), [_filled(lazy("请填写入户日期。"))])
    until = DateField(lazy("迁出日期"), [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(value, _(label)) for value, label in KIND_LABELS]


class EndForm(Form):
    """Somebody moves out."""

    shown = HiddenField()
    until = DateField(lazy("迁出日期"), [_filled(lazy("请填写迁出日期。"))])


class PhoneForm(Form):
    """Another phone."""

    shown = HiddenField()
    phone = StringField(lazy("新的联系电话"), [_filled(lazy("请填写联系电话。")), _phone])
