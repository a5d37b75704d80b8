"""Forms of objections: shape and wording. Answers to points and corrections are read by the view: their number varies."""

from collections.abc import Mapping
from typing import Any

from flask_wtf.file import FileField, MultipleFileField
from wtforms import DateField, FieldList, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.kernel.forms import Form
from portal.kernel.i18n import lazy
from scoring.objections import words

POINTS = 3


def _choices(names: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(code, name) for code, name in names.items()]


class FilingForm(Form):
    """What the company contests, point by point, with files."""

    points = FieldList(TextAreaField(lazy("意见"), [Optional(), Length(max=2000)]), min_entries=POINTS, max_entries=10)
    files = MultipleFileField(lazy("照片或者PDF文件"), [Optional()])

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.points[0].flags.required = True  # one point is needed; the verb says so when there is none


class PlainForm(Form):
    """A button alone, below what it changes."""


class RefuseForm(Form):
    """Why an objection is not accepted."""

    code = RadioField(
        lazy("不予受理的理由"),
        [InputRequired(lazy("请选择不予受理的理由。"))],
        choices=_choices(words.REFUSALS),
    )
    refusal = TextAreaField(lazy("具体说明"), [DataRequired(lazy("请写明理由。")), Length(max=2000)])


class ReasonForm(Form):
    """Why more time is needed."""

    why = TextAreaField(lazy("延期的理由"), [DataRequired(lazy("请写明理由。")), Length(max=2000)])


class ExtensionForm(Form):
    """Whether the longer time is granted."""

    granted = RadioField(
        lazy("是否批准延期"),
        [InputRequired(lazy("请选择是否批准。"))],
        choices=[SelectChoice("yes", lazy("批准延长3个工作日")), SelectChoice("no", lazy("不批准"))],
    )
    ground = TextAreaField(lazy("审批意见"), [DataRequired(lazy("请写明理由。")), Length(max=2000)])


class DecisionForm(Form):
    """The reason of a decision; it is made public with a correction."""

    reason = TextAreaField(lazy("决定的理由"), [DataRequired(lazy("请写明理由。")), Length(max=2000)])


class ServiceForm(Form):
    """How a document reached the company on paper."""

    method = RadioField(lazy("送达方式"), [InputRequired(lazy("请选择送达方式。"))], choices=_choices(words.SERVICE))
    served_on = DateField(lazy("送达日期"), [InputRequired(lazy("请填写送达日期。"))])
    note = StringField(lazy("送达凭证编号"), [Optional(), Length(max=200)])
    proof = FileField(lazy("送达凭证"), [Optional()])


class ProceedingForm(Form):
    """A reconsideration or a lawsuit to register."""

    ref = StringField(lazy("有关结果的编号"), [DataRequired(lazy("请填写有关结果的编号。")), Length(max=80)])
    kind = RadioField(lazy("类别"), [InputRequired(lazy("请选择类别。"))], choices=_choices(words.PROCEEDINGS))
    authority = StringField(lazy("受理机关"), [DataRequired(lazy("请填写受理机关。")), Length(max=100)])
    number = StringField(lazy("案号"), [DataRequired(lazy("请填写案号。")), Length(max=100)])
    since = DateField(lazy("受理日期"), [InputRequired(lazy("请填写受理日期。"))])


class EndForm(Form):
    """How a proceeding ended."""

    result = RadioField(lazy("结果"), [InputRequired(lazy("请选择结果。"))], choices=_choices(words.RESULTS))
    why = StringField(lazy("文书编号"), [DataRequired(lazy("请写明文书编号。")), Length(max=200)])
    ended_on = DateField(lazy("结束日期"), [InputRequired(lazy("请填写结束日期。"))])
