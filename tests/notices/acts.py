"""What the tests of notices share: people, and one line for a document."""

from datetime import date

from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import transaction
from portal.notices import api
from portal.notices.api import Addressee, DocumentView, Section

DISTRICT = "440306000000"
USCC, OTHER = "91440300MA5F000019", "91440300MA5F000027"
OFFICER = person_actor("officer", Role.OFFICER, DISTRICT)
REVIEWER = person_actor("street", Role.REVIEWER, "440306017000")
COMPANY = person_actor("company", Role.ENTERPRISE, DISTRICT, USCC)
DAY = date(2026, 3, 2)
PAPER = b"%PDF-1.4 signed"
TITLE = "拟列入2025年度物业服务黑榜（行业评价）告知书"
BODY = [
    Section("一、事实", ["经核查，你单位有下列情形：甲。"]),
    Section("二、得分", [], [["项目", "得分"], ["总分", "55.00"]]),
]


def issue(day: date = DAY, kind: str = "list.notice", **to: str) -> DocumentView:
    """A document of a day."""
    addressee = Addressee(**({"uscc": USCC, "name": "某物业公司"} | to))
    with clock.on(day), transaction() as db:
        return api.issue(db, OFFICER, kind, "list:1", addressee=addressee, title=TITLE, body=BODY, on=day)


def serve(document: DocumentView, day: date = DAY, **how: object) -> None:
    """Serve it on a day."""
    with clock.on(day), transaction() as db:
        api.serve(db, OFFICER, document.id, on=day, **how)


def confirm(day: date = DAY, uscc: str = USCC) -> None:
    """Put the company's confirmation of electronic service on file."""
    with clock.on(day), transaction() as db:
        api.put_on_file(db, OFFICER, uscc, sha256=api.keep_paper(db, PAPER), on=day)
