"""Pages of documents, confirmations and notices over HTTP: who sees what, and what each act says."""

import io
from datetime import date

import pytest

from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading, transaction
from portal.notices import api
from portal.notices.api import To
from tests.notices.acts import COMPANY, DAY, OFFICER, OTHER, PAPER, USCC, confirm, issue, serve


@pytest.fixture
def at_desk(desk, app, signed_in):
    """Everything happens on one day."""
    with clock.on(DAY):
        yield signed_in


def test_a_company_sees_what_was_served_on_it_and_no_other(at_desk):
    waiting, theirs, mine = issue(), issue(uscc=OTHER), issue()
    confirm()
    confirm(uscc=OTHER)
    serve(theirs, method="portal")
    serve(mine, method="portal")
    company = at_desk(Role.ENTERPRISE, uscc=USCC)
    listed = company.page("/documents").get_text()
    assert [number in listed for number in (waiting.number, theirs.number, mine.number)] == [False, False, True]
    for hidden in (waiting, theirs):
        assert company.get(f"/documents/{hidden.id}").status_code == 404
        assert company.get(f"/documents/{hidden.id}/document").status_code == 404
    assert "期限从这一天起算" in company.page(f"/documents/{mine.id}").get_text()
    answer = company.get(f"/documents/{mine.id}/document")
    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")
    assert company.post(f"/documents/{mine.id}/serve").status_code in (400, 403)
    assert at_desk(Role.INSPECTOR).get("/documents").status_code == 403


def test_a_street_reads_no_document_of_the_district(at_desk):
    """A notice to a company is nobody's before it is served, and no street's afterwards."""
    found = issue()
    for role in (Role.REVIEWER, Role.OFFICER, Role.LEAD):
        street = at_desk(role, division="440306017000", login=f"street-{role}")
        assert street.get(f"/documents/{found.id}").status_code in (403, 404)
        assert street.get(f"/documents/{found.id}/document").status_code in (403, 404)
        assert found.number not in street.get("/documents", strict=False).text
    assert at_desk(Role.AUDITOR).get(f"/documents/{found.id}").status_code == 200


def test_an_officer_notes_service_with_its_proof(at_desk):
    found = issue()
    officer, address = at_desk(Role.OFFICER), f"/documents/{found.id}"
    assert "没有签署" in officer.page(address).get_text()
    paper = {"method": "post", "on": DAY.isoformat(), "note": ""}
    assert officer.submit(f"{address}/serve", {"on": DAY.isoformat()}, page=address).status_code == 422
    assert officer.submit(f"{address}/serve", paper, page=address).status_code == 409
    assert officer.submit(f"{address}/serve", paper | {"method": "portal"}, page=address).status_code == 409
    proof = {"proof": (io.BytesIO(b"\x89PNG\r\n\x1a\n proof"), "receipt.png")}
    assert officer.submit(f"{address}/serve", paper | proof, page=address).status_code == 303
    page = officer.page(address)
    assert "邮寄送达" in page.get_text()
    assert officer.get(f"{address}/proof/document").data.startswith(b"\x89PNG")
    assert officer.page("/documents?q=" + found.number).select("tbody tr")
    assert at_desk(Role.LEAD).submit(f"{address}/serve", paper, page="/notices/digest").status_code == 403


def test_a_company_signs_and_withdraws(at_desk):
    company = at_desk(Role.ENTERPRISE, uscc=USCC)
    where = "/service-confirmations"
    data = {"on": DAY.isoformat(), "uscc": OTHER, "file": (io.BytesIO(PAPER), "signed.pdf")}
    assert company.submit(f"{where}/file", {"on": DAY.isoformat()}, page=where).status_code == 422
    assert company.submit(f"{where}/file", data, page=where).status_code == 303
    with reading() as db:
        assert api.confirmation_on_file(db, USCC, DAY)
        assert not api.confirmation_on_file(db, OTHER, DAY), "a company signs for itself whatever the form says"
    link = company.page(where).find("a", string="签字盖章的确认书")["href"]
    assert company.get(link).data == PAPER
    assert at_desk(Role.ENTERPRISE, uscc=OTHER, login="other-company").get(link).status_code == 404
    assert company.submit(f"{where}/withdraw", {"reason": "更换系统"}, page=where).status_code == 303
    with reading() as db:
        assert not api.confirmation_on_file(db, USCC, DAY)
    assert at_desk(Role.LEAD).get(where).status_code == 403
    assert at_desk(Role.OFFICER).page(f"{where}?uscc={USCC}").select("tbody tr") == [], (
        "one day, and it never was in force"
    )


def _inform(to: To, subject: str) -> None:
    with transaction() as db:
        api.inform(
            db,
            to,
            "已逾期，请督促办理：%(title)s（%(day)s到期）",
            {"title": subject, "day": "2026-03-02"},
            "work.index",
        )


def test_notices_reach_whom_they_are_for(at_desk):
    _inform(To(uscc=USCC), "给企业")
    _inform(To(role=Role.REVIEWER, division_code="440306017000"), "给街道")
    _inform(To(role=Role.REVIEWER), "给所有街道")
    _inform(To(login="only-me"), "给本人")
    told = {
        "company": at_desk(Role.ENTERPRISE, uscc=USCC),
        "street": at_desk(Role.REVIEWER),
        "other": at_desk(Role.REVIEWER, division="440306018000"),
        "me": at_desk(Role.OFFICER, login="only-me"),
    }
    seen = {name: [row.th.get_text(strip=True)[8:12] for row in client.page("/notices").select("tbody tr")]
            for name, client in told.items()}  # fmt: skip
    assert {name: len(rows) for name, rows in seen.items()} == {"company": 1, "street": 2, "other": 1, "me": 1}
    street = told["street"]
    assert "2条未读通知" in street.page("/notices").h1.get_text()
    link = street.page("/notices").select_one("tbody form")["action"]
    assert street.submit(link, page="/notices").location == "/work"
    assert "1条未读通知" in street.page("/notices").h1.get_text()
    assert told["company"].submit(link, page="/notices").status_code == 404, "nobody opens what is for others"
    assert street.submit("/notices/read", page="/notices").status_code == 303
    assert "没有未读通知" in street.page("/notices").h1.get_text()
    assert "Overdue, make sure it is done" in told["other"].page("/en/notices").get_text()
    with reading() as db:
        assert api.unread(db, COMPANY) == 1
        assert api.unread(db, OFFICER) == 0


def test_the_level_above_is_told(instance, app, signed_in):
    with clock.on(DAY), transaction() as db:
        holder = deadlines.Holder(Role.REVIEWER, "440306017000")
        args = {"holder": holder, "title": "翠湖花园", "endpoint": "reviews.review", "values": {"check_id": "none"}}
        deadlines.start(db, OFFICER, "check.review", "check:none", **args)
    with clock.on(date(2026, 3, 12)):
        with transaction() as db:
            deadlines.escalate(db, OFFICER)
        officer = signed_in(Role.OFFICER)
        page = officer.page("/notices")
        assert "已逾期，请督促办理：翠湖花园（2026-03-09到期）" in page.get_text()
        link = page.select_one("tbody form")["action"]
        assert officer.submit(link, page="/notices").location == "/work", "an officer does not review"
