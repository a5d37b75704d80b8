"""Shape and wording of the ratings' forms."""

from typing import Any

from wtforms import HiddenField, TextAreaField
from wtforms.validators import ValidationError

from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy

MOST = 500


class ActForm(Form):
    """A button."""


class ConfirmForm(Form):
    """Closing a community's review. ``seq``: the step that the page showed."""

    seq = HiddenField()

    @property
    def number(self) -> int:
        """The step as a number; -1, which is never a step, for anything else."""
        return int(self.seq.data) if str(self.seq.data or "").isdigit() else -1


class PublishForm(Form):
    """A publication. ``seen``: the fingerprint of the preview; a correction needs its public reason."""

    seen = HiddenField()
    reason = TextAreaField(lazy("更正原因（向社会公开）"))

    def __init__(self, *args: Any, corrects: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.corrects = corrects
        if corrects:
            self.reason.flags.required = True

    def validate_reason(self, field: Any) -> None:
        """Needed with a correction, and short enough to be read."""
        text = str(field.data or "").strip()
        if self.corrects and not text:
            raise ValidationError(_("请填写更正原因。原因和更正内容一起公开。"))
        if len(text) > MOST:
            raise ValidationError(_("更正原因不超过%(n)s个字。", n=MOST))
