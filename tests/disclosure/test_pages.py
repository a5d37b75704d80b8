"""Pages of accounts and statements: who sees which, a file from upload to account, a bank's own columns, taking back."""

import io
from datetime import date

import pytest
from sqlalchemy import func, select

from disclosure.funds import api, coverage
from disclosure.funds.models import BankLayout, BankLine, FundStatement
from portal.kernel import clock
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading
from portal.kernel.periods import Month
from tests.disclosure import ledgers
from tests.disclosure.banks import Ledger, as_csv
from tests.ratings.district import USCC

FOREIGN_COLUMNS = "本行对账清单\n记账时间,进账,出账,结余,何人,何事\n2025-03-02,12.00,,112.00,示例公司,租金\n2025-03-03,,2.00,110.00,示例公司,电费\n"


@pytest.fixture
def fund(instance):
    """An account of E-1 with a statement of January 2025."""
    ledgers.found()
    code, number = ledgers.account()
    ledgers.bring(code, number, date(2025, 1, 1), date(2025, 1, 31), [(date(2025, 1, 5), 5_000, "租金", "R1")])
    return code, number


def upload(client, code: str, data: bytes, name: str = "a.csv") -> str:
    """The address of the preview, or of the columns."""
    answer = client.submit(f"/disclosure/accounts/{code}/upload", {"file": (io.BytesIO(data), name)})
    assert answer.status_code == 303, answer.text
    return answer.location


def february(number: str, opening: int = 10_005_000) -> bytes:
    rows = [(date(2025, 2, 3), 1_200, "快递柜", "R2"), (date(2025, 2, 9), -300, "电费", "R3")]
    return as_csv(Ledger(opening, date(2025, 2, 1), date(2025, 2, 28), rows, number))


def test_a_file_is_seen_before_it_is_stored(fund, signed_in):
    code, number = fund
    officer = signed_in("officer")
    address = upload(officer, code, february(number))
    page = officer.page(address)
    assert "快递柜" in page.text
    assert "112,050.00" not in page.text
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(BankLine)) == 1
    officer.submit(f"{address}/confirm", page=address)
    shown = officer.page(f"/disclosure/accounts/{code}?year=2025").text
    assert "新增2笔" in shown
    assert "100,059.00" in shown
    assert "账银一致" in shown
    assert officer.get(address).status_code == 404, "the file is gone once it is taken over"
    again = officer.page(upload(officer, code, february(number))).text
    assert "以前都已经导入" in again


def test_what_does_not_add_up_is_named_before_and_after(fund, signed_in):
    code, number = fund
    officer = signed_in("officer")
    address = upload(officer, code, february(number, opening=10_005_001))
    assert "本期100,050.01元" in officer.page(address).text
    officer.submit(f"{address}/confirm", page=address)
    assert "账银不一致" in officer.page(f"/disclosure/accounts/{code}?year=2025").text
    assert "账目不符" in officer.page("/disclosure/manage").text


def test_a_foreign_account_is_refused_and_nothing_stays(fund, signed_in):
    officer = signed_in("officer")
    address = upload(officer, fund[0], february("6222999988887777"))
    assert "没有保存任何内容" in officer.page(address, 422).text


def test_columns_of_a_bank_are_said_once(fund, signed_in):
    code, _number = fund
    officer = signed_in("officer")
    address = upload(officer, code, FOREIGN_COLUMNS.encode("gb18030"))
    columns = officer.get(address).location
    page = officer.page(columns)
    assert page.find("input", {"name": "head", "type": "hidden"})["value"] == "2"
    fields = dict(enumerate(("booked_on", "income", "outgo", "balance", "counterparty", "summary")))
    said = {f"column-{at}": field for at, field in fields.items()}
    wrong = officer.submit(columns, {**said, "column-1": "balance", "bank": "虚构银行"})
    assert wrong.status_code == 422
    assert "只能指定给一栏" in wrong.text
    assert officer.submit(columns, {**said, "bank": "虚构银行"}).status_code == 303
    preview = officer.page(address).text
    assert "租金" in preview
    assert "示例公司" in preview
    with reading() as db:
        assert [row.version for row in db.scalars(select(BankLayout))] == [1]
    other = upload(officer, code, FOREIGN_COLUMNS.replace("03-", "04-").encode())
    assert "租金" in officer.page(other).text, "the next file of the bank is known"


def test_a_companys_columns_are_for_its_own_files(fund, signed_in):
    code, _number = fund
    company = signed_in("enterprise", uscc=USCC[0], login="company")
    address = upload(company, code, FOREIGN_COLUMNS.encode())
    columns = company.get(address).location
    said = {"column-0": "booked_on", "column-1": "outgo", "column-2": "income", "bank": "虚构银行"}
    assert company.submit(columns, said).status_code == 303
    with reading() as db:
        assert all(not name.startswith("c-") for name in api.layouts(db))
        assert any(name.startswith("c-") for name in api.layouts(db, USCC[0]))


def test_who_sees_an_account(fund, signed_in):
    code, _number = fund
    with reading() as db:
        statement = db.scalars(select(FundStatement.id)).one()
    pages = (f"/disclosure/accounts/{code}", f"/disclosure/statements/{statement}")
    mine = [signed_in("officer"), signed_in("reviewer", ledgers.STREETS[0]),
            signed_in("enterprise", uscc=USCC[0], login="own")]  # fmt: skip
    others = [signed_in("reviewer", ledgers.STREETS[1]), signed_in("enterprise", uscc=USCC[1], login="other")]
    for page in pages:
        assert [client.get(page).status_code for client in mine] == [200] * 3
        assert [client.get(page).status_code for client in others] == [404] * 2
    assert others[1].get(f"/disclosure/accounts/{code}/upload").status_code == 404
    assert code not in others[1].page("/disclosure/manage").text
    assert mine[1].get(f"/disclosure/accounts/{code}/upload").status_code == 403


def test_an_upload_belongs_to_who_brought_it(fund, signed_in):
    code, number = fund
    address = upload(signed_in("officer"), code, february(number))
    assert signed_in("officer", login="officer-2").get(address).status_code == 404


def test_the_office_takes_back_with_a_reason_and_a_company_cannot(fund, signed_in):
    code, _number = fund
    with reading() as db:
        statement = db.scalars(select(FundStatement.id)).one()
    page, upload_page = f"/disclosure/statements/{statement}", f"/disclosure/accounts/{code}/upload"
    company, officer = signed_in("enterprise", uscc=USCC[0], login="own"), signed_in("officer")
    assert "撤回对账单" not in company.page(page).text
    assert company.submit(f"{page}/withdraw", {"reason": "不好看"}, page=upload_page).status_code == 403
    assert officer.submit(f"{page}/withdraw", {"reason": " "}, page=page).status_code == 422
    assert officer.submit(f"{page}/withdraw", {"reason": "银行导错了"}, page=page).status_code == 303
    assert "银行导错了" in officer.page(f"/disclosure/accounts/{code}").text
    with reading() as db:
        assert "statement.withdrawn" in set(db.scalars(select(AuditEntry.action)))


def test_should_have_have_missing_abnormal(fund, signed_in):
    with clock.on(date(2025, 2, 10)):
        page = signed_in("officer").page("/disclosure/manage")
    figures = [block.get_text() for block in page.select(".figure-block .figure")]
    assert figures == ["2", "1", "1", "0"]
    with clock.on(date(2025, 2, 15)), reading() as db:
        listed = {one.code: one for one in coverage.places(db, ledgers.OFFICER, clock.today())}
        assert listed["E-1"].abnormal is False
        assert listed["E-2"].has is False
    with clock.on(date(2025, 3, 15)), reading() as db:
        assert next(one for one in coverage.places(db, ledgers.OFFICER, clock.today()) if one.code == "E-1").abnormal


def test_many_proofs_are_those_of_one(fund):
    code, number = fund
    api.import_file(ledgers.CLI, code, february(number, opening=10_005_009), "f.csv", on=ledgers.ON)
    with reading() as db:
        periods = [Month(2024, 12), Month(2025, 1), Month(2025, 2), Month(2025, 3), Month(2025, 1).quarter]
        assert api.proofs(db, code, periods) == [api.proof(db, code, period) for period in periods]
