"""The owners' door: a code opens it once, five tries shut it for a day, and it tells nobody who lives where."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from disclosure.owners import queries
from disclosure.owners.api import COOKIE
from disclosure.owners.models import OwnerFacts, OwnerPaperCode, OwnerSession, OwnerTry, OwnerUnit
from disclosure.owners.service import register, sessions
from disclosure.owners.service.register import HoldingInput
from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.errors import InputRefused
from portal.shell.demo.acts import bring
from portal.shell.opendata import archive
from portal.shell.public.kept import state
from tests.disclosure import owned
from tests.disclosure.owned import NAME, SINCE, TODAY, ask, enter, give, last_code, messages, token
from tests.ratings import district as d


@pytest.fixture
def known(app):
    owned.found()
    with clock.on(TODAY):
        yield app


@pytest.fixture
def browser(known):
    """Another browser each time it is called, from an address of its own."""

    def made(address: str = "192.0.2.1"):
        client = known.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return client

    return made


def holding(name: str = NAME) -> str:
    with reading() as db:
        for facts, _unit in queries.facts_of(db, "E-1"):
            if register.revealed(db, facts)[0] == name:
                return facts.holding_id
    raise LookupError(name)


def deeds() -> list[str]:
    with reading() as db:
        found = db.scalars(select(AuditEntry.action).where(AuditEntry.actor == "owners-door").order_by(AuditEntry.seq))
        return list(found)


def later(**more):
    return clock.at(clock.now() + timedelta(**more))


def test_a_code_opens_the_door_once(browser):
    client = browser()
    assert client.get("/owner").headers["Location"].endswith("/owner/enter")
    assert ask(client, building="３ 栋", unit="1201室").status_code == 303
    code = last_code()
    assert messages()[-1].startswith(owned.PHONE)
    answer = give(client, code)
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"] if COOKIE in answer.headers["Set-Cookie"] else str(answer.headers)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert client.get("/owner").status_code == 200
    assert deeds() == ["owner.asked", "owner.entered"]
    with reading() as db:
        told = " ".join(db.scalars(select(AuditEntry.detail)))
        assert NAME not in told
        assert "1234" not in told.replace("-", "")
        sealed = db.execute(select(OwnerFacts.name_sealed, OwnerFacts.phone_sealed)).all()
    assert not any(NAME in name or owned.PHONE in phone for name, phone in sealed)


def test_a_used_code_and_a_late_code_open_nothing(browser):
    first = browser()
    ask(first)
    with first.session_transaction() as kept:
        asked = dict(kept)
    code = last_code()
    assert give(first, code).status_code == 303
    again = browser("192.0.2.2")
    with again.session_transaction() as kept:
        kept.update(asked)
    assert give(again, code).status_code == 401
    late = browser("192.0.2.3")
    ask(late)
    code = last_code()
    with later(minutes=10):
        assert give(late, code).status_code == 401
    assert give(late, code).status_code == 303  # in time


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"name": "李小花"}, id="another name"),
        pytest.param({"last4": "1235"}, id="another phone"),
        pytest.param({"unit": "9999"}, id="no such home"),
        pytest.param({"unit": "1202", "name": "赵租客", "last4": "2222"}, id="a tenant"),
        pytest.param({"estate": "E-2"}, id="another estate"),
    ],
)
def test_what_does_not_fit_looks_the_same_and_opens_nothing(browser, said):
    right, wrong = browser("192.0.2.1"), browser("192.0.2.2")
    good, sent = ask(right), len(messages())
    bad = ask(wrong, **said)
    assert (bad.status_code, bad.headers["Location"]) == (good.status_code, good.headers["Location"])
    assert len(messages()) == sent
    pages = [re.sub(r'value="[^"]+"', "", c.get("/owner/code").get_data(as_text=True)) for c in (right, wrong)]
    assert pages[0] == pages[1]
    assert {len(c.get_cookie("portal_form").value) for c in (right, wrong)}  # both carry a request
    answers = [give(c, "000000" if last_code() != "000000" else "000001") for c in (right, wrong)]
    assert answers[0].status_code == answers[1].status_code == 401
    texts = [re.sub(r'value="[^"]+"', "", answer.get_data(as_text=True)) for answer in answers]
    assert texts[0] == texts[1]
    assert wrong.get("/owner").status_code == 302


@pytest.mark.parametrize("fits", [True, False])
def test_five_tries_shut_the_door_for_a_day_alike(browser, fits):
    client = browser()
    name = NAME if fits else "别的人"
    ask(client, name=name)
    answers = [
        give(client, f"99999{n}" if not fits or last_code() != f"99999{n}" else "123123").status_code for n in range(4)
    ]
    assert answers == [401, 401, 401, 429]  # with the asking itself five tries
    assert give(client, last_code() if fits else "123456").status_code == 429
    assert ask(client, name=name).status_code == 429
    assert ask(client, unit="1202").status_code == 303  # another home is another count
    with later(hours=23, minutes=59):
        assert ask(client, name=name).status_code == 429
    with later(hours=24):
        assert ask(client, name=name).status_code == 303
    assert deeds().count("owner.locked") == 1
    assert deeds().count("owner.refused") == 4


def test_a_stranger_at_the_door_makes_nobody_make_public_answers_anew(browser):
    def states():
        with reading() as db:
            return archive.state(db, TODAY), state.state()

    before = states()
    client = browser()
    ask(client)
    give(client, "wrong")
    enter(browser("192.0.2.9"))
    assert states() == before


def test_asking_five_times_shuts_it_too(browser):
    client = browser()
    assert [ask(client, unit="7777").status_code for _n in range(6)] == [303] * 5 + [429]


def test_guessing_from_many_addresses_shuts_the_home_in_silence_and_tells_its_owner(browser):
    first = browser("192.0.2.1")
    ask(first)
    code = last_code()
    with first.session_transaction() as kept:
        asked = dict(kept)
    wrong = "111111" if code != "111111" else "222222"
    for n in range(5):
        guesser = browser(f"198.51.100.{n}")
        with guesser.session_transaction() as kept:
            kept.update(asked)
        assert give(guesser, wrong).status_code == 401  # nothing tells that the request is a real one
    assert "暂停一天" in messages()[-1]
    assert give(first, code).status_code == 401  # the right code is void by now
    sent = len(messages())
    elsewhere = browser("203.0.113.9")
    assert ask(elsewhere).status_code == 303
    assert len(messages()) == sent  # no code goes out while it is shut
    with later(hours=24, minutes=1):
        enter(browser("203.0.113.10"))


def test_a_strangers_tries_do_not_shut_the_owner_out(browser):
    stranger = browser("198.51.100.7")
    for _n in range(5):
        ask(stranger, name="别的人")
    assert ask(stranger).status_code == 429
    enter(browser("192.0.2.55"))


def test_a_phone_gets_five_codes_a_day(browser):
    for n in range(7):
        ask(browser(f"192.0.2.{n}"))
    assert len(messages()) == 5


def test_a_code_on_paper_opens_once_and_opens_a_shut_door(browser, signed_in):
    client = browser()
    ask(client)
    for _n in range(4):
        give(client, "wrong")
    assert ask(client).status_code == 429
    officer = signed_in(Role.OFFICER, division=d.DISTRICT)
    address = f"/owners/holdings/{holding()}"
    page = officer.post(f"{address}/code", data={"csrf_token": token(officer, address)})
    assert page.headers["Cache-Control"] == "no-store"
    code = re.search(r"\b(?:[0-9A-Z]{4}-){2}[0-9A-Z]{4}\b", page.get_data(as_text=True))[0]
    assert code not in officer.get(address).get_data(as_text=True)
    assert ask(client).status_code == 303
    assert give(client, code.lower().replace("-", " ")).status_code == 303
    assert client.get("/owner").status_code == 200
    second = browser("192.0.2.77")
    ask(second)
    assert give(second, code).status_code == 401  # used
    with reading() as db:
        assert code not in db.scalars(select(OwnerPaperCode.code_hash)).one()


def test_a_paper_code_is_for_its_own_holder_and_for_two_weeks(browser):
    with transaction() as db:
        other = register.give_code(db, d.CLI, holding("李合住"))
        mine = register.give_code(db, d.CLI, holding())
    client = browser()
    ask(client)
    assert give(client, other).status_code == 401
    with later(hours=1):
        assert give(client, mine).status_code == 401  # the asking is an hour old
    late = browser("192.0.2.2")
    with later(days=14):
        ask(late)
        assert give(late, mine).status_code == 401
    with transaction() as db:
        newer = register.give_code(db, d.CLI, holding())
    ask(client)
    assert give(client, mine).status_code == 401  # void since there is a newer one
    assert give(client, newer).status_code == 303


def test_a_company_hands_out_no_codes_and_keeps_its_own_register_only(known, signed_in):
    own = signed_in(Role.ENTERPRISE, division=d.DISTRICT, uscc=d.USCC[0], login="co1")
    other = signed_in(Role.ENTERPRISE, division=d.DISTRICT, uscc=d.USCC[1], login="co2")
    address = f"/owners/holdings/{holding()}"
    page = own.get(address).get_data(as_text=True)
    assert "生成纸质验证码" not in page
    assert own.post(f"{address}/code", data={"csrf_token": token(own, address)}).status_code == 403
    assert other.get(address).status_code == 404
    assert other.get("/owners/register/E-1").status_code == 404
    forged = {
        "csrf_token": token(other, "/owners/register/E-2/add"),
        "shown": "x",
        "until": "2026-10-01",
        "phone": "13300000000",
    }
    assert {other.post(f"{address}/{verb}", data=forged).status_code for verb in ("end", "phone", "code")} == {404}
    page = own.get("/owners/register/E-1").get_data(as_text=True)
    assert "李**" in page
    assert NAME not in page
    assert owned.PHONE not in page
    elsewhere = signed_in(Role.OFFICER, division="440307000000")
    assert elsewhere.get(address).status_code == 404


def test_moving_out_ends_every_session_at_once(browser, signed_in):
    client, housemate = enter(browser()), browser("192.0.2.9")
    ask(housemate, name="李合住", last4="1111")
    give(housemate, last_code())
    officer = signed_in(Role.OFFICER, division=d.DISTRICT)
    address = f"/owners/holdings/{holding()}"
    page = officer.get(address).get_data(as_text=True)
    shown = re.search(r'name="shown" value="([^"]+)"', page)[1]
    fields = {"csrf_token": token(officer, address), "shown": shown, "until": TODAY.isoformat()}
    assert officer.post(f"{address}/end", data=fields).status_code == 303
    assert client.get("/owner").status_code == 302
    assert client.get("/owner/home").status_code == 302
    assert ask(client).status_code == 303
    assert len([text for text in messages() if "验证码为" in text]) == 2  # no third code
    assert housemate.get("/owner").status_code == 200  # who stays, stays
    assert officer.post(f"{address}/end", data=fields).status_code == 409  # the page is stale


def test_another_phone_ends_the_session_and_tells_the_old_one(browser):
    client = enter(browser())
    with transaction() as db:
        facts = queries.live_facts(db, holding())
        told = register.change_phone(db, d.CLI, facts.holding_id, phone="13111112222", shown=facts.id)
    assert [message.phone for message in told] == [owned.PHONE]
    assert client.get("/owner").status_code == 302
    enter_last4 = browser("192.0.2.8")
    ask(enter_last4, last4="2222")
    assert messages()[-1].startswith("13111112222")


def test_a_session_ends_by_leaving_idling_and_age(browser):
    client = enter(browser())
    assert client.post("/owner/leave", data={"csrf_token": token(client, "/owner/questions/new")}).status_code == 303
    assert client.get("/owner").status_code == 302
    idle = enter(browser("192.0.2.2"))
    with later(days=1, minutes=1):
        assert idle.get("/owner").status_code == 302
    busy = enter(browser("192.0.2.3"))
    for hours in range(20, 7 * 24, 20):
        with later(hours=hours):
            assert busy.get("/owner/home").status_code == 200
    with later(days=7):
        assert busy.get("/owner/home").status_code == 302


def test_staff_cookies_and_forged_ones_are_no_owners(browser, signed_in):
    officer = signed_in(Role.OFFICER, division=d.DISTRICT)
    assert officer.get("/owner").status_code == 302
    forged = browser()
    forged.set_cookie(COOKIE, "x" * 43)
    assert forged.get("/owner").status_code == 302
    owner = enter(browser("192.0.2.4"))
    assert owner.get("/work").status_code == 302
    assert owner.get("/owners/register").status_code == 302
    with reading() as db:
        stored = db.scalars(select(OwnerSession.token_hash)).one()
    stolen = browser()
    stolen.set_cookie(COOKIE, stored)
    assert stolen.get("/owner").status_code == 302


@pytest.mark.both_databases
def test_the_register_is_kept_in_versions_and_journals(instance):
    owned.found()
    row = HoldingInput("E-1", "3", "1201", NAME, owned.PHONE, "owner", SINCE)
    with clock.on(TODAY):
        with transaction() as db:
            assert register.store(db, d.CLI, [row])[0].unchanged == 1
            before = db.scalar(select(func.count()).select_from(AuditEntry))
        with transaction() as db:
            assert db.scalar(select(func.count()).select_from(AuditEntry)) == before
            assert db.scalar(select(func.count()).select_from(OwnerUnit)) == 3  # 3栋 and 3 are one building
        for statement in (
            OwnerUnit.__table__.update().values(unit="1"),
            OwnerFacts.__table__.update().values(kind="owner"),
        ):
            with pytest.raises(DBAPIError), transaction() as db:
                db.execute(statement)
        with transaction() as db:
            db.add(OwnerTry(id="old", household_hash="h", source_hash="s", at=clock.now() - timedelta(days=31)))
        with transaction() as db:
            assert sessions.prune(db) == 1


def test_a_household_that_a_sheet_names_again_is_one(instance):
    """Names are compared without spaces, so that one sheet may name a new holding twice in different spellings."""
    owned.found()
    named = [("陈新来", "13512345678"), ("陈 新来", "13512345678"), ("陈新来 ", "13787654321")]
    rows = [HoldingInput("E-1", "9栋", "0901", name, phone, "owner", SINCE) for name, phone in named]
    with clock.on(TODAY), transaction() as db:
        counts, told = register.store(db, d.CLI, rows)
        assert (counts.added, counts.unchanged, counts.updated) == (1, 1, 1)
        assert [message.phone for message in told] == ["13512345678"]  # the number that is no longer theirs is told
    with reading() as db:
        of_unit = select(OwnerFacts.phone_last4).join(OwnerUnit).where(OwnerUnit.building == "9栋")
        assert list(db.scalars(of_unit.where(OwnerFacts.superseded_at.is_(None)))) == ["4321"]


def test_sheets_are_whole_or_nothing_and_of_the_own_estates(known):
    company = person_actor("co1", Role.ENTERPRISE, d.DISTRICT, d.USCC[0])
    columns = ("estate_code", "building", "unit", "name", "phone", "kind", "since", "until")
    good = ("E-1", "5栋", "0701", "陈新来", "13512345678", "owner", "2026-01-01", "")
    foreign = ("E-2", "1栋", "102", "陈新来", "13512345678", "owner", "2026-01-01", "")
    with pytest.raises(InputRefused, match="有1处错误"):
        bring(company, "owners", columns, [good, foreign])
    with pytest.raises(InputRefused, match="有1处错误"):
        bring(company, "owners", columns, [good, ("E-1", "5 栋", "0701室", *good[3:])])
    assert bring(company, "owners", columns, [good]).added == 1
    assert bring(company, "owners", columns, [good]).unchanged == 1
    moved = (*good[:7], "2026-09-30")
    assert bring(company, "owners", columns, [moved]).updated == 1
    with reading() as db:
        assert register.find_owner(db, "E-1", "5", "0701", "陈新来") is None
    balance = ("estate_code", "building", "unit", "as_of", "balance")
    assert bring(company, "unit-balances", balance, [("E-1", "5栋", "0701", "2026-06-30", "-12.50")]).added == 1
    assert bring(company, "unit-balances", balance, [("E-1", "5栋", "0701", "2026-06-30", "-12.50")]).unchanged == 1
    with pytest.raises(InputRefused, match="有1处错误"):
        bring(company, "unit-balances", balance, [("E-2", "1栋", "101", "2026-06-30", "1")])
