"""Files as banks and published readers know them: each gives the lines and balances that it states, or is refused with a place."""

from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from click.testing import CliRunner

from disclosure.funds.statements.detect import read_statements
from disclosure.funds.statements.layouts import shipped
from disclosure.funds.trying import try_folder
from portal.shell.cli import cli
from tests.architecture.sources import PROJECT

SAMPLES = Path(__file__).with_name("samples")


def first_line(name: str):
    return read_statements((SAMPLES / name).read_bytes(), name, "", shipped(), date(2026, 1, 15))[0].lines[0]


def _tool():
    spec = spec_from_file_location("bank_formats", PROJECT / "tools" / "bank_formats.py")
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_document_says_what_comes_of_every_sample():
    bank_formats = _tool()
    assert bank_formats.DOCUMENT.read_text(encoding="utf-8") == bank_formats.document(), "tools/bank_formats.py --write"


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*version-*")))
def test_every_version_says_the_same(name):
    (found,) = read_statements((SAMPLES / name).read_bytes(), name, "", shipped(), date(2026, 1, 15))
    assert [(line.booked_on, line.amount_fen, line.reference) for line in found.lines] == [
        (date(2025, 1, 3), 5050, "A1"), (date(2025, 1, 20), -1000, "A2"),
    ]  # fmt: skip
    assert (found.closing_fen, found.account) == (104050, "4000123412341234")
    assert found.lines[0].counterparty == "示例公司"


@pytest.mark.parametrize(
    ("name", "summary", "counterparty"),
    [
        ("mt940-structured-86.sta", "转账收入 停车费 一月份", "示例停车有限公司"),
        ("mt940-supplementary-details.sta", "附言第一行附言第二行附言第三行 /OCMT/CNY10,00/", ""),
        ("mt940-gb18030.sta", "公共停车位场地使用费", ""),
        ("ofx1-gbk.ofx", "租金", "示例公司"),
        ("camt-batch-with-details.xml", "第1户；第2户；第3户", ""),
        ("csv-icbc.csv", "转账；租金", "示例公司"),
    ],
)
def test_words_are_kept(name, summary, counterparty):
    line = first_line(name)
    assert (line.summary, line.counterparty) == (summary, counterparty)


def test_every_state_is_among_the_samples():
    states = [one.state for one in try_folder(SAMPLES, "", date(2026, 1, 15))]
    assert {"ok", "flawed", "refused"} == set(states)
    assert len(states) > 100


def test_a_folder_of_foreign_files_is_tried_without_a_database(tmp_path):
    (tmp_path / "a.sta").write_bytes((SAMPLES / "mt940-plain.sta").read_bytes())
    done = CliRunner().invoke(cli, ["funds", "try", str(tmp_path)])
    assert done.exit_code == 0
    assert "closing 1040.50" in done.output
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.xml").write_text("<nothing")
    done = CliRunner().invoke(cli, ["funds", "try", str(tmp_path)])
    assert done.exit_code == 1
    assert "files 2, ok 1, flawed 0, refused 1" in done.output
