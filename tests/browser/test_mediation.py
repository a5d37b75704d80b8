"""An owner on a phone files, enters with the code, talks behind the walls and signs; the mediator does the rest at a desk."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from mediation.cases import api as cases
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading, transaction
from tests.browser.accessibility import axe_clean, fits
from tests.browser.days import serving_on
from tests.mediation import centre
from tests.people import session_cookie
from tests.ratings.district import DISTRICT

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
WORDS = {
    "": {
        "kind": "维修纠纷", "next": "下一步：核对", "send": "提交申请", "number": "案件编号", "code": "入门码", "enter": "进入",
        "private": "只和调解员说", "both": "双方和调解员", "message": "要说的话", "say": "发送", "who": "只有申请人和调解员能看到",
        "draft": "起草调解协议", "owed": "由谁做", "act": "做什么", "due": "最晚日期", "to_sign": "交双方签署", "other": "被申请人",
        "agree": "我已读完并同意签署", "sign": "签署", "paper": "调解协议书", "done": "签署已经记下。", "book": "安排调解会",
        "claim": "发生了什么，您希望怎样解决", "name": "您的姓名或者名称", "phone": "联系电话", "fee": "什么纠纷",
    },
    "/en": {
        "kind": "Repair", "next": "Next: check", "send": "Send the request", "number": "Case number", "code": "Entry code",
        "enter": "Enter", "private": "Only with the mediator", "both": "Both sides and the mediator", "message": "Message",
        "say": "Send", "who": "", "draft": "Draft the agreement", "owed": "Owed by", "act": "What is to be done",
        "due": "Latest date", "to_sign": "Send to both sides to sign", "other": "", "agree": "I have read this document",
        "sign": "Sign", "paper": "", "done": "The signature is recorded.", "book": "Book a session",
        "claim": "What happened, and how should it be settled?", "name": "Your name", "phone": "Phone", "fee": "Kind of dispute",
    },
}  # fmt: skip


def sound(page: Page) -> None:
    fits(page)
    axe_clean(page)


def by_code(page: Page, prefix: str, words: dict[str, str]) -> tuple[str, str]:
    """File on the phone; the number of the case and the entry code."""
    page.goto(f"{prefix}/mediation/apply/E1?kind=repair")
    sound(page)
    page.get_by_label(words["name"]).fill("陈小燕")
    page.locator("#phone").fill("13911112222")
    page.get_by_label(words["claim"]).fill("电梯停了两周，请修好。")
    page.get_by_role("button", name=words["next"]).click()
    expect(page.get_by_role("button", name=words["send"])).to_be_visible()
    sound(page)
    page.get_by_role("button", name=words["send"]).click()
    expect(page.locator("code")).to_have_count(2)
    sound(page)
    number = re.search(r"TJ-\d{4}-\d{6}", page.content())
    assert number
    return number[0], page.locator("code").nth(1).inner_text()


def mediate(code: str) -> str:
    """The office and the company do their part; answers the id of the case."""
    with clock.on(centre.TODAY), transaction() as db:
        case_id = cases.find(db, centre.REGISTRAR, code)
        cases.take_up(db, centre.REGISTRAR, case_id)
        cases.answer(db, centre.FIRM, cases.accept(db, centre.REGISTRAR, case_id), True)
        cases.appoint(db, centre.REGISTRAR, case_id, "med1")
    return case_id


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_an_owner_on_the_phone_and_the_mediator_at_the_desk(app: Any, browser: Browser, prefix: str) -> None:
    words = WORDS[prefix]
    centre.found()
    with clock.on(centre.TODAY):
        cookie = session_cookie(Role.MEDIATOR, DISTRICT, None, "med1")
    with serving_on(app, centre.TODAY) as days:
        phone = browser.new_context(base_url=days.url, viewport=PHONE, has_touch=True)  # type: ignore[arg-type]
        owner = phone.new_page()
        number, code = by_code(owner, prefix, words)
        case_id = mediate(number)
        owner.goto(f"{prefix}/mediation/cases/enter")
        sound(owner)
        owner.get_by_label(words["number"]).fill(number)
        owner.get_by_label(words["code"]).fill(code)
        owner.get_by_role("button", name=words["enter"], exact=True).click()
        owner.wait_for_url(f"**/mediation/mine/{case_id}")
        sound(owner)
        owner.get_by_role("link", name=words["private"]).click()
        owner.get_by_label(words["message"]).fill("我最少要退一个月的费。")
        sound(owner)
        owner.get_by_role("button", name=words["say"]).click()
        expect(owner.locator("article")).to_contain_text("退一个月")
        sound(owner)

        desk = browser.new_context(base_url=days.url, viewport=DESK)  # type: ignore[arg-type]
        desk.add_cookies([{"name": cookie[0], "value": cookie[1], "url": days.url}])
        mediator = desk.new_page()
        mediator.goto(f"{prefix}/mediation/cases")
        sound(mediator)
        mediator.get_by_role("link", name=number).click()
        mediator.wait_for_url(f"**/mediation/cases/{case_id}")
        sound(mediator)
        expect(mediator.get_by_text(words["book"]).first).to_be_visible()
        mediator.get_by_role("link", name=words["both"]).click()
        expect(mediator.locator("main")).not_to_contain_text("退一个月")  # what one side says alone stays there
        mediator.goto(f"{prefix}/mediation/cases/{case_id}/draft")
        sound(mediator)
        mediator.locator("#side0").select_option("respondent")
        mediator.locator("#kind0").select_option("do")
        mediator.locator("#act0").fill("修好电梯")
        mediator.locator("#due0").fill(str(centre.TODAY + timedelta(days=9)))
        mediator.get_by_role("button", name=words["to_sign"]).click()
        mediator.wait_for_url("**/papers/*")
        sound(mediator)
        paper = mediator.url.rsplit("/", 1)[1]
        for page, door in ((mediator, "cases"), (owner, "mine")):
            page.goto(f"{prefix}/mediation/{door}/papers/{paper}")
            page.get_by_label(words["agree"]).check()
            sound(page)
            page.get_by_role("button", name=words["sign"], exact=True).click()
            expect(page.get_by_text(words["done"])).to_be_visible()
        with clock.on(centre.TODAY), transaction() as db:
            cases.sign(db, centre.FIRM, paper, cases.paper(db, centre.FIRM, paper).sha256)
        owner.goto(f"{prefix}/mediation/mine/{case_id}")
        sound(owner)
        with reading() as db:
            assert centre.state(db, case_id) == "judicial_window"
        phone.close()
        desk.close()
