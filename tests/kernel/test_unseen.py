"""What nobody sees is cleared off the ends of a text and refused within it, in cells and in fields alike."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, PasswordField, StringField, TextAreaField
from wtforms.validators import Optional

from portal.kernel.errors import DomainError, InputRefused
from portal.kernel.forms import Form
from portal.kernel.i18n import using
from portal.kernel.sheets.columns import Column, SheetKind
from portal.kernel.sheets.read import checked_rows, read_sheet
from portal.kernel.unseen import refuse_unseen, trimmed

UNSEEN = {
    "\u200b": "U+200B", "\ufeff": "U+FEFF", "\u00ad": "U+00AD", "\u202e": "U+202E", "\u2066": "U+2066", "\u2028": "U+2028",
    "\u2029": "U+2029", "\u3164": "U+3164", "\x07": "U+0007", "\x9f": "U+009F", "\U000e0041": "U+E0041",
}  # fmt: skip
SHEET = SheetKind(
    "estates", "小区", (Column("code", "编号", kind="code"), Column("name", "名称"), Column("note", "说明", parser=str))
)


class Fields(Form):
    """One field of each kind that holds text."""

    name = StringField("name", [Optional()])
    text = TextAreaField("text")
    secret = PasswordField("secret")
    seen = HiddenField("seen")


@pytest.mark.parametrize(("sign", "named"), UNSEEN.items())
def test_it_is_named(sign, named):
    with pytest.raises(DomainError, match=rf"^第3个字符{named.replace('+', '[+]')}是看不见的字符。"):
        refuse_unseen(f"海乐{sign}花园")
    with using("en"), pytest.raises(DomainError, match=r"^Character 3 is U"):
        refuse_unseen(f"海乐{sign}花园")


@pytest.mark.parametrize(
    "text", ["", "海乐花园", "Café · 花园（一期）\u3000甲\xa0乙", "一\n二\t三", "𠮷野家", "é e\u0301"]
)
def test_what_is_seen_may_stand(text):
    refuse_unseen(text)


def test_the_ends_are_cleared():
    assert trimmed(" \ufeff\u200b 海乐 花园\u2060\u3000") == "海乐 花园"


def test_a_cell_of_any_column():
    """Each at its address; at the ends of a cell it is no fault."""
    rows = "code,name,note\nE\u200b1,海\u2028乐,a\ufeffb\nE-2,\ufeff海乐\u200b,\n"
    with pytest.raises(InputRefused) as caught:
        checked_rows(read_sheet(rows.encode(), "e.csv", SHEET), SHEET)
    found = {problem.cell: problem.message for problem in caught.value.problems}
    assert found.keys() == {"e.csv!A2", "e.csv!B2", "e.csv!C2", "e.csv!C3"}
    assert [found[f"e.csv!{letter}2"][:11] for letter in "ABC"] == [
        "第2个字符U+200B", "第2个字符U+2028", "第2个字符U+FEFF",
    ]  # fmt: skip
    good = read_sheet("code,name,note\nE-2,\ufeff海乐\u200b,x\n".encode(), "e.csv", SHEET)
    assert checked_rows(good, SHEET)["name"] == ["海乐"]


@pytest.mark.parametrize("sign", UNSEEN)
def test_a_line_of_a_form(app, sign):
    """Not a text of many lines, a secret, or what the portal wrote."""
    typed = f"甲{sign}乙"
    with app.test_request_context():
        form = Fields(MultiDict(dict.fromkeys(("name", "text", "secret", "seen"), typed)), meta={"csrf": False})
        assert not form.validate()
        assert form.errors.keys() == {"name"}
        assert form.errors["name"][0].startswith(f"第2个字符{UNSEEN[sign]}是看不见的字符")


def test_a_line_of_a_form_is_trimmed(app):
    with app.test_request_context():
        form = Fields(MultiDict({"name": " \ufeff甲 乙\u200b "}), meta={"csrf": False})
        assert form.validate()
        assert form.name.data == "甲 乙"
        assert Fields(MultiDict(), meta={"csrf": False}, name=None).validate()
