"""Documents as PDF: Chinese that can be read and copied, page numbers, nothing fetched, the same bytes every time."""

import io
import socket
import subprocess
import sys
from datetime import UTC, datetime

import pypdf
import pytest

from portal.kernel import pdf

AT = datetime(2026, 6, 1, 2, 3, 4, tzinfo=UTC)


def read(data):
    return pypdf.PdfReader(io.BytesIO(data))


def test_chinese_text_pages_title_and_language():
    body = "<h1>物业服务企业信用报告</h1>" + "<p>深圳市虚构乙物业服务有限公司，〔2026〕3号。</p>" * 40
    document = read(pdf.render(body, title="信用报告", made_at=AT))
    assert len(document.pages) > 1
    text = document.pages[1].extract_text()
    assert "深圳市虚构乙物业服务有限公司，〔2026〕3号。" in text
    assert f"第2页，共{len(document.pages)}页" in text
    assert "信用报告" in text
    assert document.metadata.title == "信用报告"
    assert document.metadata.creation_date == AT
    assert document.trailer["/Root"]["/Lang"] == "zh-CN"
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
    fonts = {str(font.get_object()["/BaseFont"]) for font in document.pages[1]["/Resources"]["/Font"].values()}
    assert any("NotoSansCJK" in name.replace("-", "") for name in fonts), fonts


def test_english_pages_are_numbered_in_english():
    text = read(pdf.render("<p>One page</p>", title="Report", lang="en")).pages[0].extract_text()
    assert "Page 1 of 1" in text
    assert "第" not in text


def test_the_same_document_has_the_same_bytes_and_no_time_of_its_own():
    made = [
        pdf.render("<p>同一份</p>", title="甲", attachments=[pdf.Attached("a.json", b"{}")]) for _number in range(2)
    ]
    assert made[0] == made[1]
    assert read(made[0]).metadata.creation_date is None


def test_files_inside():
    document = read(
        pdf.render("<p>x</p>", title="甲", attachments=[pdf.Attached("回执.json", "{“a”}".encode(), "说明")])
    )
    assert {content for contents in document.attachments.values() for content in contents} == {"{“a”}".encode()}


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/x.png", "//127.0.0.1/x", "file:///etc/hostname", "/etc/hostname", "x.png", "ftp://a/b"],
)
def test_nothing_is_ever_fetched(monkeypatch, tmp_path, address):
    def refuse(*_arguments, **_more):
        raise AssertionError("the network or a file was asked")

    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>SECRET</text></svg>')
    monkeypatch.setattr(socket.socket, "connect", refuse)
    body = f"""<img src="{address}" alt="a"><img src="{secret.as_uri()}" alt="b"><link rel="stylesheet" href="{address}">
    <style>@import url("{address}"); p {{ background: url("{address}") }}</style><object data="{address}"></object>
    <a rel="attachment" href="{secret.as_uri()}">x</a><p>文字</p>"""
    document = read(pdf.render(body, title="甲"))
    assert "文字" in document.pages[0].extract_text()
    assert "SECRET" not in document.pages[0].extract_text()
    assert not document.attachments


def test_a_qr_code_is_drawn_from_the_document_itself():
    picture = pdf.qr_image("https://portal.example/verify/7Q4K2")
    assert picture.startswith("data:image/svg+xml")
    with_code = pdf.render(f'<img class="qr" src="{picture}" alt="QR">', title="甲")
    assert len(with_code) > len(pdf.render("<p></p>", title="甲"))


def test_a_name_cannot_become_markup_of_the_page():
    text = read(pdf.render("<p>x</p>", title='<b>"甲&</b>')).metadata.title
    assert text == '<b>"甲&</b>'


def test_who_does_not_print_does_not_load_the_printer():
    code = "import sys, portal.kernel.pdf, portal.receipts.api; print('weasyprint' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
