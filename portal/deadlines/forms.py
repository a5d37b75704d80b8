"""Shape and wording of the working-day table's forms."""

import csv
import io
from datetime import date

from flask_wtf.file import FileField
from wtforms import DateField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from portal.kernel.errors import DomainError
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy

KINDS = (
    SelectChoice("off", lazy("放假")),
    SelectChoice("work", lazy("调休上班")),
    SelectChoice("plain", lazy("按平常的星期安排")),
)
WORDS = {"off": "off", "放假": "off", "休": "off", "work": "work", "上班": "work", "调休上班": "work", "班": "work"}
MOST = 120  # days of one notice


class DayForm(Form):
    """One day."""

    day = DateField(lazy("日期"), [InputRequired(lazy("请填写日期，例如2027-01-01。"))])
    kind = RadioField(lazy("这一天"), [InputRequired(lazy("请选择这一天是放假还是上班。"))], choices=list(KINDS))
    source = StringField(
        lazy("依据"), [InputRequired(lazy("请写明依据，例如放假安排的通知名称和文号。")), Length(max=200)]
    )


class YearForm(Form):
    """The notice of a year: its days as lines, or a CSV file with the same lines."""

    sheet = TextAreaField(lazy("放假和调休的日期"), [Optional()])
    file = FileField(lazy("CSV文件"), [Optional()])
    notice = StringField(
        lazy("依据"), [InputRequired(lazy("请写明依据，例如放假安排的通知名称和文号。")), Length(max=200)]
    )

    def text(self) -> str:
        """The lines: of the file when one is given."""
        if not (self.file.data and self.file.data.filename):
            return str(self.sheet.data or "")
        data = self.file.data.read(100_000)
        try:
            return str(data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            return str(data.decode("gb18030", errors="replace"))


def days_of(text: str) -> dict[date, str]:
    """Day to kind of lines ``2027-01-01,off``; a line of headers is passed over. ``DomainError`` names the first bad line."""
    found: dict[date, str] = {}
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].lower() in ("date", "日期"):
            continue
        try:
            day, kind = date.fromisoformat(cells[0]), WORDS[cells[1].lower()]
        except (ValueError, IndexError, KeyError):
            raise DomainError(_("第%(n)s行不对。请写成“2027-01-01,放假”或者“2027-01-10,上班”。", n=number)) from None
        if day in found:
            raise DomainError(_("第%(n)s行的日期与前面的一行重复。请只保留一行。", n=number))
        found[day] = kind
    if not found or len(found) > MOST:
        raise DomainError(_("请填写1至%(n)s个日期。", n=MOST))
    return found
