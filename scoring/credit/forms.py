"""Forms of the credit pages. Who and what can be chosen is passed in."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.kernel.i18n import lazy

LINE, TEXT = Length(max=200), Length(max=1000)


class EventForm(FlaskForm):
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
    file = FileField(lazy("来源文书文件"))
    note = TextAreaField(lazy("内部说明"), [Optional(), TEXT])


class ReasonForm(FlaskForm):
    """A decision that needs its reason."""

    reason = TextAreaField(lazy("理由"), [DataRequired(lazy("请写明理由。")), TEXT])


class PlainForm(FlaskForm):
    """A button alone."""
