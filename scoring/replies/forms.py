"""Shape and wording of the replies' forms."""

from typing import Any

from wtforms import IntegerField, MultipleFileField, RadioField, TextAreaField

from portal.kernel.forms import Form
from portal.kernel.i18n import lazy
from scoring.replies.reasons import REASONS


class WriteForm(Form):
    """A reply: text and photos."""

    text = TextAreaField(lazy("企业说明"), render_kw={"maxlength": 1000})
    photos = MultipleFileField(lazy("说明的照片"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.text.flags.required = True

    @property
    def pictures(self) -> list[bytes]:
        """The bytes of the chosen photos; a field left empty sends one file without a name."""
        return [file.read() for file in self.photos.data or [] if getattr(file, "filename", "")]


class ActForm(Form):
    """A button and nothing else."""


class AcceptForm(Form):
    """The step that the page showed."""

    seq = IntegerField()


class RefuseForm(AcceptForm):
    """A refusal with its reason."""

    code = RadioField(lazy("不予公开的理由"), validate_choice=False)
    note = TextAreaField(lazy("请企业怎样修改"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.code.choices = list(REASONS.items())
        self.code.flags.required = True
