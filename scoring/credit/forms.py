"""Forms of the credit pages. Who and what can be chosen is passed in."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.kernel.forms import Form
from portal.kernel.i18n import lazy

LINE, TEXT = Length(max=200), Length(max=1000)


class EventForm(Form):
    """An event that is proposed. ``event`` is ``code`` or ``code/variant`` of the catalogue in force."""

    subject_type = RadioField(
        lazy("登记在谁的信用记录里"),
        [InputRequired(lazy("请选择企业或者项目负责人。"))],
        choices=[SelectChoice("enterprise", lazy("企业")), SelectChoice("manager", lazy("项目负责人"))],
    )
    subject = StringField(
        lazy("统一社会信用代码或者项目负责人编号"), [DataRequired(lazy("请填写登记在谁的名下。")), LINE]
    )
    uscc = StringField(lazy("项目负责人当时所在企业的统一社会信用代码"), [Optional(), LINE])
    event = SelectField(lazy("信用事项"), [InputRequired(lazy("请选择信用事项。"))], validate_choice=True)
    on_both = BooleanField(lazy("同一行为也登记在这家企业名下，企业不再另外按50%计分"))
    estate_code = StringField(lazy("发生在哪个小区（小区编号）"), [Optional(), LINE])
    document = StringField(lazy("来源文书文号"), [DataRequired(lazy("请填写来源文书的文号。")), LINE])
    document_on = DateField(lazy("来源文书日期"), [DataRequired(lazy("请填写来源文书的日期。"))])
    issued_by = StringField(lazy("制发机关"), [DataRequired(lazy("请填写制发机关。")), LINE])
    file = FileField(lazy("来源文书文件"), [FileRequired(lazy("请上传来源文书。"))])
    note = TextAreaField(lazy("内部说明"), [Optional(), TEXT])
    act = HiddenField()


class ReasonForm(Form):
    """A decision that needs its reason."""

    reason = TextAreaField(lazy("理由"), [DataRequired(lazy("请写明理由。")), TEXT])


class DecideForm(Form):
    """The answer that the decision gives to what the enterprise said."""

    reply = TextAreaField(lazy("对陈述、申辩的答复"), [Optional(), Length(max=5000)])


class ServeForm(Form):
    """How a document reached its addressee."""

    document_id = HiddenField(validators=[DataRequired()])
    on = DateField(lazy("送达日期"), [DataRequired(lazy("请填写送达日期。"))])
    method = RadioField(
        lazy("送达方式"),
        [InputRequired(lazy("请选择送达方式。"))],
        choices=[
            SelectChoice("in_person", lazy("直接送达")),
            SelectChoice("post", lazy("邮寄送达")),
            SelectChoice("posted_notice", lazy("公告送达")),
        ],
    )
    file = FileField(lazy("送达凭证"))
    note = StringField(lazy("凭证编号或者说明"), [Optional(), LINE])


class AnswerForm(Form):
    """What an enterprise says to a notice."""

    body = TextAreaField(lazy("陈述、申辩的内容"), [DataRequired(lazy("请填写陈述、申辩的内容。")), Length(max=5000)])
    file = FileField(lazy("证据材料"))


class SignForm(Form):
    """An enterprise signs a commitment."""

    signer = StringField(lazy("签署人姓名"), [DataRequired(lazy("请填写签署人姓名。")), Length(max=40)])
    agreed = BooleanField(
        lazy("我已阅读承诺内容，并经企业授权签署"), [InputRequired(lazy("请确认已阅读承诺内容并经企业授权。"))]
    )


class PlainForm(Form):
    """A button alone."""
