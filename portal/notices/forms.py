"""Shape and wording of the notices' forms."""

from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from portal.kernel.forms import Form
from portal.kernel.i18n import lazy

METHODS = (
    SelectChoice("portal", lazy("平台送达")),
    SelectChoice("in_person", lazy("直接送达")),
    SelectChoice("post", lazy("邮寄送达")),
    SelectChoice("posted_notice", lazy("公告送达")),
)
METHOD_NAMES = {**{one.value: one.label for one in METHODS}, "recorded": lazy("经办人员登记")}


class ServeForm(Form):
    """How a document was served."""

    method = RadioField(lazy("送达方式"), [InputRequired(lazy("请选择送达方式。"))], choices=list(METHODS))
    on = DateField(lazy("送达日期"), [InputRequired(lazy("请填写送达日期。"))])
    proof = FileField(lazy("送达凭证"))
    note = TextAreaField(lazy("凭证编号或者说明"), [Optional(), Length(max=500)])


class ConfirmationForm(Form):
    """A signed confirmation of electronic service."""

    uscc = HiddenField()
    on = DateField(lazy("签署日期"), [InputRequired(lazy("请填写签署日期。"))])
    file = FileField(lazy("签字盖章的确认书"), [FileRequired(lazy("请上传企业签署的电子送达确认书。"))])


class WithdrawForm(Form):
    """Electronic service ends."""

    uscc = HiddenField()
    reason = TextAreaField(lazy("撤回的理由"), [InputRequired(lazy("请写明理由。")), Length(max=500)])


class DigestForm(Form):
    """Where the daily mail goes."""

    email = StringField(lazy("邮箱"), [InputRequired(lazy("请填写完整的邮箱地址，例如name@example.com。"))])


class PlainForm(Form):
    """A press of a button."""
