"""Shape and wording of what is entered on the page of an order. Each form has its own field names: they share a page."""

from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy
from scoring.rectification.moves import MOST_TEXT

YES_NO = [SelectChoice("yes", lazy("准予延期")), SelectChoice("no", lazy("不予延期"))]


def filled(sentence: Any) -> Any:
    """The field must hold something; the sentence says what."""

    def check(_form: Any, given: Any) -> None:
        if not str(given.data or "").strip():
            raise StopValidation(str(sentence))
        if len(str(given.data)) > MOST_TEXT:
            raise StopValidation(_("说明最多填%(n)s个字。请缩短。", n=MOST_TEXT))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


class AnswerForm(Form):
    """What was put right, with photos."""

    text = TextAreaField(lazy("整改情况"), [filled(lazy("请写明整改情况。"))])
    photos = MultipleFileField(lazy("整改后的照片"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.photos.flags.required = True


class ProtectForm(Form):
    """Temporary protection, photos if there are any."""

    measures = TextAreaField(lazy("临时防护措施"), [filled(lazy("请写明采取了什么临时防护措施。"))])
    pictures = MultipleFileField(lazy("防护措施的照片"))


class ExtensionForm(Form):
    """Why more time is needed."""

    why = TextAreaField(lazy("需要延期的原因"), [filled(lazy("请写明为什么需要延期。"))])


class RefuseForm(Form):
    """Why the fix is not one."""

    reason = TextAreaField(lazy("没有通过的理由"), [filled(lazy("请写明复查没有通过的理由。"))])


class DecideForm(Form):
    """More time, or not."""

    decision = RadioField(lazy("是否准予延期"), choices=YES_NO)
    remark = TextAreaField(lazy("理由"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision.flags.required = True

    def validate_decision(self, given: Any) -> None:
        """One must be chosen."""
        if given.data not in ("yes", "no"):
            given.errors = []
            raise StopValidation(_("请选择是否准予延期。"))

    def validate_remark(self, given: Any) -> None:
        """A refusal has its reason."""
        if self.decision.data == "no" and not (given.data or "").strip():
            raise StopValidation(_("请写明不予延期的理由。"))
        if len(given.data or "") > MOST_TEXT:
            raise StopValidation(_("说明最多填%(n)s个字。请缩短。", n=MOST_TEXT))


class WithdrawForm(Form):
    """Why a public photo is taken back."""

    cause = TextAreaField(lazy("理由"), [filled(lazy("请写明理由。"))])
