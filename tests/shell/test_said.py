"""Each result and list entry in one plain sentence, with clause, day and next step: the same on page, API and paper."""

import io
from datetime import date

import pypdf
import pytest

from portal.kernel.i18n import using
from portal.kernel.said import fund_change, refused
from tests.registry.sheets import USCC
from tests.shell.public_district import BAD, GOOD
from tests.shell.public_fixtures import app as app
from tests.shell.public_fixtures import instance as instance
from tests.shell.test_papers import file_of, report

ON = {
    "basis": "深物监〔2025〕1号第八条",
    "on": date(2026, 5, 12),
    "next": "业主可以提问。",
    "page": "/estates/BA-001/funds",
}


def words_of(text):
    return "".join(text.split())


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_an_entry_is_said_alike_on_page_api_and_paper(client, prefix):
    (entry,) = client.get(f"{prefix}/api/v1/lists?kind=black&uscc={USCC[1]}&as_of=2026-06-01").json["items"][:1]
    told = entry["explanation"]
    assert told["basis"] == entry["decision"]
    assert told["on"] == entry["effective_from"]
    pages = [
        client.get(f"{prefix}/lists?as_of=2026-06-01").text,
        client.get(f"{prefix}/lists.json?as_of=2026-06-01").text,
    ]
    for page in pages:
        assert told["sentences"][0] in page
        assert told["next"] in page
    if not prefix:
        code, own, _page = report(client)
        paper = pypdf.PdfReader(io.BytesIO(file_of(client, code, own, "pdf").data))
        assert words_of(told["sentences"][0]) in words_of("".join(page.extract_text() for page in paper.pages))


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize(
    "page", [f"/ratings/2025/estates/{GOOD}", f"/ratings/2025/estates/{BAD}", f"/quarters/2026Q2/estates/{GOOD}"]
)
def test_a_result_is_said_alike_on_page_and_api(client, page, prefix):
    told = client.get(f"{prefix}{page}.json").json["explanation"]
    shown = " ".join(client.page(prefix + page).get_text().split())
    assert told["basis"]
    assert told["on"]
    for text in (*told["sentences"], told["basis"], told["next"]):
        assert text in shown
    assert told["page"] == page
    record = client.get(f"{prefix}/api/v1/estates/{page.rpartition('/')[2]}").json["explanation"]
    assert page.startswith("/quarters") or told in record


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (None, 123456, "2026年5月12日维修资金首次公布为1,234.56元：对账单已核对。"),
        (100000, 123456, "2026年5月12日维修资金由1,000.00元增加到1,234.56元，增加234.56元：对账单已核对。"),
        (123456, 100000, "2026年5月12日维修资金由1,234.56元减少到1,000.00元，减少234.56元：对账单已核对。"),
        (5, 5, "2026年5月12日维修资金没有变化，仍为0.05元：对账单已核对。"),
    ],
)
def test_a_change_of_a_fund(old, new, said):
    told = fund_change("fund-line:1", "维修资金", old, new, "对账单已核对。", **ON)
    assert told.sentences == (said,)
    assert told.row()["on"] == "2026-05-12"
    with using("en"):
        assert "CNY" in fund_change("fund-line:1", "Repair fund", old, new, "checked", **ON).sentences[0]


def test_a_refusal():
    told = refused("repair:1", "信用修复申请", "没有改正", **ON)
    assert told.sentences == ("2026年5月12日没有同意信用修复申请，理由：没有改正。",)
