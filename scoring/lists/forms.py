"""Forms of the list pages."""

from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from portal.kernel.i18n import lazy


class PlainForm(FlaskForm):
    """A button alone, below what it changes."""


class TakeOffForm(FlaskForm):
    """Why an entry is taken off before its time."""

    reason = RadioField(
        lazy("移出的原因"),
        [InputRequired(lazy("请选择移出的原因。"))],
        choices=[
            SelectChoice("repaired", lazy("修复：满最短期限，已经改正")),
            SelectChoice("revoked", lazy("撤销：列入决定有误")),
            SelectChoice("corrected", lazy("更正：条目登记有误")),
        ],
    )
    why = TextAreaField(lazy("理由"), [DataRequired(lazy("请写明理由。")), Length(max=1000)])
