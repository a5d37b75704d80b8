"""Opened beside the money: shown before it is public, public at once, taken back with a reason, never edited."""

import io
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from disclosure.opened import api
from disclosure.opened.votes import outcome
from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import engine, reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed
from tests.ratings import district as d

TODAY = date(2026, 10, 20)
LIFT = {"f_lifts": "6", "f_passed": "6", "f_by": "示例检验所", "happened_on": "2026-03-05"}
NOTICE = {"title": "关于召开业主大会的公告", "happened_on": "2026-10-10", "f_text": "下月第一个周六开会。"}
COMPANY = person_actor("company", Role.ENTERPRISE, d.DISTRICT, d.USCC[0])
OTHER = person_actor("other", Role.ENTERPRISE, d.DISTRICT, d.USCC[1])


@pytest.fixture
def known(instance, app):
    """Two estates of two companies in two streets, on a day of the autumn."""
    places = {"E-1": ("commodity", d.COMMUNITIES[0]), "E-2": ("commodity", d.COMMUNITIES[2])}
    d.found_district(places, {"E-1": d.USCC[0], "E-2": d.USCC[1]})
    with clock.on(TODAY):
        yield app


def enter(actor=COMPANY, estate="E-1", kind="lift", on=TODAY, **facts):
    day = facts.pop("happened_on", date(2026, 3, 5))
    facts = facts or {"lifts": 6, "passed": 6}
    with transaction() as db:
        return api.open_entry(db, actor, api.NewEntry(estate, kind, "", day, facts, "office"), on=on)


def standing(kind="lift", estate="E-1", on=TODAY):
    with reading() as db:
        return next(one for one in api.standings(db, estate, on) if one.kind.code == kind)


def test_a_company_sees_it_as_everybody_will_before_it_is_public(known, signed_in):
    company, address = signed_in(Role.ENTERPRISE, uscc=d.USCC[0]), "/disclosure/opened/E-1/new/lift"
    preview = company.submit(address, LIFT)
    assert preview.status_code == 200
    assert "所有人将看到" in preview.get_data(as_text=True)
    assert standing().state == "missing"

    assert company.submit(address, {**LIFT, "publish": "yes"}).status_code == 303
    assert standing().state == "current"
    page = known.test_client().get("/disclosure/E-1").get_data(as_text=True)
    assert "示例检验所" in page
    assert "物业服务企业填报" in page


@pytest.mark.parametrize(("field", "value"), [
    ("f_text", "请联系李先生13812345678"), ("f_text", "身份证440306198001011234"), ("title", "电话13912345678"),
])  # fmt: skip
def test_phone_and_id_numbers_are_kept_out(known, signed_in, field, value):
    company = signed_in(Role.ENTERPRISE, uscc=d.USCC[0])
    answer = company.submit("/disclosure/opened/E-1/new/committee_notice", {**NOTICE, field: value, "publish": "yes"})
    assert answer.status_code == 422
    assert "手机号码" in answer.get_data(as_text=True)
    assert standing("committee_notice").state == "none"


def test_nobody_opens_things_for_another_companys_estate(known, signed_in):
    stranger = signed_in(Role.ENTERPRISE, uscc=d.USCC[1])
    assert stranger.get("/disclosure/opened/E-1").status_code == 404
    assert stranger.get("/disclosure/opened/E-1/new/lift").status_code == 404
    assert "E-1" not in stranger.get("/disclosure/opened").get_data(as_text=True)
    with pytest.raises(NotAllowed):
        enter(OTHER)
    entry = enter()
    assert stranger.get(f"/disclosure/opened/entries/{entry}/withdraw").status_code == 404
    with pytest.raises(NotAllowed), transaction() as db:
        api.withdraw(db, OTHER, entry, reason="不对", on=TODAY)


def test_a_company_does_not_take_back_what_the_office_entered(known, signed_in):
    officer = person_actor("officer", Role.OFFICER, d.DISTRICT)
    entry = enter(officer, "E-2")
    with reading() as db:
        assert api.standings(db, "E-2", TODAY)[6].latest.source == "office"
    with transaction() as db:
        api.withdraw(db, officer, entry, reason="登错了小区", on=TODAY)
    assert standing("lift", "E-2").state == "missing"


def test_taken_back_it_stays_readable_with_the_reason(known, signed_in):
    company, entry = signed_in(Role.ENTERPRISE, uscc=d.USCC[0]), enter()
    assert company.submit(f"/disclosure/opened/entries/{entry}/withdraw", {"reason": ""}).status_code == 422
    assert company.submit(f"/disclosure/opened/entries/{entry}/withdraw", {"reason": "台数写错"}).status_code == 303
    page = known.test_client().get("/disclosure/E-1").get_data(as_text=True)
    assert "台数写错" in page
    assert standing().state == "missing"
    with pytest.raises(Conflict), transaction() as db:
        api.withdraw(db, COMPANY, entry, reason="再来一次", on=TODAY)


@pytest.mark.parametrize(("day", "state"), [(date(2027, 3, 4), "current"), (date(2027, 3, 5), "expired")])
def test_an_inspection_counts_for_twelve_months(known, day, state):
    enter()
    assert standing(on=day).state == state


def test_an_estate_without_lifts_never_runs_out(known):
    enter(lifts=0, passed=0)
    assert standing(on=date(2029, 1, 1)).state == "current"
    with reading() as db:
        assert api.lifts(db) == {"E-1": 0}


@pytest.mark.parametrize("facts", [{"lifts": 4, "passed": 5}, {"lifts": None, "passed": 1}])
def test_a_part_is_not_larger_than_its_whole_and_what_is_needed_is_there(known, facts):
    with pytest.raises(DomainError):
        enter(**facts)


def test_nothing_happens_tomorrow(known):
    with pytest.raises(DomainError):
        enter(happened_on=date(2026, 10, 21), lifts=1, passed=1)


def picture() -> bytes:
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "SecretCamera"
    Image.new("RGB", (40, 30), "red").save(made, "JPEG", exif=exif)
    return made.getvalue()


def test_a_photo_is_published_without_what_it_knows_and_leaves_with_its_entry(known, signed_in):
    company, address = signed_in(Role.ENTERPRISE, uscc=d.USCC[0]), "/disclosure/opened/E-1/new/lift"
    sent = {**LIFT, "file": (io.BytesIO(picture()), "a.jpg")}
    assert company.submit(address, sent).status_code == 422  # nobody said that it is masked
    sent = {**LIFT, "masked": "y", "file": (io.BytesIO(picture()), "a.jpg"), "publish": "yes"}
    assert company.submit(address, sent).status_code == 303
    entry = standing().latest
    file = known.test_client().get(f"/disclosure/opened/entries/{entry.id}.jpg")
    assert file.status_code == 200
    assert b"SecretCamera" not in file.data
    with transaction() as db:
        api.withdraw(db, COMPANY, entry.id, reason="照片不清楚", on=TODAY)
    assert known.test_client().get(f"/disclosure/opened/entries/{entry.id}.jpg").status_code == 404


def test_a_file_is_named_only_by_the_seal_of_its_preview(known, signed_in):
    company, address = signed_in(Role.ENTERPRISE, uscc=d.USCC[0]), "/disclosure/opened/E-1/new/lift"
    forged = company.submit(address, {**LIFT, "kept": '["company", "0" , "image/jpeg"]', "publish": "yes"})
    assert forged.status_code == 422
    assert standing().state == "missing"


@pytest.mark.both_databases
def test_entries_and_withdrawals_are_never_changed(instance):
    with engine().begin() as connection:
        connection.execute(text("INSERT INTO estate (code, recorded_at) VALUES ('E-1', '2025-01-01 00:00:00+00:00')"))
        connection.execute(text(
            "INSERT INTO opened_entry (id, estate_code, kind, title, happened_on, facts, source, actor, \"on\", recorded_at)"
            " VALUES ('1', 'E-1', 'lift', '', '2026-01-01', '{}', 'office', 'x', '2026-01-01', '2026-01-01 00:00:00+00:00')"
        ))  # fmt: skip
        connection.execute(text(
            "INSERT INTO opened_withdrawal (entry_id, reason, actor, \"on\", recorded_at)"
            " VALUES ('1', 'r', 'x', '2026-01-01', '2026-01-01 00:00:00+00:00')"
        ))  # fmt: skip
    for deed in ("UPDATE opened_entry SET facts = ''", "DELETE FROM opened_entry",
                 "UPDATE opened_withdrawal SET reason = ''", "DELETE FROM opened_withdrawal"):  # fmt: skip
        with pytest.raises(DBAPIError), engine().begin() as connection:
            connection.execute(text(deed))


@pytest.mark.parametrize(("voting", "for_", "majority", "quorum", "carried"), [
    (200, 101, "half", True, True), (200, 100, "half", True, False), (199, 199, "half", False, False),
    (200, 150, "three_quarters", True, True), (200, 149, "three_quarters", True, False),
])  # fmt: skip
def test_a_vote_is_counted_anew(voting, for_, majority, quorum, carried):
    """Civil Code, Article 278: two thirds take part, more than half or three quarters of them agree."""
    facts = {"majority": majority, "owners": 300, "owners_voting": voting, "owners_for": for_,
             "area": 300, "area_voting": voting, "area_for": for_}  # fmt: skip
    found = outcome(facts)
    assert (found.quorum, found.carried) == (quorum, carried)


def test_owners_alone_do_not_carry_a_vote_without_the_area():
    facts = {"majority": "half", "owners": 300, "owners_voting": 300, "owners_for": 300,
             "area": 300, "area_voting": 300, "area_for": 150}  # fmt: skip
    assert not outcome(facts).carried
