"""Replies over HTTP: every legal path, and every illegal one; what the public reads, and from when."""

import io
import re
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading, transaction
from portal.kernel.files import store
from portal.kernel.periods import Quarter
from scoring.checks.models import CheckStep
from scoring.ratings import api as ratings
from scoring.replies.models import ReplyPhoto, ReplyStep
from tests.ratings import district as d

Q1 = Quarter.parse("2025Q1")
TOLD, OPEN = date(2025, 4, 21), date(2025, 4, 28)
KINDS = {"E-1": ("commodity", d.COMMUNITIES[0]), "E-2": ("commodity", d.COMMUNITIES[1])}
MONTHS = ("2025-01", "2025-02", "2025-03")
PART, SAID = "2025-01/XF01", "当日已更换灭火器，附照片。"
MINE, PUBLIC = "/company/results/2025Q1/E-2", "/quarters/2025Q1/estates/E-2"


@pytest.fixture
def told(app):
    """A quarter that the enterprises were told this morning: E-2 of the second one lost points at XF01."""
    d.found_district(KINDS, {"E-2": d.USCC[1]})
    with clock.on(date(2025, 4, 2)), transaction() as db:
        for month in MONTHS:
            for code in KINDS:
                d.add_check(db, code, month, {"XF01": "2"} if code == "E-2" else {}, "confirmed")
    with clock.on(TOLD):
        with transaction() as db:
            ratings.publish_quarter(db, d.CLI, Q1, on=TOLD)
        yield app


@pytest.fixture
def company(told, signed_in):
    return signed_in(Role.ENTERPRISE, division=d.DISTRICT, uscc=d.USCC[1], login="co1")


@pytest.fixture
def officer(told, signed_in):
    return signed_in(Role.OFFICER, division=d.DISTRICT)


def picture() -> bytes:
    """A photo that says when and by what it was taken."""
    image, exif, data = Image.new("RGB", (80, 60), (150, 170, 150)), Image.Exif(), io.BytesIO()
    exif[0x010F] = "Telltale"
    image.save(data, "JPEG", exif=exif)
    return data.getvalue()


def write(client, text=SAID, part=PART, photos=0, address=MINE, **more):
    files = [(io.BytesIO(picture()), f"{n}.jpg") for n in range(photos)]
    page = client.get(f"{address}/reply?part={part}")
    if page.status_code != 200:
        return page
    fields = {"csrf_token": token(page), "text": text, "photos": files or [(io.BytesIO(b""), "")], **more}
    return client.post(f"{address}/reply?part={part}", data=fields, content_type="multipart/form-data")


def token(page) -> str:
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True))[1]


def moderate(client, reply_id: str, verb: str, **fields):
    page = client.get(f"/replies/{reply_id}")
    if page.status_code != 200:
        return page
    seq = re.search(r'name="seq" value="(\d+)"', page.get_data(as_text=True))
    fields = {"csrf_token": token(page), "seq": seq[1] if seq else "1", **fields}
    return client.post(f"/replies/{reply_id}/{verb}", data=fields)


def the_reply() -> str:
    with reading() as db:
        return db.scalar(select(ReplyStep.reply_id).limit(1))


def steps() -> list[str]:
    with reading() as db:
        return list(db.scalars(select(ReplyStep.step).order_by(ReplyStep.seq)))


def test_a_reply_is_private_until_the_result_is_public(company, officer, client):
    assert write(company, photos=2).status_code == 303
    assert SAID in company.get(MINE).get_data(as_text=True)
    reply = the_reply()
    assert moderate(officer, reply, "accept").status_code == 303
    assert steps() == ["submitted", "accepted"]
    with reading() as db:
        photos = db.execute(select(ReplyPhoto.id, ReplyPhoto.sha256).order_by(ReplyPhoto.received_at)).all()
        (deadline,) = deadlines.of_subjects(db, [f"reply:{reply}"])[f"reply:{reply}"]
    assert deadline.outcome == "accepted"
    assert len(photos) == 2
    assert all(b"Telltale" not in store().read(photo.sha256) for photo in photos)
    assert client.get(PUBLIC).status_code == 404
    released = f"/replies/photos/{photos[0].id}/release"
    page = officer.get(released)
    done = officer.post(released, data={"csrf_token": token(page), "x": "10", "y": "10", "w": "20", "h": "20"})
    assert done.status_code == 303
    assert client.get(f"/photos/replies/{photos[0].id}.jpg").status_code == 404
    with clock.on(OPEN):
        text = client.get(PUBLIC).get_data(as_text=True)
        assert SAID in text
        assert f"/photos/replies/{photos[0].id}.jpg" in text
        assert photos[1].id not in text  # not released: the office keeps it
        (answer,) = client.get(f"{PUBLIC}.json").get_json()["replies"]
        assert (answer["month"], answer["item_code"], answer["reply"]) == ("2025-01", "XF01", SAID)
        assert client.get(f"/photos/replies/{photos[0].id}.jpg").status_code == 200
        assert client.get(f"/photos/replies/{photos[1].id}.jpg").status_code == 404


def test_a_refused_reply_is_revised_once(company, officer, client):
    write(company, "张三的电话是13900000000")
    reply = the_reply()
    careless = moderate(officer, reply, "accept")
    assert (careless.status_code, steps()) == (409, ["submitted"])
    assert "手机号码" in careless.text
    assert "13900000000" not in careless.text
    assert moderate(officer, reply, "refuse").status_code == 422  # no reason from the list
    assert moderate(officer, reply, "refuse", code="because").status_code == 422
    assert moderate(officer, reply, "refuse", code="personal_data", note="请删去电话").status_code == 303
    told = company.get(MINE).get_data(as_text=True)
    assert "没有同意公开这条说明，理由：含有个人信息（姓名、电话、住址、车牌等）：请删去电话。" in told
    assert "可以修改一次，再次提交。" in told
    assert write(company, SAID).status_code == 303
    assert moderate(officer, reply, "refuse", code="off_topic").status_code == 303
    assert steps() == ["submitted", "refused", "revised", "rejected"]
    assert write(company, "再来一次").status_code == 409
    with clock.on(OPEN):
        assert SAID not in client.get(PUBLIC).get_data(as_text=True)
        assert client.get(f"{PUBLIC}.json").get_json()["replies"] == []


def test_a_revised_reply_can_be_accepted(company, officer, client):
    write(company, "骂人的话")
    moderate(officer, the_reply(), "refuse", code="insult")
    write(company, SAID)
    assert moderate(officer, the_reply(), "accept").status_code == 303
    with clock.on(OPEN):
        text = client.get(PUBLIC).get_data(as_text=True)
    assert SAID in text
    assert "骂人的话" not in text


def test_it_shows_until_the_next_result_of_the_estate(company, officer, client, signed_in):
    write(company, part="")
    moderate(officer, the_reply(), "accept")
    with clock.on(date(2025, 8, 1)):
        assert SAID in client.get(PUBLIC).get_data(as_text=True)
        with transaction() as db:
            ratings.publish_quarter(db, d.CLI, Q1.next, on=date(2025, 8, 1))
        assert SAID in client.get(PUBLIC).get_data(as_text=True)  # the next one is held
    with clock.on(date(2025, 8, 20)):
        assert SAID not in client.get(PUBLIC).get_data(as_text=True)
        again = signed_in(Role.ENTERPRISE, division=d.DISTRICT, uscc=d.USCC[1], login="co1")
        page = again.get(f"{MINE}/reply?part={PART}")
        done = again.post(f"{MINE}/reply?part={PART}", data={"csrf_token": token(page), "text": "太晚了"})
        assert done.status_code == 422


def test_what_is_not_ones_own_is_not_found(company, told, signed_in):
    other = signed_in(Role.ENTERPRISE, division=d.DISTRICT, uscc=d.USCC[0], login="co0")
    assert other.get(MINE).status_code == 404
    assert other.get(f"{MINE}/reply?part={PART}").status_code == 404
    assert other.get("/company/results/2025Q1/E-1").status_code == 200
    assert company.get(f"{MINE}/reply?part=2025-01/HJ01").status_code == 404  # no finding there
    assert company.get("/company/results/2025Q2/E-2").status_code == 404
    assert company.get("/company/results/nonsense/E-2").status_code == 404
    write(company, photos=1)
    with reading() as db:
        photo = db.scalar(select(ReplyPhoto.id))
    assert company.get(f"/replies/photos/{photo}/thumbnail").status_code == 200
    assert other.get(f"/replies/photos/{photo}/thumbnail").status_code == 404
    assert signed_in(Role.REVIEWER, division=d.STREETS[0]).get(f"/replies/photos/{photo}/screen").status_code == 404


def test_nobody_moderates_what_they_had_a_hand_in(company, told, signed_in):
    write(company)
    with transaction() as db:  # this officer published the quarter's correction
        check = ratings.quarter_months(db, Q1, ratings.RELEASED, estate_code="E-2")["check_id"].iloc[0]
        db.add(CheckStep(check_id=check, seq=3, step="confirmed", actor="own-case", on=TOLD, at=clock.now()))
    own = signed_in(Role.OFFICER, division=d.DISTRICT, login="own-case")
    page = own.get(f"/replies/{the_reply()}")
    assert "您参与过这一结果" in page.get_data(as_text=True)
    assert own.post(f"/replies/{the_reply()}/accept", data={"csrf_token": token(own.get("/account")), "seq": "1"}).status_code == 403  # fmt: skip
    elsewhere = signed_in(Role.OFFICER, division="440307000000")
    assert elsewhere.get(f"/replies/{the_reply()}").status_code == 404
    assert steps() == ["submitted"]


def test_a_stale_decision_and_a_second_reply_are_refused(company, officer):
    write(company)
    reply = the_reply()
    page = officer.get(f"/replies/{reply}")
    moderate(officer, reply, "accept")
    late = officer.post(f"/replies/{reply}/refuse", data={"csrf_token": token(page), "seq": "1", "code": "insult"})
    assert late.status_code == 409
    assert write(company, "又一条").status_code == 409
    assert steps() == ["submitted", "accepted"]


@pytest.mark.parametrize(
    ("text", "photos", "said"), [("", 0, "请填写说明"), ("字" * 1001, 0, "最多填1000个字"), (SAID, 7, "最多6张照片")]
)
def test_a_bad_form_comes_back(company, text, photos, said):
    page = write(company, text, photos=photos)
    assert page.status_code == 422
    assert said in page.get_data(as_text=True)
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(ReplyStep)) == 0


def test_no_picture_is_no_photo(company):
    page = company.get(f"{MINE}/reply?part={PART}")
    fields = {"csrf_token": token(page), "text": SAID, "photos": [(io.BytesIO(b"no picture"), "a.jpg")]}
    done = company.post(f"{MINE}/reply?part={PART}", data=fields, content_type="multipart/form-data")
    assert done.status_code == 422


def test_the_waiver_over_http(company, told, signed_in, client):
    first = signed_in(Role.ENTERPRISE, division=d.DISTRICT, uscc=d.USCC[0], login="co0")
    for number, who in enumerate((first, company)):
        page = who.get("/company/results")
        assert "未公布" in page.get_data(as_text=True)
        done = who.post("/company/results/2025Q1/waive", data={"csrf_token": token(page)})
        assert done.status_code == 303, number
    with clock.on(date(2025, 4, 22)):
        assert client.get(PUBLIC).status_code == 200
    assert company.post("/company/results/2099Q1/waive", data={"csrf_token": token(page)}).status_code == 404


@pytest.mark.both_databases
@pytest.mark.parametrize("step", ["accepted", "revised", "rejected"])
def test_the_database_skips_no_step(instance, step):
    values = {"text": "x" if step == "revised" else "", "reason_code": "insult" if step == "rejected" else ""}
    row = ReplyStep(reply_id="none", seq=1, step=step, actor="x", on=TOLD, at=clock.now(), **values)
    with pytest.raises(DBAPIError), transaction() as db:
        db.add(row)
