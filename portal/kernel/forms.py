"""The form that every form of the portal is: a line of text in it holds nothing that nobody sees."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField, TextAreaField
from wtforms.validators import StopValidation

from portal.kernel.errors import DomainError
from portal.kernel.unseen import refuse_unseen, trimmed

_OTHERS = (TextAreaField, PasswordField, HiddenField)  # texts of many lines, secrets, what the portal wrote itself


def _trim(value: Any) -> Any:
    return trimmed(value) if isinstance(value, str) else value


def _is_seen(_form: Any, field: Any) -> None:
    try:
        refuse_unseen(str(field.data or ""))
    except DomainError as error:
        raise StopValidation(str(error)) from error


class Form(FlaskForm):
    """A form whose lines of text are cleaned and checked as the cells of a sheet are."""

    class Meta(FlaskForm.Meta):
        """How fields come into the form."""

        stores = True  # False: it only asks, and whoever answers reads through what nobody sees

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """A line of text is trimmed before, and looked through before its own checks."""
            field = super().bind_field(form, unbound_field, options)
            if self.stores and isinstance(field, StringField) and not isinstance(field, _OTHERS):
                field.filters = [_trim, *field.filters]
                field.validators = [_is_seen, *field.validators]
            return field
