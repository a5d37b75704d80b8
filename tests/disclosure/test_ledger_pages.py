"""The ledger over HTTP: a month classified at once, a line split and corrected, vouchers masked, rules, decisions, budgets."""

from datetime import date
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from disclosure.ledger import api
from disclosure.ledger.models import LedgerVoucher
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading
from tests.disclosure.ledgers import FIRST, LAST, STREETS, filled, found
from tests.ratings.district import USCC

LINES = [
    (date(2025, 1, 5), 50_000, "电梯广告费"),
    (date(2025, 1, 20), 30_000, "收款"),
    (date(2025, 1, 22), 40_000, "收款"),
    (date(2025, 1, 25), -2_000_000, "付款"),
]


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (80, 60), "white").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def ledger(instance, app):
    """The account of E-1 with four lines of January 2025; its code and their short references."""
    found()
    with clock.on(date(2026, 1, 15)):
        code, lines = filled(LINES)
        yield code, [line.ref[10:] for line in lines]


@pytest.fixture
def company(ledger, signed_in):
    return signed_in(Role.ENTERPRISE, uscc=USCC[0])


def categories(code):
    with reading() as db:
        return [one.category for one in api.entries(db, account_code=code, since=FIRST, until=LAST)]


def test_a_month_is_classified_on_one_page(ledger, company):
    code, refs = ledger
    path = f"/disclosure/ledger/accounts/{code}"
    page = company.page(f"{path}?month=2025-01")
    assert len(page.select("select[name^='c-']")) == 4
    company.submit(f"{path}/rules?month=2025-01", page=path)
    assert categories(code) == ["advertising", None, None, None]
    shown = company.page(path)
    data = {one["name"]: one.get("value", "") for one in shown.select("#classify input[type=hidden]")}
    data |= {f"c-{refs[0]}": "advertising", f"w-{refs[0]}": "电梯广告收入", f"c-{refs[1]}": "parking", "same": "1"}
    answer = company.submit(f"{path}?month=2025-01", data, page=path)
    assert answer.status_code == 303
    assert categories(code) == ["advertising", "parking", "parking", None], "the same payee came along"
    with reading() as db:
        entries = api.entries(db, account_code=code, since=FIRST, until=LAST)
    assert [one.by_rule for one in entries][:2] == [True, False], "what the form did not change stays the rule's"
    again = company.submit(f"{path}?month=2025-01", {f"s-{refs[3]}": "7", f"c-{refs[3]}": "cost_lift"}, page=path)
    assert again.status_code == 409
    bad = company.submit(f"{path}?month=2025-01", {f"c-{refs[3]}": "other_cost"}, page=path)
    assert bad.status_code == 422
    assert "请写明公开摘要" in bad.text
    assert company.get(f"{path}?month=2025-02").status_code == 200
    assert "都已归类" not in company.page("/disclosure/ledger").select_one("tbody").text


def test_lines_are_merged(ledger, company):
    code, refs = ledger
    path = f"/disclosure/ledger/accounts/{code}"
    data = {"m": refs[1:3], "merge-category": "parking", "merge-words": "1月停车收款"}
    assert company.submit(f"{path}/merge?month=2025-01", data, page=path).status_code == 303
    assert "已合并" in company.page(f"{path}?month=2025-01").text
    one = company.submit(f"{path}/merge", {"m": refs[:1], "merge-category": "parking"}, page=path)
    assert one.status_code == 422


def test_a_line_is_split_corrected_and_taken_back(ledger, company):
    code, refs = ledger
    path = f"/disclosure/ledger/lines/{refs[3]}"
    data = {
        "seq": "0",
        "category-0": "cost_lift",
        "amount-0": "15,000",
        "category-1": "cost_tax",
        "amount-1": "4999.99",
    }
    wrong = company.submit(f"{path}/pieces", data, page=path)
    assert wrong.status_code == 422
    assert "20000.00" in wrong.text
    assert "15,000" in wrong.text, "what was typed stays"
    assert company.submit(f"{path}/pieces", data | {"amount-1": "5000"}, page=path).status_code == 303
    assert categories(code)[3:] == ["cost_lift", "cost_tax"]
    fix = {"seq": "1", "category-0": "cost_lift", "amount-0": "20000"}
    assert company.submit(f"{path}/pieces", fix, page=path).status_code == 422
    assert company.submit(f"{path}/pieces", fix | {"reason": "税另付"}, page=path).status_code == 303
    assert company.submit(f"{path}/pieces", fix | {"reason": "税另付", "seq": "1"}, page=path).status_code == 409
    page = company.page(path)
    assert "税另付" in page.text
    assert "冲销" in page.text
    act = page.select_one("input[name=act]")["value"]
    assert company.submit(f"{path}/undo", {"act": act}, page=path).status_code == 303
    assert categories(code)[3:] == ["cost_lift", "cost_tax"]


def test_a_voucher_is_public_only_as_a_masked_copy(ledger, company, client):
    _code, refs = ledger
    path = f"/disclosure/ledger/lines/{refs[3]}"
    data = {"kind": "invoice", "title": "电梯维保发票", "file": (BytesIO(picture()), "a.png")}
    assert company.submit(f"{path}/vouchers", data, page=path).status_code == 303
    bad = {"kind": "invoice", "title": "电梯维保发票", "file": (BytesIO(b"<svg>"), "a.svg")}
    assert company.submit(f"{path}/vouchers", bad, page=path).status_code == 422
    with reading() as db:
        voucher = db.scalars(select(LedgerVoucher.id)).one()
        (shown,) = api.vouchers_of(db, [f"fund-line:{refs[3]}"])
    assert shown.sha256 is None
    assert client.get(f"/disclosure/vouchers/files/{shown.original_sha256}").status_code == 404
    own = f"/disclosure/ledger/voucher/{voucher}"
    boxes = {"x": "10", "y": "10", "w": "50", "h": "50"}
    assert "data:image/jpeg" in company.submit(f"{own}/preview", boxes, page=own).text
    assert company.submit(f"{own}/release", boxes, page=own).status_code == 303
    with reading() as db:
        (shown,) = api.vouchers_of(db, [f"fund-line:{refs[3]}"])
    copy = client.get(f"/disclosure/vouchers/files/{shown.sha256}")
    assert copy.status_code == 200
    assert copy.mimetype == "image/jpeg"
    assert Image.open(BytesIO(copy.data)).convert("L").getpixel((20, 20)) < 20, "black where the box lies"
    assert company.submit(f"{own}/copy", {"copy": (BytesIO(picture()), "a.png")}, page=own).status_code == 422, (
        "the original"
    )
    assert company.submit(f"{own}/take-back", {"reason": "漏遮"}, page=own).status_code == 303
    assert client.get(f"/disclosure/vouchers/files/{shown.sha256}").status_code == 404
    assert company.submit(f"{own}/copy", {"copy": (BytesIO(b"%PDF-1.4 x"), "a.pdf")}, page=own).status_code == 303
    assert company.submit(f"{path}/vouchers/{voucher}/detach", {"why": ""}, page=path).status_code == 422
    assert company.submit(f"{path}/vouchers/{voucher}/detach", {"why": "附错了"}, page=path).status_code == 303
    assert company.submit(f"{path}/vouchers/again", {"voucher": voucher}, page=path).status_code == 303


def vote(**more):
    data = {"kind": "committee", "number": "业委会〔2025〕3号", "title": "更换钢丝绳", "decided_on": "2025-01-10",
            "limit": "30000", "eligible": "5", "present": "4", "in_favour": "3"}  # fmt: skip
    return data | {"document": (BytesIO(b"%PDF-1.4 vote"), "v.pdf")} | more


def test_spending_needs_its_decision(ledger, company):
    code, refs = ledger
    path, line = "/disclosure/ledger/estates/E-1/approvals", f"/disclosure/ledger/lines/{refs[3]}"
    one = {"seq": "0", "category-0": "cost_lift", "amount-0": "20000"}
    company.submit(f"{line}/pieces", one, page=line)
    assert "没有关联决定" in company.page(path).text
    assert company.submit(path, vote(limit="三万")).status_code == 422
    assert company.submit(path, vote(kind="owners")).status_code == 422, "owners' votes count area too"
    assert company.submit(path, vote()).status_code == 303
    with reading() as db:
        (approval,) = api.approvals_of(db, "E-1")
        assert approval.passed
        assert [one.code for one in api.breaches_of(db, "E-1", FIRST, LAST)] == ["missing"]
    assert company.submit(f"{line}/approval", {"approval": approval.id}, page=line).status_code == 303
    with reading() as db:
        assert api.breaches_of(db, "E-1", FIRST, LAST) == []
        assert api.approvals_of(db, "E-1")[0].spent_fen == 2_000_000
    assert company.submit(f"{path}/{approval.id}/withdraw", {"reason": "表决无效"}, page=path).status_code == 303
    assert "没有关联决定" in company.page(path).text
    assert "表决无效" in company.page(path).text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"present": "2", "in_favour": "2"}, "not_passed"),
        ({"decided_on": "2025-02-01"}, "later"),
        ({"limit": "19999.99"}, "over"),
    ],
)
def test_breaches_are_named(ledger, company, changes, code):
    _account, refs = ledger
    line = f"/disclosure/ledger/lines/{refs[3]}"
    company.submit(f"{line}/pieces", {"seq": "0", "category-0": "cost_lift", "amount-0": "20000"}, page=line)
    company.submit("/disclosure/ledger/estates/E-1/approvals", vote(**changes))
    with reading() as db:
        (approval,) = api.approvals_of(db, "E-1")
    company.submit(f"{line}/approval", {"approval": approval.id}, page=line)
    with reading() as db:
        assert [one.code for one in api.breaches_of(db, "E-1", FIRST, LAST)] == [code]


def test_budget_against_actual(ledger, company):
    _code, refs = ledger
    line, path = f"/disclosure/ledger/lines/{refs[3]}", "/disclosure/ledger/estates/E-1/budget/2025"
    company.submit(f"{line}/pieces", {"seq": "0", "category-0": "cost_lift", "amount-0": "20000"}, page=line)
    assert company.submit(path, {"b-cost_lift": "18,000.00", "b-parking": "600"}).status_code == 303
    with reading() as db:
        parking, lift = api.budget_against_actual(db, "E-1", 2025)
    assert (parking.budget_fen, parking.actual_fen, parking.needs_reason) == (60_000, 0, True)
    assert (lift.difference_fen, lift.off_bp, lift.needs_reason, lift.reason) == (200_000, 1111, True, "")
    assert company.submit(path, {"b-cost_lift": "20000"}).status_code == 422, "a change says why"
    assert company.submit(path, {"b-cost_lift": "x"}).status_code == 422
    assert (
        company.submit(f"{path}/reasons", {"category": "cost_lift", "reason": "增加一次大修"}, page=path).status_code
        == 303
    )
    assert "增加一次大修" in company.page(path).text
    assert company.submit(path, {"b-cost_lift": "20000", "reason": "业委会同意"}).status_code == 303
    with reading() as db:
        assert not api.budget_against_actual(db, "E-1", 2025)[1].needs_reason


def test_rules_are_saved_and_retired_on_their_page(ledger, company):
    code, _refs = ledger
    path = "/disclosure/ledger/rules"
    rule = {
        "scope": "E-1",
        "words": "收款\n收费",
        "field": "any",
        "direction": "in",
        "category": "venue",
        "at_least": "350",
    }
    assert company.submit(f"{path}?scope=E-1", rule | {"at_least": "x"}).status_code == 422
    assert company.submit(f"{path}?scope=E-1", rule).status_code == 303
    company.submit(f"/disclosure/ledger/accounts/{code}/rules", page=f"/disclosure/ledger/accounts/{code}")
    assert categories(code) == ["advertising", None, "venue", None]
    form = company.page(f"{path}?scope=E-1").select_one("form[action*=retire]")
    assert company.submit(form["action"], page=f"{path}?scope=E-1").status_code == 303
    assert "收费" not in company.page(f"{path}?scope=E-1").text
    assert company.get(f"{path}?scope=E-2").status_code == 404


def test_nobody_reads_or_writes_the_lines_of_others(ledger, signed_in):
    code, refs = ledger
    line = f"/disclosure/ledger/lines/{refs[0]}"
    pages = (f"/disclosure/ledger/accounts/{code}", line, "/disclosure/ledger/estates/E-1/approvals",
             "/disclosure/ledger/estates/E-1/budget/2025")  # fmt: skip
    other = signed_in(Role.ENTERPRISE, uscc=USCC[1])
    far = signed_in(Role.REVIEWER, division=STREETS[1])
    for path in pages:
        assert {one.get(path).status_code for one in (other, far)} == {404}, path
    assert code not in other.get("/disclosure/ledger").text
    deeds = (f"{pages[0]}", f"{pages[0]}/merge", f"{pages[0]}/rules", f"{line}/pieces", f"{line}/undo", f"{line}/vouchers",
             f"{line}/vouchers/again", f"{line}/approval", pages[2], pages[3])  # fmt: skip
    for path in deeds:
        answer = other.submit(path, vote() | {"c-" + refs[0]: "parking", "m": refs[:2], "title": "x",
                                              "file": (BytesIO(picture()), "a.png")}, page="/disclosure/ledger/rules")  # fmt: skip
        assert answer.status_code in (404, 303 if path.endswith("/rules") else 404), path
    assert categories(code) == [None] * 4
    near = signed_in(Role.REVIEWER, division=STREETS[0])
    assert near.get(line).status_code == 200
    assert not near.page(line).select("form[action*=pieces]")
