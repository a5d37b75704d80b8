"""Forms of the common path. Files are told by their content, not by their name."""

from flask_wtf.file import FileField, MultipleFileField
from wtforms import DateField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.kernel.forms import Form
from portal.kernel.i18n import lazy

LINE, TEXT = Length(max=200), Length(max=5000)


class PlainForm(Form):
    """A button alone."""


class PointForm(Form):
    """One point of the company, with files."""

    text = TextAreaField(lazy("意见"), [DataRequired(lazy("请写明意见。")), TEXT])
    files = MultipleFileField(lazy("证据（照片或者PDF）"), [Optional()])


class PublicPointForm(Form):
    """What anybody says about an entry on public notice."""

    text = TextAreaField(lazy("意见"), [DataRequired(lazy("请写明意见。")), TEXT])
    contact = StringField(lazy("联系方式"), [DataRequired(lazy("请填写联系方式，我们把答复告诉您。")), LINE])


class AnswerForm(Form):
    """The answer to one point."""

    verdict = RadioField(
        lazy("是否采纳"),
        [InputRequired(lazy("请选择是否采纳。"))],
        choices=[
            SelectChoice("taken", lazy("采纳")),
            SelectChoice("partly", lazy("部分采纳")),
            SelectChoice("not_taken", lazy("不采纳")),
        ],
    )
    text = TextAreaField(lazy("答复和理由"), [DataRequired(lazy("请写明答复。")), TEXT])


class ArrangeForm(Form):
    """Day and place of a hearing."""

    held_on = DateField(lazy("听取意见的日期"), [DataRequired(lazy("请填写日期。"))])
    place = StringField(lazy("地点和主持人"), [DataRequired(lazy("请填写地点和主持人。")), LINE])


class MinutesForm(Form):
    """What was said at a hearing."""

    minutes = TextAreaField(lazy("笔录"), [DataRequired(lazy("请填写笔录。")), TEXT])
    file = FileField(lazy("签字的笔录（照片或者PDF）"), [Optional()])


class ReviewForm(Form):
    """The legal review."""

    verdict = RadioField(
        lazy("法制审核意见"),
        [InputRequired(lazy("请选择法制审核意见。"))],
        choices=[
            SelectChoice("agree", lazy("事实清楚、依据正确、程序合法，同意")),
            SelectChoice("disagree", lazy("不同意")),
        ],
    )
    opinion = TextAreaField(lazy("意见和理由"), [DataRequired(lazy("请写明法制审核意见。")), TEXT])


class MarkForm(Form):
    """Set or lift a side flag."""

    document = StringField(lazy("受理通知书或者裁定书的文号"), [Optional(), LINE])
    reason = TextAreaField(lazy("理由"), [DataRequired(lazy("请写明理由。")), Length(max=1000)])
