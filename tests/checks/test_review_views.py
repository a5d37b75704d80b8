"""The street's desk: beside the findings and photos it confirms, returns, adjusts, and releases photos with a mask."""

import io
import re

import pytest
from PIL import Image

from portal.kernel import clock
from portal.kernel.db import reading as session
from portal.kernel.db import transaction
from portal.registry.models import Enterprise
from scoring.checks import reading
from tests.checks import pages_district as d


@pytest.fixture
def desk(signed_in):
    d.found_district()
    with clock.at(d.NOW):
        yield signed_in


@pytest.fixture
def waiting(desk):
    """A submitted check with a finding at XF01."""
    return d.submitted_straight()


def _view(check_id):
    with session() as db:
        return reading.check_view(db, check_id)


def _photo(check_id):
    return _view(check_id).lines["XF01"].photos[0]


def test_the_queue_names_estate_deadline_and_findings(desk, waiting):
    page = desk("reviewer").page("/reviews")
    row = page.select_one("tbody tr")
    assert row.a["href"] == f"/reviews/{waiting}"
    assert "碧海云庭" in row.text
    assert "2026-09-15" in row.text
    assert "还有7天" in row.text
    assert page.select_one(".staff-row a[aria-current] .count").find(string=True) == "1"
    assert not desk("reviewer", division=d.OTHER_STREET).page("/reviews").select("tbody tr")


def test_a_review_shows_findings_photos_and_points_side_by_side(desk, waiting):
    page = desk("reviewer").page(f"/reviews/{waiting}")
    finding = page.select_one("#finding-XF01")
    assert "发现1处问题" in finding.text
    assert "5栋2层" in finding.text
    assert finding.img["src"].endswith("/thumbnail")
    assert len(page.select(".bars > li")) == 8


def test_confirming_ends_the_review(desk, waiting):
    street = desk("reviewer")
    assert street.submit(f"/reviews/{waiting}/confirm", page=f"/reviews/{waiting}").status_code == 303
    assert d.states(waiting)[-1] == "confirmed"
    assert not street.page("/reviews").select("tbody tr")
    assert not street.page(f"/reviews/{waiting}").select("form[action$=confirm]")
    assert street.get(f"/reviews/{waiting}/return").status_code == 409


def test_an_adjustment_keeps_the_original_in_sight(desk, waiting):
    street, path = desk("reviewer"), f"/reviews/{waiting}/items/XF01"
    bare = street.submit(path, {"answer": "found", "count": "3", "reason": ""})
    assert bare.status_code == 422
    text = bare.get_data(as_text=True)
    assert "请写明理由" in text
    assert 'value="3"' in text
    assert street.submit(path, {"answer": "found", "count": "0", "reason": "照片显示3处"}).status_code == 422
    assert street.submit(path, {"answer": "found", "count": "3", "reason": "照片显示3处"}).status_code == 303
    for client, address in ((street, f"/reviews/{waiting}"), (desk("inspector"), f"/inspections/{waiting}")):
        finding = client.page(address).select_one("#finding-XF01")
        assert "发现1处问题" in finding.select_one("del").text
        assert "发现3处问题" in finding.select_one(".result strong").text
        assert "照片显示3处" in finding.text
        assert "测试人员" in finding.text
        assert "2026-09-08" in finding.text
    assert (
        street.submit(f"/reviews/{waiting}/items/XF02", {"answer": "pass", "count": "", "reason": "一样"}).status_code
        == 303
    )
    assert "没有改动" in street.page(f"/reviews/{waiting}").text


def test_an_officer_corrects_after_the_confirmation_only(desk, waiting):
    officer, street = desk("officer"), desk("reviewer")
    path = f"/inspections/{waiting}/items/XF01/correct"
    assert officer.get(path).status_code == 409
    street.submit(f"/reviews/{waiting}/confirm", page=f"/reviews/{waiting}")
    page = officer.page(f"/inspections/{waiting}")
    assert page.select_one(f"a[href='{path}']")
    assert officer.submit(path, {"answer": "pass", "count": "", "reason": "复核后不成立"}).status_code == 303
    view = _view(waiting).lines["XF01"]
    assert (view.result, view.original, view.origin) == ("pass", "1", "correction")
    assert street.get(path).status_code == 403


def test_a_photo_is_masked_previewed_and_only_then_public(desk, waiting, client):
    street, photo = desk("reviewer"), _photo(waiting)
    public = f"/photos/{photo.id}.jpg"
    assert client.get(public).status_code == 404, "the office keeps it"
    tool = f"/reviews/photos/{photo.id}"
    assert street.page(tool).select_one("img[src$=screen]")
    bad = {"x": ["10", ""], "y": ["10", ""], "w": ["many", ""], "h": ["50", ""]}
    refused = street.submit(f"{tool}/preview", bad, page=tool)
    assert refused.status_code == 422
    assert 'value="many"' in refused.get_data(as_text=True)
    boxes = {"x": ["0", ""], "y": ["0", ""], "w": ["50", ""], "h": ["100", ""]}
    preview = street.submit(f"{tool}/preview", boxes, page=tool)
    assert preview.status_code == 200
    assert "data:image/jpeg;base64," in preview.get_data(as_text=True)
    assert client.get(public).status_code == 404, "a preview releases nothing"
    assert street.submit(f"{tool}/release", boxes, page=tool).status_code == 303
    answer = client.get(public)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    with Image.open(io.BytesIO(answer.data)) as image:
        assert max(image.getpixel((20, 150))) < 10, "black under the mask"
        assert max(image.getpixel((380, 150))) > 60, "the rest is as it was"
        assert not image.getexif()
    sha = _photo(waiting).public_sha256
    assert "max-age=86400" in client.get(f"{public}?v={sha[:10]}").headers["Cache-Control"]
    assert street.submit(f"{tool}/withdraw", {"reason": ""}, page=tool).status_code == 422
    assert street.submit(f"{tool}/withdraw", {"reason": "看得见车牌"}, page=tool).status_code == 303
    assert client.get(public).status_code == 404


def test_too_small_a_box_or_outside_is_refused(desk, waiting):
    street, tool = desk("reviewer"), f"/reviews/photos/{_photo(waiting).id}"
    for box in (("100", "0", "5", "5"), ("0", "0", "0", "5"), ("-1", "0", "5", "5"), ("1", "", "5", "5")):
        answer = street.submit(f"{tool}/release", dict(zip("xywh", box, strict=True)), page=tool)
        assert answer.status_code == 422, box
    assert _photo(waiting).public_sha256 is None


def test_what_a_check_says_is_closed_to_others(desk, waiting, client):
    """Without the permission 403, outside the jurisdiction 404, without a session the door."""
    photo = _photo(waiting).id
    reads = [
        f"/inspections/{waiting}",
        f"/inspections/photos/{photo}/original",
        f"/inspections/photos/{photo}/thumbnail",
    ]
    for role in ("enterprise", "registrar", "mediator", "admin"):
        extra = {"uscc": "91440300MA5FAKE001"} if role == "enterprise" else {}
        if role == "enterprise":
            _company(extra["uscc"])
        stranger = desk(role, **extra)
        for path in ["/inspections", "/reviews", "/interests", "/reviews/late", *reads]:
            assert stranger.get(path).status_code == 403, (role, path)
    for role in ("reviewer", "officer", "lead", "auditor"):
        assert desk(role).get(reads[0]).status_code == 200
    elsewhere = desk("inspector", division=d.OTHER_COMMUNITY)
    for path in [*reads, f"/inspections/{waiting}/XF"]:
        assert elsewhere.get(path).status_code == 404, path
    far = desk("reviewer", division=d.OTHER_STREET)
    for path in [
        f"/reviews/{waiting}",
        f"/reviews/{waiting}/return",
        f"/reviews/{waiting}/items/XF01",
        f"/reviews/photos/{photo}",
    ]:
        assert far.get(path).status_code == 404, path
    for path in ["/inspections", "/reviews", *reads]:
        assert client.get(path).status_code == 302, path


def _company(uscc):
    with transaction() as db:
        if db.get(Enterprise, uscc) is None:
            db.add(Enterprise(uscc=uscc, name="测试物业", search_key="", recorded_at=clock.now()))


def test_only_the_street_decides(desk, waiting):
    inspector, officer = desk("inspector"), desk("officer")
    token = inspector.page("/interests").select_one("input[name=csrf_token]")["value"]
    for path in (
        f"/reviews/{waiting}/confirm",
        f"/reviews/{waiting}/return",
        f"/reviews/{waiting}/items/XF01",
        "/reviews/late",
    ):
        assert inspector.post(path, data={"csrf_token": token}).status_code == 403, path
    assert officer.get("/reviews").status_code == 403
    assert inspector.get(f"/reviews/photos/{_photo(waiting).id}").status_code == 403
    far = desk("reviewer", division=d.OTHER_STREET)
    page = far.page("/interests")
    stolen = {"csrf_token": page.select_one("input[name=csrf_token]")["value"]}
    assert far.post(f"/reviews/{waiting}/confirm", data=stolen).status_code == 404
    assert d.states(waiting)[-1] == "submitted"


def test_a_form_without_its_token_changes_nothing(desk, waiting):
    assert desk("reviewer").post(f"/reviews/{waiting}/confirm").status_code == 400
    assert d.states(waiting)[-1] == "submitted"


def test_english_pages_of_the_street(desk, waiting):
    street = desk("reviewer")
    street.submit(f"/reviews/{waiting}/items/XF01", {"answer": "found", "count": "2", "reason": "two seen"})
    street.get("/reviews")  # the told success was in the language of the deed
    photo = _photo(waiting).id
    names = (
        "碧海云庭",
        "新安街道",
        "海乐社区",
        "测试人员",
        "5栋2层",
        "听涛花园",
        "酬金制",
        "基本/共管账户",
        "海秀路1号",
    )
    paths = ["/reviews", f"/reviews/{waiting}", f"/reviews/{waiting}/return", f"/reviews/{waiting}/items/XF01",
             f"/reviews/photos/{photo}", "/reviews/late", "/interests", "/inspections"]  # fmt: skip
    for path in paths:
        text = street.page(f"/en{path}").select_one("main").get_text()
        for name in names:
            text = text.replace(name, "")
        assert not re.findall(r"[\u4e00-\u9fff]+", text), path
