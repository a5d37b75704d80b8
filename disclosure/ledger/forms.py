"""What forms of the ledger say, read plainly: many of their fields are named by the lines that they stand for."""

import re
from collections.abc import Mapping

from flask_wtf.file import FileField
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from disclosure.ledger.categories import categories
from portal.kernel.errors import DomainError
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy

MOST_YUAN = 12


class Chosen(DataRequired):
    """A choice that always has a value, the empty one included: the page does not call it optional."""

    def __call__(self, form: object, field: object) -> None:
        """The choices themselves are checked by the field."""


def fen_of(text: str) -> int:
    """Yuan with at most two decimals, thousands apart or not, as fen. DomainError otherwise.

    >>> fen_of("1,234.5")
    123450
    """
    plain = re.sub(r"[,，\s]", "", text).removesuffix("元")
    found = re.fullmatch(rf"(\d{{1,{MOST_YUAN}}})(?:\.(\d{{1,2}}))?", plain, re.ASCII)
    if found is None:
        raise DomainError(_("“%(value)s”不是金额。请以元为单位填写，最多两位小数。", value=text[:30]))
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def centi_of(text: str) -> int:
    """Square metres with at most two decimals, in hundredths."""
    return fen_of(text)


class ReasonForm(Form):
    """A public reason."""

    reason = TextAreaField(lazy("理由（公开）"), [InputRequired(lazy("请写明理由，理由会公开。")), Length(max=500)])


class VoucherForm(Form):
    """A voucher to attach."""

    kind = SelectField(lazy("种类"), [Chosen()])
    title = StringField(
        lazy("名称（公开）"), [InputRequired(lazy("请写明凭证的名称，例如“3月电梯维保发票”。")), Length(max=100)]
    )
    file = FileField(lazy("文件"), [InputRequired(lazy("请选择文件。"))])


class CopyForm(Form):
    """A redacted copy made elsewhere."""

    copy = FileField(lazy("遮挡后的文件"), [InputRequired(lazy("请选择文件。"))])


class RuleForm(Form):
    """A saved rule."""

    scope = SelectField(lazy("用于"), [Chosen()])
    words = TextAreaField(
        lazy("关键词（每行一个，含其中一个即可）"), [InputRequired(lazy("请填写关键词。")), Length(max=1000)]
    )
    field = SelectField(lazy("在哪里找"), [Chosen()])
    direction = SelectField(lazy("收入还是支出"), [Chosen()])
    at_least = StringField(lazy("最低金额（元）"), [Optional(), Length(max=20)])
    at_most = StringField(lazy("最高金额（元）"), [Optional(), Length(max=20)])
    category = SelectField(lazy("归入"), [Chosen()])
    label = StringField(lazy("公开摘要"), [Optional(), Length(max=200)])


class VoteForm(Form):
    """A decision on spending."""

    kind = SelectField(lazy("谁作的决定"), [Chosen()])
    number = StringField(lazy("决定编号"), [InputRequired(lazy("请填写决定编号。")), Length(max=60)])
    title = StringField(lazy("事项（公开）"), [InputRequired(lazy("请填写事项。")), Length(max=200)])
    decided_on = DateField(lazy("决定日期"), [InputRequired(lazy("请填写决定日期。"))])
    limit = StringField(lazy("批准金额（元）"), [InputRequired(lazy("请填写批准金额。")), Length(max=20)])
    eligible = IntegerField(lazy("应参与表决人数"), [InputRequired(lazy("请填写人数。")), NumberRange(1, 1_000_000)])
    present = IntegerField(lazy("参与表决人数"), [InputRequired(lazy("请填写人数。")), NumberRange(0, 1_000_000)])
    in_favour = IntegerField(lazy("同意人数"), [InputRequired(lazy("请填写人数。")), NumberRange(0, 1_000_000)])
    eligible_area = StringField(lazy("专有部分总面积（平方米）"), [Optional(), Length(max=20)])
    present_area = StringField(lazy("参与表决的面积（平方米）"), [Optional(), Length(max=20)])
    favour_area = StringField(lazy("同意的面积（平方米）"), [Optional(), Length(max=20)])
    document = FileField(lazy("决定文件"), [InputRequired(lazy("请上传决定文件。"))])


def budget_of(form: Mapping[str, str]) -> dict[str, int]:
    """Categories with the yuan typed for them, as fen; what is empty is left out."""
    return {one.code: fen_of(form[f"b-{one.code}"]) for one in categories() if form.get(f"b-{one.code}", "").strip()}
