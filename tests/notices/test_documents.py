"""Numbered documents: no gap, no change, proven service; the text of a manager's document is ciphertext."""

import io
import threading
from datetime import date, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.kernel import audit, clock, keys
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.notices import api
from portal.notices.models import Document
from tests.notices.acts import COMPANY, DAY, OFFICER, OTHER, REVIEWER, TITLE, USCC, confirm, issue, serve


@pytest.mark.both_databases
def test_numbers_follow_one_another_by_series_and_year(desk):
    assert [issue().number for _n in range(2)] == ["宝住建榜告〔2026〕1号", "宝住建榜告〔2026〕2号"]
    assert issue(kind="list.decision").number == "宝住建榜决〔2026〕1号"
    assert issue(date(2027, 1, 4)).number == "宝住建榜告〔2027〕1号"
    with pytest.raises(RuntimeError), transaction() as db:
        _issue_and_fail(db)
    assert issue().number == "宝住建榜告〔2026〕3号", "what was rolled back leaves no gap"


def _issue_and_fail(db) -> None:
    args = {"addressee": api.Addressee(USCC), "title": TITLE, "body": [], "on": DAY}
    assert api.issue(db, OFFICER, "list.notice", "list:1", **args).number.endswith("3号")
    raise RuntimeError


@pytest.mark.both_databases
def test_numbers_without_gaps_when_all_come_at_once(desk):
    ready, numbers, wrong = threading.Barrier(6), [], []

    def run() -> None:
        ready.wait()
        try:
            for _n in range(3):
                numbers.append(issue().number)  # noqa: PERF401
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=run) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong
    assert sorted(numbers) == sorted(f"宝住建榜告〔2026〕{n}号" for n in range(1, 19))


def test_a_document_as_pdf(desk):
    found = issue()
    with reading() as db:
        data = api.pdf(db, found.id)
        assert data == api.pdf(db, found.id), "the same document is the same bytes"
        assert api.document_by_code(db, found.verify_code).id == found.id
        assert api.document_by_code(db, "0" * 26) is None
    told = "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    squeezed = told.replace("\n", "").replace(" ", "")
    for part in (found.number, "某物业公司", "经核查，你单位有下列情形：甲。", "55.00", found.sha256):
        assert part in squeezed


@pytest.mark.both_databases
def test_service_in_the_portal_needs_a_confirmation_in_force(desk):
    found = issue()
    with pytest.raises(DomainError, match="没有签署"):
        serve(found, method="portal")
    confirm()
    serve(found, DAY + timedelta(days=1), method="portal")
    serve(found, DAY + timedelta(days=1), method="portal")
    assert desk == [(found.number, DAY + timedelta(days=1))], "told once"
    with pytest.raises(Conflict):
        serve(found, DAY + timedelta(days=2), method="post", note="EMS 1")
    with reading() as db:
        assert api.served_many(db, [found.id, "none"]) == {found.id: DAY + timedelta(days=1)}
        assert not api.confirmation_on_file(db, USCC, DAY - timedelta(days=1))
        assert not api.confirmation_on_file(db, OTHER, DAY)
    with clock.on(DAY + timedelta(days=5)), transaction() as db:
        api.withdraw(db, OFFICER, USCC, reason="企业申请", on=DAY + timedelta(days=5))
        assert api.confirmation_on_file(db, USCC, DAY + timedelta(days=4))
        assert not api.confirmation_on_file(db, USCC, DAY + timedelta(days=5))
    later = issue(DAY + timedelta(days=5))
    with pytest.raises(DomainError, match="没有签署"):
        serve(later, DAY + timedelta(days=5), method="portal")


def test_paper_needs_its_proof(desk):
    found = issue()
    for method in ("in_person", "post", "posted_notice"):
        with pytest.raises(DomainError, match="凭证"):
            serve(found, method=method)
    with pytest.raises(DomainError):
        serve(found, method="pigeon", note="x")
    with pytest.raises(DomainError, match="不能早于"):
        serve(found, DAY - timedelta(days=1), method="post", note="EMS 1")
    with pytest.raises(DomainError, match="没有找到送达凭证"):
        serve(found, method="post", proof_sha256="a" * 64)
    with clock.on(DAY), transaction() as db, pytest.raises(DomainError, match="不能晚于"):
        api.serve(db, OFFICER, found.id, on=DAY + timedelta(days=1), method="post", note="EMS 1")
    serve(found, method="recorded")
    with reading() as db:
        assert api.served_on(db, found.id) == DAY


def test_a_managers_document_is_sealed_and_can_be_forgotten(desk):
    found = issue(uscc="", manager_code="M1", name="张三丰")
    assert found.addressee.name == "张三丰"
    with reading() as db:
        kept = db.scalar(select(Document.content).where(Document.id == found.id))
        log = "".join(db.scalars(select(audit.AuditEntry.detail)))
    assert "张三丰" not in kept
    assert "张三丰" not in log
    with transaction() as db:
        keys.destroy(db, "manager:M1", clock.now())
    with reading() as db:
        assert api.document(db, found.id).addressee.name == ""
        assert api.pdf(db, found.id).startswith(b"%PDF")


def test_confirmations_are_for_the_company_and_officers(desk):
    with clock.on(DAY), transaction() as db:
        sha = api.keep_paper(db, b"%PDF-1.4 x")
        for actor, uscc in ((REVIEWER, USCC), (COMPANY, OTHER)):
            with pytest.raises(NotAllowed):
                api.put_on_file(db, actor, uscc, sha256=sha, on=DAY)
        api.put_on_file(db, COMPANY, USCC, sha256=sha, on=DAY)
        with pytest.raises(Conflict):
            api.put_on_file(db, OFFICER, USCC, sha256=sha, on=DAY)
        with pytest.raises(DomainError):
            api.put_on_file(db, OFFICER, OTHER, sha256="b" * 64, on=DAY)
        with pytest.raises(NotFound):
            api.withdraw(db, OFFICER, OTHER, reason="x", on=DAY)
        api.withdraw(db, COMPANY, USCC, reason="更换系统", on=DAY)
        assert not api.confirmation_on_file(db, USCC, DAY)
        with pytest.raises(DomainError):
            api.keep_paper(db, b"MZ not a paper")


REFUSED = ("UPDATE document SET number = 'x'", "DELETE FROM document", 'UPDATE document_service SET "on" = \'2020-01-01\'',
           "DELETE FROM document_service", "UPDATE service_confirmation SET valid_from = '2020-01-01'",
           "DELETE FROM service_confirmation")  # fmt: skip


@pytest.mark.both_databases
def test_the_database_refuses(desk):
    confirm()
    serve(issue(), method="portal")
    for statement in REFUSED:
        with pytest.raises(DBAPIError):
            _run(statement)


def _run(statement: str) -> None:
    with transaction() as db:
        assert db.execute(text(statement)).rowcount, f"found no row to refuse: {statement}"
