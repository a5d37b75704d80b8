"""Shape and wording of the roster's forms."""

from collections.abc import Callable, Iterable
from typing import Any

from wtforms import DateField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional, StopValidation

from mediation.roster import words
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy


def _filled(sentence: Any) -> Callable[[Any, Any], None]:
    def check(_form: Any, field: Any) -> None:
        if not field.data or not str(field.data).strip():
            raise StopValidation(str(sentence))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


def _choices(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    return [SelectChoice(code, name) for code, name in pairs]


class FactsForm(Form):
    """What is known of a mediator or lawyer."""

    name = StringField(lazy("姓名"), [_filled(lazy("请填写姓名。")), Length(max=40)])
    part = SelectField(lazy("roster|身份"), [_filled(lazy("请选择身份。"))])
    body = StringField(lazy("所属机构"), [_filled(lazy("请填写所属机构。")), Length(max=100)])
    qualification = StringField(lazy("资格"), [Length(max=100)])
    employer_uscc = StringField(lazy("受雇企业的统一社会信用代码"), [Length(max=18)])
    languages = SelectMultipleField(lazy("语言"), [_filled(lazy("请选择语言。"))])
    kinds = SelectMultipleField(lazy("办理的纠纷（都不选：什么纠纷都办）"), [Optional()])
    capacity = IntegerField(
        lazy("最多同时办理几件"),
        [_filled(lazy("请填写1至200的整数。")), NumberRange(1, 200, message=lazy("请填写1至200的整数。"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.part.choices = _choices(words.PART_NAMES.items())
        self.languages.choices = _choices(words.LANGUAGE_NAMES.items())
        self.kinds.choices = _choices(words.KIND_NAMES.items())


class NewForm(FactsForm):
    """Somebody new: the account of the person comes first."""

    login = SelectField(lazy("登录账号"), [_filled(lazy("请选择账号。"))])

    def __init__(self, logins: Iterable[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.login.choices = _choices([("", _("请选择")), *logins])


class AwayForm(Form):
    """Until when somebody is away."""

    until = DateField(lazy("暂停到哪天（含当天）"), [_filled(lazy("请填写日期。"))])


class TieForm(Form):
    """A tie to an estate or a company."""

    kind = SelectField(lazy("是什么关系"), [_filled(lazy("请选择。"))])
    estate = StringField(lazy("小区编号"), [Length(max=32)])
    uscc = StringField(lazy("企业的统一社会信用代码"), [Length(max=18)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = _choices([("", _("请选择")), *words.TIE_NAMES.items()])


class PlaceForm(Form):
    """A room for sessions."""

    code = StringField(lazy("会议室编号"), [_filled(lazy("请填写会议室的编号和名称。")), Length(max=32)])
    name = StringField(lazy("会议室名称"), [_filled(lazy("请填写会议室的编号和名称。")), Length(max=60)])
    division = SelectField(lazy("所在辖区"), [_filled(lazy("请选择。"))])

    def __init__(self, areas: Iterable[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.division.choices = _choices(areas)
