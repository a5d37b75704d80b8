"""Forms of the list pages."""

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from portal.kernel.forms import Form
from portal.kernel.i18n import lazy


class PlainForm(Form):
    """A button alone, below what it changes."""


class DecideForm(Form):
    """What a lead decides about one case, and why."""

    outcome = RadioField(
        lazy("决定"),
        [InputRequired(lazy("请选择决定。"))],
        choices=[SelectChoice("list", lazy("决定列入")), SelectChoice("drop", lazy("不予列入"))],
    )
    why = TextAreaField(lazy("理由（写进决定书）"), [DataRequired(lazy("请写明理由。")), Length(max=1000)])


class WithdrawalForm(Form):
    """A decision was revoked: by which paper."""

    document = StringField(lazy("撤销文书的文号"), [DataRequired(lazy("请填写撤销文书的文号。")), Length(max=200)])


class TakeOffForm(Form):
    """Why an entry is taken off before its time."""

    reason = RadioField(
        lazy("移出的原因"),
        [InputRequired(lazy("请选择移出的原因。"))],
        choices=[
            SelectChoice("revoked", lazy("撤销：列入决定有误")),
            SelectChoice("corrected", lazy("更正：条目登记有误")),
        ],
    )
    why = TextAreaField(lazy("理由"), [DataRequired(lazy("请写明理由。")), Length(max=1000)])
