"""The inspector's pages without scripts: the month, one tap, steps that keep what was typed, photos, submitting."""

import re

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from portal.kernel import clock, copies, images
from portal.kernel.db import reading as session
from portal.kernel.errors import DomainError
from scoring.checks import reading
from scoring.checks.models import MonthlyCheck
from scoring.checks.verbs import filing
from tests.checks import pages_district as d


@pytest.fixture
def desk(signed_in):
    d.found_district()
    with clock.at(d.NOW):
        yield signed_in


def _view(check_id):
    with session() as db:
        return reading.check_view(db, check_id)


def test_the_month_shows_what_is_left_and_starts_with_one_tap(desk):
    client = desk("inspector")
    page = client.page("/inspections")
    assert "2026年9月检查" in page.h1.text
    names = [row.h2.get_text(strip=True) for row in page.select(".estate-row")]
    assert names == ["碧海云庭", "听涛花园"], "the estates of the own community only"
    assert "还有2个没有提交" in page.text
    answer = client.submit("/inspections/start", {"estate": d.ESTATE, "month": d.MONTH}, page="/inspections")
    assert answer.status_code == 303
    assert re.fullmatch(r"/inspections/[0-9a-f]{20}/[A-Z]+", answer.location)
    page = client.page("/inspections")
    assert [tag.text for tag in page.select(".estate-state .tag-plain")][0] == "草稿"
    assert "继续" in page.select_one(".estate-row .estate-act").text


def test_a_started_check_is_opened_again_not_doubled(desk):
    client = desk("inspector")
    token = client.page("/inspections").select_one("input[name=csrf_token]")["value"]
    sent = {"csrf_token": token, "estate": d.ESTATE, "month": d.MONTH}
    first = client.post("/inspections/start", data=sent).location
    assert client.post("/inspections/start", data=sent).location == first
    assert _only_check() in first


def _only_check():
    with session() as db:
        return db.scalars(select(MonthlyCheck.id)).one()


def test_a_step_is_kept_by_every_button_and_comes_back_filled(desk):
    client = desk("inspector")
    check_id = d.start(client)
    codes = d.categories(client, check_id)
    answer = d.keep_step(
        client, check_id, "XF", {"XF01": "found", "XF01-count": "2", "XF01-place": "5栋2层", "XF01-note": "杂物"}
    )
    assert answer.status_code == 303
    assert answer.location.endswith(codes[codes.index("XF") + 1]) if codes[-1] != "XF" else True
    page = client.page(f"/inspections/{check_id}/XF")
    sent = d.fields(page)
    assert (sent["XF01"], sent["XF01-count"], sent["XF01-place"], sent["XF01-note"]) == (
        ["found"],
        ["2"],
        ["5栋2层"],
        ["杂物"],
    )
    back = d.keep_step(client, check_id, codes[1], {}, go="previous")
    assert back.location.endswith(f"/{codes[0]}")
    stay = d.keep_step(client, check_id, codes[1], {}, go="stay")
    assert stay.location.endswith(f"/{codes[1]}")


def test_the_rest_passed_costs_no_tap_but_class_c_asks_for_a_photo(desk):
    client = desk("inspector")
    check_id = d.start(client)
    for category in d.categories(client, check_id):
        assert d.keep_step(client, check_id, category, {"rest_passed": "1"}).status_code == 303
    check = _view(check_id)
    assert check.open_items == ()
    urgent = [item.item_code for item in check.standard.items.values() if item.hazard_class == "C"]
    page = client.page(f"/inspections/{check_id}")
    said = [link.text for link in page.select(".missing-list a")]
    assert len(said) == len(urgent)
    assert all("照片" in text for text in said)
    assert page.select_one(".missing-list a")["href"].endswith(f"#item-{urgent[0]}")
    assert not page.select("form[action$=submit]"), "no button while something is missing"


def test_a_wrong_count_comes_back_with_everything_else_saved(desk):
    client = desk("inspector")
    check_id = d.start(client)
    changes = {"XF01": "found", "XF01-count": "many", "XF01-place": "5栋", "XF02": "pass", "XF02-note": "已清理",
               "XF01-photo": d.photo_file()}  # fmt: skip
    answer = d.keep_step(client, check_id, "XF", changes)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "请填写发现几处" in text
    assert 'value="many"' in text
    assert 'value="5栋"' in text
    check = _view(check_id)
    assert check.lines["XF02"].note == "已清理"
    assert check.lines["XF01"].result == ""
    assert len(check.lines["XF01"].photos) == 1, "the photo that came along is kept"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("notes.jpg", b"this is text", "不是完整的图片"),
        ("cut.jpg", d.picture()[:400], "不是完整的图片"),
        ("big.jpg", b"\xff\xd8\xff" + b"0" * (15 * 1024 * 1024), "超过15MB"),
    ],
)
def test_a_refused_photo_keeps_the_rest(desk, name, data, sentence):
    client = desk("inspector")
    check_id = d.start(client)
    changes = {"XF01": "found", "XF01-count": "3", "XF01-place": "地下车库", "XF01-photo": d.photo_file(name, data),
               "XF02-photo": d.photo_file()}  # fmt: skip
    answer = d.keep_step(client, check_id, "XF", changes)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert sentence in text
    assert name in text
    assert 'href="#item-XF01"' in text
    check = _view(check_id)
    assert (check.lines["XF01"].result, check.lines["XF01"].place) == ("3", "地下车库")
    assert not check.lines["XF01"].photos
    assert len(check.lines["XF02"].photos) == 1


def test_a_photo_can_be_taken_off_again(desk):
    client = desk("inspector")
    check_id = d.start(client)
    d.keep_step(client, check_id, "XF", {"XF01-photo": d.photo_file()}, go="stay")
    photo = _view(check_id).lines["XF01"].photos[0]
    assert client.get(f"/inspections/photos/{photo.id}/thumbnail").mimetype == "image/jpeg"
    d.keep_step(client, check_id, "XF", {"detach": photo.id}, go="stay")
    assert not _view(check_id).lines["XF01"].photos


def test_an_answer_waits_for_no_copy_and_a_photo_that_cannot_be_opened_shows_and_counts_for_nothing(desk, monkeypatch):
    client, told = desk("inspector"), {}
    with monkeypatch.context() as away:
        away.setattr(images, "copies", lambda _data: pytest.fail("the answer waits"))
        check_id = d.start(client)
        d.keep_step(client, check_id, "XF", {"XF01-photo": d.photo_file()}, go="stay")
    address = f"/inspections/photos/{_view(check_id).lines['XF01'].photos[0].id}/thumbnail"
    with monkeypatch.context() as busy:
        busy.setattr(copies, "copy", lambda *_asked: None)
        told["busy"] = client.get(address)
    monkeypatch.setattr(images, "copies", lambda _data: (_ for _ in ()).throw(DomainError("不是完整的图片")))
    told["damaged"] = client.get(address)
    for state, words in (("busy", "正在生成"), ("damaged", "照片已损坏")):
        assert (told[state].mimetype, told[state].headers["Cache-Control"]) == ("image/svg+xml", "no-store")
        assert words in told[state].get_data(as_text=True)
    assert "打不开，请取下重拍" in client.page(f"/inspections/{check_id}/XF").text
    with session() as db:
        assert filing.photo_counts(db, check_id, _view(check_id).draft) == {}


def test_another_device_saved_meanwhile_both_are_shown(desk):
    phone, tablet = desk("inspector"), desk("inspector")
    check_id = d.start(phone)
    path = f"/inspections/{check_id}/XF"
    stale = d.fields(tablet.page(path))
    d.keep_step(phone, check_id, "XF", {"XF01": "found", "XF01-count": "2", "XF01-place": "3栋"})
    stale |= {"XF01": "found", "XF01-count": "5", "XF01-place": "8栋", "go": "next"}
    answer = tablet.post(path, data=stale)
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "发现2处问题，3栋" in text
    assert "发现5处问题，8栋" in text
    assert _view(check_id).lines["XF01"].result == "2", "nothing is overwritten unseen"
    again = d.fields(BeautifulSoup(text, "lxml")) | {"go": "next"}
    assert tablet.post(path, data=again).status_code == 303
    assert _view(check_id).lines["XF01"].place == "8栋"


def test_the_whole_way_without_scripts(desk):
    client = desk("inspector")
    check_id = d.submitted(client)
    assert d.states(check_id) == ["draft", "submitted"]
    page = client.page(f"/inspections/{check_id}")
    assert "新安街道最迟2026年9月15日审核完毕" in page.select_one(".notice-ok").text
    assert not page.select("form[action$=submit]")
    assert "5栋2层" in page.text
    assert client.get(f"/inspections/{check_id}/XF").status_code == 303, "a submitted check is read, not edited"
    month = client.page("/inspections")
    assert "还有1个没有提交" in month.text


def test_submitting_too_early_says_what_is_missing(desk):
    client = desk("inspector")
    check_id = d.start(client)
    path = f"/inspections/{check_id}"
    answer = client.submit(f"{path}/submit", page=path)
    assert answer.status_code == 422
    assert "检查没有提交" in answer.get_data(as_text=True)
    assert d.states(check_id) == ["draft"]


def test_the_day_of_the_visit(desk):
    client = desk("inspector")
    check_id = d.start(client)
    path = f"/inspections/{check_id}"
    answer = client.submit(f"{path}/day", {"inspected_on": "2026-08-30"}, page=path)
    assert answer.status_code == 422
    assert "不在2026-09内" in answer.get_data(as_text=True)
    assert 'value="2026-08-30"' in answer.get_data(as_text=True)
    assert client.submit(f"{path}/day", {"inspected_on": "2026-09-03"}, page=path).status_code == 303
    assert str(_view(check_id).inspected_on) == "2026-09-03"


def test_returned_comments_stand_at_their_item(desk):
    client, street = desk("inspector"), desk("reviewer")
    check_id = d.submitted_straight()
    path = f"/reviews/{check_id}/return"
    empty = street.submit(path, {}, page=path)
    assert empty.status_code == 422
    assert "哪里需要修改" in empty.get_data(as_text=True)
    said = {"comment-XF01": "照片看不清位置，请重拍", "comment-": "请补照片"}
    assert street.submit(path, said, page=path).status_code == 303
    page = client.page(f"/inspections/{check_id}/XF")
    assert "请重拍" in page.select_one("#item-XF01 .item-comment").text
    assert not page.select("#item-XF02 .item-comment")
    assert "请补照片" in page.text
    assert "已退回" in client.page("/inspections").select_one(".estate-state").text
    overview = f"/inspections/{check_id}"
    assert client.submit(f"{overview}/submit", page=overview).status_code == 303
    assert d.states(check_id) == ["draft", "submitted", "returned", "submitted"]


def test_late_needs_the_streets_permission(desk, signed_in):
    client = desk("inspector")
    check_id = d.filled_straight()
    late = clock.day_start(clock.today().replace(month=10, day=12), 10)
    with clock.at(late):
        client, street = desk("inspector"), desk("reviewer")
        overview = client.page(f"/inspections/{check_id}")
        assert "申请逾期提交" in overview.text
        assert not overview.select("form[action$=submit]")
        refused = street.submit("/reviews/late", {"estate": "nowhere", "month": "2026-09", "reason": "台风"})
        assert refused.status_code == 422
        assert 'value="nowhere"' in refused.get_data(as_text=True)
        good = {"estate": d.ESTATE, "month": "2026-09", "reason": "台风停课停工"}
        assert street.submit("/reviews/late", good).status_code == 303
        assert "台风停课停工" in street.page("/reviews/late").text
        path = f"/inspections/{check_id}"
        assert client.submit(f"{path}/submit", page=path).status_code == 303


def test_a_declared_interest_bars_and_the_office_ends_it(desk):
    client, street = desk("inspector"), desk("reviewer")
    bare = client.submit("/interests", {"estate": d.ESTATE, "reason": " "})
    assert bare.status_code == 422
    assert "请写明理由" in bare.get_data(as_text=True)
    assert f'<option selected value="{d.ESTATE}">' in bare.get_data(as_text=True)
    assert client.submit("/interests", {"estate": d.ESTATE, "reason": "配偶在该小区任职"}).status_code == 303
    row = client.page("/inspections").select_one(".estate-row")
    assert "您已申报利害关系" in row.text
    assert not row.select("button")
    token = client.page("/inspections").select_one("input[name=csrf_token]")["value"]
    blocked = client.post("/inspections/start", data={"csrf_token": token, "estate": d.ESTATE, "month": d.MONTH})
    assert blocked.status_code == 403
    link = street.page("/interests").select_one("a[href$='/end']")["href"]
    assert client.get(link).status_code == 403, "nobody ends the own declaration"
    assert street.submit(link, {"reason": "已离职，核实过"}).status_code == 303
    assert d.start(client)


def test_english_pages_hold_no_chinese_sentences(desk):
    client = desk("inspector")
    check_id = d.start(client)
    names = ("碧海云庭", "听涛花园", "海秀路1号", "新安街道", "海乐社区", "宝安区", "测试人员", "中文", "深圳")
    for path in ("/inspections", f"/inspections/{check_id}", f"/inspections/{check_id}/XF", "/interests"):
        text = client.page(f"/en{path}").select_one("main").get_text()
        for name in names:
            text = text.replace(name, "")
        assert not re.findall(r"[\u4e00-\u9fff]+", text), path


def test_the_staff_row_counts_what_is_still_to_be_filed(desk):
    client = desk("inspector")
    d.start(client)
    entry = client.page("/inspections").select_one(".staff-row a[href='/inspections']")
    assert entry.select_one(".count").find(string=True) == "2"
