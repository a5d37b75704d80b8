"""Over HTTP: a company answers from its page, the office verifies and decides; who may not is refused, what is stale is a 409."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from portal.kernel import clock
from portal.kernel.db import transaction
from scoring.checks import service as checks
from tests.checks import district as small
from tests.rectification import acts
from tests.registry.sheets import USCC


@pytest.fixture
def company(signed_in, asked):
    return signed_in("enterprise", uscc=USCC[1])


@pytest.fixture
def inspector(signed_in, asked):
    return signed_in("inspector", division="440306017010")


@pytest.fixture
def street(signed_in, asked):
    return signed_in("reviewer", division="440306017000")


def photo(shade=7, name="a.jpg"):
    return io.BytesIO(small.photo(shade)), name


def act(client, row, deed, data=None, seq=None):
    """Post a deed of an order as its form does."""
    path = f"/rectification/{row.id}"
    sent = {"seq": acts.fresh(row).seq if seq is None else seq, **(data or {})}
    answer = client.post(
        f"{path}/{deed}", data={"csrf_token": client.token(), **sent}, content_type="multipart/form-data"
    )
    answer.request.environ["wsgi.input"].close()
    return answer


def test_from_the_notice_to_the_end_on_the_pages(company, inspector, street, client, urgent, order):
    rows = company.page("/rectification").select("tbody tr")
    assert [row.a["href"].rsplit("/", 1)[1] for row in rows] == [urgent.id, order.id]  # due first comes first
    assert "还有24小时" in rows[0].text
    page = company.page(f"/rectification/{urgent.id}")
    assert "5栋2层" in page.text
    assert page.select_one("input[type=file][name=photos][multiple]")

    assert act(company, urgent, "protection", {"measures": "已围挡"}).status_code == 303
    assert act(company, urgent, "extension", {"why": "等待配件"}).status_code == 303
    assert "申请延期" in street.page("/rectification?state=open").select_one("tbody").text
    decided = act(street, urgent, "extension/decision", {"decision": "yes", "remark": ""})
    assert decided.status_code == 303
    assert company.page(f"/rectification/{urgent.id}").select_one("#extension") is None
    two = [photo(7, "a.jpg"), photo(9, "b.jpg")]
    assert act(company, urgent, "answer", {"text": "已清理", "photos": two}).status_code == 303
    page = company.page(f"/rectification/{urgent.id}")
    assert "期限中止" in page.text
    assert len(page.select(".timeline img")) == 2

    assert inspector.page("/rectification").select_one(".staff-row a[aria-current] .count").find(string=True) == "1"
    assert act(inspector, urgent, "refusal", {"reason": "仍有杂物"}).status_code == 303
    assert "仍有杂物" in company.page(f"/rectification/{urgent.id}").select_one(".notice-late").text
    assert act(company, urgent, "answer", {"text": "已全部清理", "photos": [photo(11)]}).status_code == 303
    assert act(inspector, urgent, "verification").status_code == 303
    assert acts.fresh(urgent).state == "closed"
    assert "按期完成" in company.page("/rectification?state=closed").text

    public = client.page("/estates/E-1")
    text = public.select_one("#rectification").text
    assert "2026-10-12" in text
    assert "已办结" in text
    for private in ("5栋2层", "已清理", "仍有杂物", "等待配件"):
        assert private not in public.text
    found = client.get("/estates/E-1.json").json["rectification_orders"]
    assert {row["item_code"]: row["state"] for row in found} == {"XF01": "closed", "SB07": "open"}
    closed = next(row for row in found if row["item_code"] == "XF01")
    assert (closed["found_on"], closed["answered_on"], closed["verified_on"], closed["overdue"]) == (
        "2026-10-12", "2026-10-12", "2026-10-12", False,
    )  # fmt: skip


def test_a_refused_form_comes_back_with_what_was_typed(company, order):
    answer = act(company, order, "answer", {"text": "已疏通排水沟"})
    assert answer.status_code == 422
    assert "已疏通排水沟" in answer.text
    assert "至少上传一张" in answer.text
    assert act(company, order, "extension", {"why": " "}).status_code == 422
    assert acts.fresh(order).seq == 1


def test_what_is_stale_or_out_of_turn_is_a_conflict(company, inspector, street, order):
    assert act(company, order, "answer", {"text": "x", "photos": [photo()]}, seq=7).status_code == 409
    assert act(inspector, order, "verification").status_code == 409
    assert act(street, order, "extension/decision", {"decision": "yes"}).status_code == 409
    acts.answer(order)
    assert act(company, order, "answer", {"text": "x", "photos": [photo()]}).status_code == 409
    assert act(company, order, "extension", {"why": "x"}).status_code == 409


DEEDS = {
    "answer": {"text": "x", "photos": [b"jpeg"]},
    "protection": {"measures": "x"},
    "extension": {"why": "x"},
    "extension/decision": {"decision": "yes"},
    "verification": {},
    "refusal": {"reason": "x"},
}
OWN = {"enterprise": ("answer", "protection", "extension"), "inspector": ("verification", "refusal"),
       "reviewer": ("extension/decision",)}  # fmt: skip


def test_every_deed_is_closed_to_everybody_else(signed_in, asked, urgent):
    people = {
        "enterprise": {"uscc": USCC[1]}, "inspector": {"division": "440306017010"}, "officer": {}, "lead": {},
        "reviewer": {"division": "440306017000"}, "auditor": {}, "registrar": {}, "mediator": {}, "admin": {},
    }  # fmt: skip
    strangers = [
        ("enterprise", {"uscc": USCC[0]}), ("inspector", {"division": "440306020001"}),
        ("reviewer", {"division": "440306020000"}),
    ]  # fmt: skip
    for role, where in people.items():
        client = signed_in(role, **where)
        for deed, data in DEEDS.items():
            if deed not in OWN.get(role, ()):
                sent = {**data, "photos": [photo()]} if "photos" in data else data
                assert act(client, urgent, deed, sent).status_code == 403, (role, deed)
    for role, where in strangers:
        client = signed_in(role, **where)
        assert client.get(f"/rectification/{urgent.id}").status_code == 404
        assert not client.page("/rectification?state=open").select("tbody tr")
        for deed in OWN[role]:
            sent = {**DEEDS[deed], "photos": [photo()]} if "photos" in DEEDS[deed] else DEEDS[deed]
            assert act(client, urgent, deed, sent).status_code == 404, (role, deed)
    assert acts.fresh(urgent).seq == 1


def test_own_case_a_person_with_a_declared_interest_sees_no_button_and_is_refused(signed_in, inspector, urgent):
    with transaction() as db:
        checks.declare_interest(db, small.ZHANG, "E-1", "配偶在该企业任职")
    acts.answer(urgent)
    barred = signed_in("inspector", division="440306017010", login="zhang")
    page = barred.page(f"/rectification/{urgent.id}")
    assert "您已申报" in page.text
    assert page.select_one("form[action$=verification]") is None
    assert act(barred, urgent, "verification").status_code == 403
    assert act(inspector, urgent, "verification").status_code == 303


def test_a_photo_is_private_until_the_street_releases_it_masked(company, street, client, signed_in, order):
    acts.answer(order)
    photo_id = acts.view(order).photos[0].id
    assert company.get(f"/rectification/photos/{photo_id}/thumbnail").status_code == 200
    other = signed_in("enterprise", uscc=USCC[0])
    assert other.get(f"/rectification/photos/{photo_id}/original").status_code == 404
    assert client.get(f"/photos/rectification/{photo_id}.jpg").status_code == 404
    path = f"/rectification/photos/{photo_id}"
    box = {"x": "0", "y": "0", "w": "50", "h": "50"}
    assert "data:image/jpeg" in street.submit(f"{path}/preview", box, page=f"{path}/release").text
    assert street.submit(f"{path}/release", box).status_code == 303
    shown = client.get(f"/photos/rectification/{photo_id}.jpg")
    picture = Image.open(io.BytesIO(shown.data))
    assert picture.getpixel((2, 2)) < (12, 12, 12)
    assert client.page("/estates/E-1").select_one("#rectification img")
    assert street.submit(f"{path}/withdraw", {"cause": "遮挡不全"}, page=f"{path}/release").status_code == 303
    assert client.get(f"/photos/rectification/{photo_id}.jpg").status_code == 404


def test_a_check_shows_its_orders_and_the_next_one_those_still_open(signed_in, asked, urgent):
    reviewer = signed_in("reviewer", division="440306017000")
    assert len(reviewer.page(f"/reviews/{urgent.check_id}").select("section[aria-labelledby=own-orders] li")) == 2
    with clock.on(small.DAY + timedelta(days=25)):
        check = small.started(month="2026-11", on=clock.today())
        inspector = signed_in("inspector", division="440306017010")
        listed = inspector.page(f"/inspections/{check}").select("section[aria-labelledby=open-orders] li")
        assert len(listed) == 2
        assert "逾期" in listed[0].text


def test_the_notice_prints_and_english_has_the_same_pages(company, urgent):
    notice = company.page(f"/rectification/{urgent.id}/notice")
    assert urgent.number in notice.text
    assert "不是行政处罚" in notice.text
    assert "To be fixed" in company.page(f"/en/rectification/{urgent.id}").text
