"""Forms of market entry."""

from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from portal.kernel.forms import Form
from portal.kernel.i18n import lazy


class DecisionForm(Form):
    """What is done about a contract that came by sheet."""

    estate_code = HiddenField(validators=[DataRequired()])
    uscc = HiddenField(validators=[DataRequired()])
    manager_code = HiddenField(validators=[DataRequired()])
    decision = RadioField(
        lazy("处理意见"),
        [InputRequired(lazy("请选择处理意见。"))],
        choices=[
            SelectChoice("proceed", lazy("继续登记")),
            SelectChoice("notice", lazy("继续登记，并告知合同双方")),
            SelectChoice("refer", lazy("退回，请补充理由")),
        ],
    )
    reason = TextAreaField(lazy("理由"), [DataRequired(lazy("请写明理由。")), Length(max=1000)])
