"""Forms of the veto pages. Grounds are passed in."""

from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.kernel.forms import Form
from portal.kernel.i18n import lazy


class ProposalForm(Form):
    """A veto that is proposed."""

    estate_code = StringField(lazy("小区编号"), [DataRequired(lazy("请填写小区编号。")), Length(max=32)])
    year = IntegerField(lazy("评价年度"), [InputRequired(lazy("请填写年度。"))])
    veto_code = SelectField(lazy("否决情形"), [InputRequired(lazy("请选择否决情形。"))])
    facts = TextAreaField(lazy("事实"), [DataRequired(lazy("请写明事实。")), Length(max=5000)])
    responsibility = StringField(lazy("认定责任的文书"), [Optional(), Length(max=200)])
    evidence = MultipleFileField(lazy("证据（照片或者PDF）"), [Optional()])
    hint = HiddenField(validators=[Optional(), Length(max=80)])


class DecisionForm(Form):
    """What a lead decides, and why."""

    outcome = RadioField(
        lazy("决定"),
        [InputRequired(lazy("请选择决定。"))],
        choices=[
            SelectChoice("veto", lazy("一票否决，不予评星")),
            SelectChoice("drop", lazy("不适用一票否决")),
        ],
    )
    why = TextAreaField(lazy("理由（写进决定书）"), [DataRequired(lazy("请写明理由。")), Length(max=1000)])


class WhyForm(Form):
    """A deed with its reason."""

    why = TextAreaField(lazy("理由"), [DataRequired(lazy("请写明理由。")), Length(max=1000)])
