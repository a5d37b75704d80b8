"""Forms of the repair pages."""

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.kernel.forms import Form
from portal.kernel.i18n import lazy


class ApplicationForm(Form):
    """An application, or what was missing in one. What is empty is told as a gap, all gaps at once."""

    statement = TextAreaField(lazy("怎样改正，怎样消除不利影响"), [Optional(), Length(max=5000)])
    files = MultipleFileField(lazy("证明材料（照片或者PDF）"), [Optional()])
    is_committed = BooleanField(lazy("本单位签署上述信用承诺"))
    signer = StringField(lazy("签署人姓名"), [Optional(), Length(max=50)])


class DecisionForm(Form):
    """What a lead decides. The code is needed for a refusal."""

    outcome = RadioField(
        lazy("决定"),
        [InputRequired(lazy("请选择决定。"))],
        choices=[SelectChoice("approve", lazy("准予修复")), SelectChoice("refuse", lazy("不予修复"))],
    )
    code = SelectField(
        lazy("不予修复的原因"),
        [Optional()],
        choices=[
            SelectChoice("", lazy("请选择")),
            SelectChoice("not_corrected", lazy("没有改正，或者没有消除不利影响")),
            SelectChoice("same_type", lazy("期间又发生同类行为")),
            SelectChoice("incomplete", lazy("补正后材料仍不齐全")),
            SelectChoice("false_materials", lazy("提供虚假材料（36个月内不能再申请）")),
            SelectChoice("not_met", lazy("不符合修复条件")),
        ],
    )
    why = TextAreaField(lazy("理由（写进决定书）"), [DataRequired(lazy("请写明理由。")), Length(max=1000)])


class WhyForm(Form):
    """Why more time is needed; not named like the reason of the decision, which stands on the same page."""

    more = TextAreaField(lazy("理由"), [DataRequired(lazy("请写明理由。")), Length(max=1000)])


class PlainForm(Form):
    """A button alone."""
