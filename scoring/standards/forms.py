"""Shape and wording of the checklist's forms. The rules say which deduction codes there are."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import DateInput

from portal.kernel.forms import Form
from portal.kernel.i18n import lazy
from scoring.rules.deductions import DEDUCTIONS
from scoring.rules.standard import HAZARD_CLASSES


def _needed(sentence: str) -> Any:
    return InputRequired(lazy(sentence))


class NewDraftForm(Form):
    """Begin a version."""

    version = StringField(lazy("版本号"), [_needed("请填写版本号。")])
    based_on = SelectField(lazy("以哪个版本为基础"))


class DetailsForm(Form):
    """What a version is for."""

    kinds = SelectMultipleField(lazy("适用的小区"), [_needed("请至少选择一类小区。")])
    reference = StringField(lazy("依据"), [Length(max=200)])
    pass_photo_c = BooleanField(lazy("C类检查项通过时也要拍照"))


class ItemForm(Form):
    """One item."""

    item_code = StringField(lazy("检查项编号"), [_needed("请填写检查项编号。")])
    category_code = StringField(lazy("类别编号"), [_needed("请填写类别编号。")])
    category_zh = StringField(lazy("类别名称"), [_needed("请填写类别名称。"), Length(max=100)])
    category_en = StringField(lazy("类别英文名称"), [_needed("请填写类别英文名称。"), Length(max=100)])
    item_zh = StringField(lazy("检查内容"), [_needed("请填写检查内容。"), Length(max=200)])
    item_en = StringField(lazy("检查内容英文"), [_needed("请填写检查内容英文。"), Length(max=200)])
    max_points = IntegerField(
        lazy("满分"), [_needed("请填写满分。"), NumberRange(1, 100, lazy("满分应为1至100的整数。"))]
    )
    deduction = SelectField(lazy("扣分方式"), choices=list(DEDUCTIONS))
    hazard_class = SelectField(lazy("隐患等级"), choices=list(HAZARD_CLASSES))


class SheetForm(Form):
    """Bring the items of a draft by sheet."""

    file = FileField(lazy("检查标准表格"), [FileRequired(lazy("请选择文件。"))])


class PublishForm(Form):
    """From which day a version is in force."""

    in_force_from = StringField(lazy("实施日期"), [_needed("请填写实施日期。")], widget=DateInput())
