"""Shape and wording of an application: by anybody, by a company, by the office for somebody else."""

import re
from collections.abc import Callable
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError

from mediation.cases import api as cases
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy

PHONE = re.compile(r"\+?[0-9][0-9 -]{5,18}[0-9]")
WHO = {
    "owner": "owner",
    "committee": "committee",
    "community": "community",
    "other": "owner",
}  # kind of party to channel
CHANNELS = ("community", "court", "street", "hotline", "owner", "committee")


def _filled(sentence: Any) -> Callable[[Any, Any], None]:
    def check(_form: Any, field: Any) -> None:
        field.data = str(field.data or "").strip()
        if not field.data:
            raise StopValidation(str(sentence))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


def _phone(_form: Any, field: Any) -> None:
    if field.data and not PHONE.fullmatch(field.data.strip()):
        raise ValidationError(_("电话应为7至15位数字，请核对。"))


class DisputeForm(Form):
    """What every application says: what it is about, and what is asked for."""

    kind = SelectField(lazy("什么纠纷"), [_filled(lazy("请选择是什么纠纷。"))], validate_choice=True)
    claim = TextAreaField(
        lazy("发生了什么，您希望怎样解决"),
        [_filled(lazy("请写下发生了什么，您希望怎样解决。")), Length(max=2000, message=lazy("内容太长了。"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [("", _("请选择")), *((code, str(name)) for code, name in cases.KIND_NAMES.items())]


class ApplicationForm(DisputeForm):
    """An application of a person or a committee. ``against``: the estate's company, or somebody else by name."""

    track = RadioField(
        lazy("您要"), [InputRequired(lazy("请选择申请调解还是提出信访事项。"))],
        choices=[SelectChoice("dispute", lazy("申请调解：请调解员帮助双方商量")),
                 SelectChoice("petition", lazy("提出信访事项：反映情况，请政府部门答复"))],
    )  # fmt: skip
    who = RadioField(
        lazy("您是"), [InputRequired(lazy("请选择您的身份。"))],
        choices=[SelectChoice(kind, cases.PARTY_KIND_NAMES[kind]) for kind in WHO],
    )  # fmt: skip
    name = StringField(
        lazy("您的姓名或者名称"),
        [_filled(lazy("请填写您的姓名或者名称。")), Length(max=100, message=lazy("名称太长了。"))],
    )
    phone = StringField(lazy("联系电话"), [_filled(lazy("请填写联系电话。")), _phone])
    unit = StringField(lazy("楼栋和房号"), [Length(max=40, message=lazy("内容太长了。"))])
    against = RadioField(lazy("对方是谁"), [Optional()], validate_choice=False)
    other_name = StringField(lazy("对方的姓名或者名称"), [Length(max=100, message=lazy("名称太长了。"))])
    representative = StringField(lazy("代理人姓名"), [Length(max=100, message=lazy("名称太长了。"))])
    power = RadioField(
        lazy("代理权限"), [Optional()], default="none", validate_choice=False,
        choices=[SelectChoice(code, cases.POWER_NAMES[code]) for code in cases.POWERS],
    )  # fmt: skip
    draft = HiddenField()

    def __init__(self, *args: Any, company: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.against.choices = [("company", company)] if company else []
        self.against.choices.append(("other", _("其他人或者单位（在下面填写）")))

    def validate(self, extra_validators: Any = None) -> bool:
        """A dispute names the other side; a petition has none. Who is represented says by whom and how far."""
        is_sound = bool(super().validate(extra_validators)) and self._is_represented_soundly()
        if self.track.data == "dispute":
            known = [value for value, _label in self.against.choices]
            if self.against.data not in known:
                self.against.errors = [_("请选择对方是谁。")]
                return False
            if self.against.data == "other" and not (self.other_name.data or "").strip():
                self.other_name.errors = [_("请填写对方的姓名或者名称。")]
                return False
        return is_sound

    def _is_represented_soundly(self) -> bool:
        power = self.power.data or "none"
        if power not in cases.POWERS or (power == "none") != (not (self.representative.data or "").strip()):
            self.power.errors = [_("有代理人的，请填写姓名并选择代理权限；没有的，都不用填写。")]
            return False
        return True


class OfficeForm(ApplicationForm):
    """The office files for somebody who came, called or was passed on."""

    channel = SelectField(lazy("来源"), [InputRequired(lazy("请选择来源。"))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.channel.choices = [(code, str(cases.CHANNEL_NAMES[code])) for code in CHANNELS]


class CompanyForm(DisputeForm):
    """A company asks for mediation with an owner, a committee or somebody else."""

    who = RadioField(
        lazy("对方是"), [InputRequired(lazy("请选择对方是谁。"))],
        choices=[SelectChoice(kind, cases.PARTY_KIND_NAMES[kind]) for kind in ("owner", "committee", "other")],
    )  # fmt: skip
    name = StringField(
        lazy("对方的姓名或者名称"),
        [_filled(lazy("请填写对方的姓名或者名称。")), Length(max=100, message=lazy("名称太长了。"))],
    )
    phone = StringField(lazy("对方的电话"), [Optional(), _phone])
    unit = StringField(lazy("对方的楼栋和房号"), [Length(max=40, message=lazy("内容太长了。"))])


class ProgressForm(Form):
    """The code of the progress."""

    code = StringField(
        lazy("查询码"), [_filled(lazy("请填写查询码。")), Length(max=60, message=lazy("查询码太长了。"))]
    )
