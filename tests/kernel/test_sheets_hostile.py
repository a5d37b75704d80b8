"""Files that are no sheets, or mean harm, are refused with a plain sentence and without much work."""

import io
import struct
import zipfile
from functools import cache

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kernel.errors import InputRefused
from portal.kernel.sheets import csvtext, read
from portal.kernel.sheets.columns import Column, SheetKind
from portal.kernel.sheets.read import read_sheet

KIND = SheetKind("k", "k", (Column("code", "编号"),))
PIECES = st.sampled_from([b"", b"<", b'"', b"9", b"ZZ", b"&"])
SHEET = "xl/worksheets/sheet1.xml"


@cache
def good():
    book = openpyxl.Workbook()
    book.active.append(["code"])
    book.active.append(["A"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def with_sheet(body):
    """A good workbook whose sheet holds this body instead."""
    source, target = zipfile.ZipFile(io.BytesIO(good())), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, body if name == SHEET else source.read(name))
    return target.getvalue()


def sheet_xml(rows):
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return f'<?xml version="1.0"?><worksheet {space}><sheetData>{rows}</sheetData></worksheet>'


def outcome(data, name):
    """The sentence of the refusal, or what was read; any other error is a stumble."""
    try:
        return f"{read_sheet(data, name, KIND).length} rows"
    except InputRefused as refused:
        return str(refused)


def sentence(data, name="f.xlsx"):
    with pytest.raises(InputRefused) as caught:
        read_sheet(data, name, KIND)
    assert caught.value.summary
    return caught.value.summary


@pytest.mark.parametrize("data", [b"", b"  \n", b"\xef\xbb\xbf\r\n,,\r\n"])
def test_empty(data):
    assert "空" in sentence(data)


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"\x1f\x8b"])
def test_other_kinds_of_file(data):
    assert "不是表格" in sentence(data + b"x" * 50)


def test_a_zip_that_is_no_workbook():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert "不是xlsx" in sentence(target.getvalue())


def test_password_and_old_format():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500
    assert "密码" in sentence(ole + "EncryptedPackage".encode("utf-16-le"))
    assert "xls文件" in sentence(ole)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_truncated(part):
    data = good()
    assert "损坏" in sentence(data[: int(len(data) * part)])


def test_text_in_no_known_encoding():
    assert "编码" in sentence(b"code\n\x81\x20\xff\xff\n", "f.csv")
    assert "编码" in sentence(b"code\n\x00\x01\x02\n", "f.csv")


def test_too_many_bytes_and_rows(monkeypatch, tmp_path):
    monkeypatch.setattr(read, "MAX_BYTES", 10)
    (tmp_path / "f.csv").write_bytes(b"code\n" * 10)
    assert "超过" in sentence(b"code\n" * 10)
    assert "超过" in sentence(tmp_path / "f.csv")
    monkeypatch.undo()
    monkeypatch.setattr(csvtext, "MAX_ROWS", 5)
    assert "超过5行" in sentence(b"code\n" * 10)


def test_a_zip_bomb_is_refused_by_what_it_declares():
    with zipfile.ZipFile(target := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
        with archive.open("xl/sharedStrings.xml", "w") as member:
            for _piece in range(401):
                member.write(bytes(1024 * 1024))
    assert "太大" in sentence(target.getvalue())


def test_a_zip_bomb_that_lies_about_its_size_is_refused():
    data = bytearray(with_sheet(sheet_xml(" " * 5_000_000)))
    size = len(sheet_xml(" " * 5_000_000))
    lied = bytes(data).replace(struct.pack("<I", size), struct.pack("<I", 100))
    assert lied != bytes(data)
    assert "损坏" in sentence(lied)


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="XFD1048576"><v>1</v></c>',
        '<c r="ZZ999999"><v>1</v></c>',
        "<c r='XFD1048576'><v>1</v></c>",
        '<c r = "XFD1048576"><v>1</v></c>',
        '<c\tr="XFD1048576"><v>1</v></c>',
        '<c\n r\n=\n"XFD1048576"><v>1</v></c>',
        "<c" + " " * 250 + "\nr='XFD1048576'><v>1</v></c>",
    ],
)
def test_two_far_cells_do_not_make_a_table_of_billions(cell):
    body = sheet_xml(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">{cell}</row>')
    assert sentence(with_sheet(body))


def test_a_long_narrow_sheet_is_no_bomb():
    body = sheet_xml(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c></row>'
        '<row r="300000"><c r="A300000" t="inlineStr"><is><t>Z</t></is></c></row>'
    )
    sheet = read_sheet(with_sheet(body), "f.xlsx", KIND)
    assert sheet.cell("code", 0) == "Sheet!A300000"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_bytes_are_refused_or_read_but_never_stumble(data):
    content = bytearray(good())
    for _change in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(bytes(content), "f.xlsx")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_xml_is_refused_or_read_but_never_stumbles(data):
    content = bytearray(zipfile.ZipFile(io.BytesIO(good())).read(SHEET))
    for _change in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(PIECES)
    assert outcome(with_sheet(bytes(content)), "f.xlsx")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(data):
    assert outcome(b"code\n" + data, "f.csv")
