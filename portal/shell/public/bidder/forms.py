"""What the bidder check asks for: a company or a sheet of them, a day, and perhaps the state of knowledge."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask_wtf.file import FileField
from wtforms import StringField, TextAreaField
from wtforms.validators import ValidationError

from portal.kernel import clock
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy
from portal.shell.public.bidder.answer import last_day

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)")


def day_of(text: str) -> date:
    """A day as typed, today when none is. Raises ``ValidationError`` with a sentence."""
    text = text.strip()
    if not text:
        return clock.today()
    try:
        found = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        found = None
    if found is None:
        raise ValidationError(_("日期“%(value)s”写法不对，请按2026-03-01的格式填写。", value=text[:20]))
    if found > last_day():
        raise ValidationError(_("最晚可以查到%(day)s（今天起90天）。", day=last_day()))
    return found


def instant_of(text: str) -> datetime | None:
    """An instant as typed in the district's time, whole minutes; None when none is. Raises ``ValidationError``."""
    text = text.strip()
    if not text:
        return None
    found = _TIME.fullmatch(text)
    try:
        local = datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=clock.DISTRICT) if found else None
        instant = local.astimezone(UTC) if local else None
    except (ValueError, OverflowError):
        instant = None
    if instant is None:
        raise ValidationError(_("时间“%(value)s”写法不对，请按2026-03-01 17:30的格式填写。", value=text[:20]))
    if instant > clock.now():
        raise ValidationError(_("时间不能晚于现在。"))
    return min(
        instant + timedelta(seconds=59, microseconds=999_999), clock.now()
    )  # what was recorded in that minute is known


class CheckForm(Form):
    """One box, or a sheet, and a day. Choosing neither is an error of the box."""

    class Meta(Form.Meta):
        """A name is looked for as it can be seen."""

        stores = False

    q = StringField(lazy("企业名称或者统一社会信用代码"))
    file = FileField(lazy("或者上传名单（xlsx、csv，最多1000家）"))
    as_of = StringField(lazy("按哪一天查"))
    known_at = StringField(lazy("按何时已登记的情况（北京时间）"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in (self.q, self.file, self.as_of):  # one of the first two is needed, and the day has a default
            field.flags.required = True

    def validate_q(self, field: Any) -> None:
        if not (field.data or "").strip() and not self.file.data:
            raise ValidationError(_("请填写企业名称或者统一社会信用代码，或者上传名单。"))

    def validate_as_of(self, field: Any) -> None:
        field.day = day_of(field.data or "")

    def validate_known_at(self, field: Any) -> None:
        field.instant = instant_of(field.data or "")


class VerifyForm(Form):
    """A receipt as a file or as text, or its number."""

    code = StringField(lazy("回执编号或者文书核验码"))
    file = FileField(lazy("回执文件（JSON）"))
    text = TextAreaField(lazy("或者粘贴回执的内容"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in (self.code, self.file, self.text):  # each form of the page asks for one of them
            field.flags.required = True

    def validate_code(self, field: Any) -> None:
        if not any(((field.data or "").strip(), self.file.data, (self.text.data or "").strip())):
            raise ValidationError(_("请填写编号，或者上传、粘贴回执。"))
