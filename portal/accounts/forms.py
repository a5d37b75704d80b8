"""Shape and wording of the accounts' forms."""

from collections.abc import Callable
from typing import Any

from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import StopValidation, ValidationError

from portal.accounts.words import ROLE_NAMES
from portal.kernel.errors import DomainError
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy
from portal.kernel.sheets.values import parse_login, parse_uscc


def filled(sentence: Any) -> Callable[[Any, Any], None]:
    """The field must hold something; the sentence says what."""

    def check(_form: Any, field: Any) -> None:
        if not str(field.data or "").strip():
            raise StopValidation(str(sentence))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


def parsed(parse: Callable[[str], Any]) -> Callable[[Any, Any], None]:
    """A filled field is replaced by what a sheet's parser makes of it, or refused with its sentence."""

    def check(_form: Any, field: Any) -> None:
        if not str(field.data or "").strip():
            return
        try:
            field.data = parse(field.data.strip())
        except DomainError as error:
            raise ValidationError(str(error)) from error

    return check


class SignInForm(Form):
    """Login with a password or a one-time code."""

    login = StringField(lazy("登录名"), [filled(lazy("请填写登录名。"))])
    password = PasswordField(lazy("密码或一次性登录码"), [filled(lazy("请填写密码或一次性登录码。"))])
    next = HiddenField()


class NewPasswordForm(Form):
    """A new password, twice."""

    password = PasswordField(lazy("新密码"), [filled(lazy("请填写新密码。"))])
    again = PasswordField(lazy("再输入一次新密码"), [filled(lazy("请再输入一次新密码。"))])

    def validate_again(self, field: Any) -> None:
        """Both must be the same."""
        if field.data != self.password.data:
            raise ValidationError(_("两次输入的密码不一样。"))


class ChangePasswordForm(NewPasswordForm):
    """The old password and a new one, twice."""

    old = PasswordField(lazy("现在的密码"), [filled(lazy("请填写现在的密码。"))])


class ConfirmForm(Form):
    """A button."""


class CodeForm(Form):
    """The code of a second factor."""

    code = StringField(lazy("验证码或恢复码"), [filled(lazy("请填写验证码或恢复码。"))])


class AppForm(Form):
    """A code that shows that the app holds the secret; the secret travels with what vouches for it."""

    code = StringField(lazy("应用显示的6位数字"), [filled(lazy("请填写应用显示的6位数字。"))])
    secret = HiddenField()
    offer = HiddenField()


class PasskeyForm(Form):
    """The browser's answer for a new passkey, and what it shall be called."""

    name = StringField(lazy("名称"), [filled(lazy("请填写名称。"))])
    answer = HiddenField()


class PasskeyNameForm(Form):
    """What a passkey shall be called."""

    name = StringField(lazy("名称"), [filled(lazy("请填写名称。"))])


class PersonForm(Form):
    """Name, role, division and enterprise of a person; the choices of divisions are passed in."""

    name = StringField(lazy("姓名"), [filled(lazy("请填写姓名。"))])
    role = SelectField(lazy("角色"), [filled(lazy("请选择角色。"))])
    division_code = StringField(lazy("辖区代码"), [filled(lazy("请填写辖区代码，12位数字。"))])
    uscc = StringField(lazy("企业（统一社会信用代码）"), [parsed(parse_uscc)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [(str(role), str(name)) for role, name in ROLE_NAMES.items()]

    def validate_division_code(self, field: Any) -> None:
        """Twelve digits."""
        field.data = "".join(str(field.data).split())
        if len(field.data) != 12 or not field.data.isdigit():
            raise ValidationError(_("请填写辖区代码，12位数字。"))


class NewPersonForm(PersonForm):
    """A person with a login."""

    login = StringField(lazy("登录名"), [filled(lazy("请填写登录名。")), parsed(parse_login)])
