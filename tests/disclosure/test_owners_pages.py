"""Behind the owners' door: what an owner reads of the own estate, that no other estate or household shows, and questions."""

import re
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from disclosure.owners import api
from disclosure.owners.models import FundAnswer, FundQuestion
from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading, transaction
from portal.kernel.flags import flags
from portal.shell.app import declared_access
from tests.disclosure import owned
from tests.disclosure.owned import TODAY, enter, entry, token
from tests.ratings import district as d

SAID = "电梯广告的收入为什么比去年少？"


@pytest.fixture
def known(app):
    owned.found()
    with clock.on(TODAY):
        yield app


@pytest.fixture
def owner(known):
    return enter(known.test_client())


@pytest.fixture
def neighbour(known):
    """An owner of the other estate."""
    return enter(known.test_client(), "E-2")


def line(one) -> str:
    return f"{one.year}-{one.line_id}"


def put(client, kind="objection", text=SAID, of=None):
    address = f"/owner/questions/new?line={of}" if of else "/owner/questions/new"
    page = client.get(address)
    if page.status_code != 200:
        return page
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True))[1]
    return client.post(address, data={"csrf_token": found, "kind": kind, "text": text})


def answer(client, question: str, text="合同到期后空置一个月，已重新招租。", outcome="rejected", publish="yes"):
    address = f"/owners/questions/{question}"
    page = client.get(address)
    if page.status_code != 200:
        return page
    html = page.get_data(as_text=True)
    seq = re.search(r'name="seq" value="(\d+)"', html)[1]
    fields = {"csrf_token": token(client, address), "seq": seq, "outcome": outcome, "text": text, "publish": publish}
    return client.post(f"{address}/answer", data=fields)


def the_question() -> str:
    with reading() as db:
        return db.scalars(select(FundQuestion.id)).one()


def test_the_money_of_the_last_quarter_by_source_and_use(owner):
    page = owner.get("/owner").get_data(as_text=True)
    assert "2026年第三季度" in page
    for words in ("广告收入", "5,000.00元", "8,000.00元", "3,200.00元", "14,800.00元", "账目与银行余额一致"):
        assert words in page
    assert owner.get("/owner/quarters/2026Q2").status_code == 200
    assert owner.get("/owner/quarters/2026Q9").status_code == 404
    english = owner.get("/en/owner").get_data(as_text=True)
    assert "July to September 2026" in english


def test_what_the_lift_advertising_earned_and_where_it_went(owner):
    page = owner.get("/owner/quarters/2026Q3/common/advertising").get_data(as_text=True)
    assert "5,000.00元" in page
    assert "其余4,800.00元留在账户里" in page
    assert "转入维修资金" in page
    assert owner.get("/owner/quarters/2026Q3/common/nonsense").status_code == 404


def test_no_line_tells_of_another_household(owner, known):
    """Payments of homes are sums, and what the bank wrote is blotted where it tells of a person or a home."""
    seen = [owner.get(address).get_data(as_text=True) for address in (
        "/owner", "/owner/lines?month=2026-07", "/owner/lines?month=2026-08", "/owner/quarters/2026Q3/service/service_fee",
        "/owner/quarters/2026Q3/common/advertising", "/owner/quarters/2026Q3/common/cost_collection",
        "/owner/quarters/2026Q3/common/parking", "/owner/home", *(f"/owner/lines/{line(one)}" for one in owned.entries("E-1")),
    )]  # fmt: skip
    frame = r'3栋 1201|(?:value="|v=)[\w.-]+'  # the own home stands in the frame; tokens and versions are chance
    whole = "\n".join(re.sub(frame, "", text) for text in seen)
    for word in ("1202", "张欠费", "赵按时", "赵租客", "13812345678", "粤B12345", "345.67", "400.01", "999.01", "欠费"):
        assert word not in whole, word
    assert "745.68" in whole  # both payments as one sum
    assert "保安工资" in whole
    home = owner.get("/owner/home").get_data(as_text=True)
    assert "5,230.50元" in home


def test_a_payment_of_a_home_has_no_page_and_no_question(owner):
    fee = line(entry("E-1", "service_fee"))
    assert owner.get(f"/owner/lines/{fee}").status_code == 404
    assert owner.get(f"/owner/questions/new?line={fee}").status_code == 404


NOWHERE = "2026-1234567890123456789"


def own_routes(app) -> list:
    """Rules of every route behind the door: all that the application declares to be an owner's."""
    own = {endpoint for endpoint, access in declared_access(app).items() if access == "owner"}
    assert own >= {"my_estate.index", "my_estate.lines", "my_estate.voucher"}
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint in own]


def addresses(app, rule, one: str) -> list[str]:
    """A route with a line in its address, behind it, and with what else may name an estate."""
    year, number = one.split("-")
    values = {
        "year": year,
        "number": number,
        "voucher_id": "any",
        "quarter": "2026Q3",
        "category": "advertising",
        "fund": "common",
    }
    with app.test_request_context():
        address = app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
    return [address, f"{address}?line={one}", f"{address}?line={one}&estate=E-2&code=E-2&month=2026-08"]


def test_two_owners_of_different_estates_never_see_each_others_lines(owner, neighbour, known):
    """Every route behind the door: a line of the other estate is answered as one that exists nowhere."""
    put(neighbour, of=line(entry("E-2", "advertising")))
    theirs = [line(entry("E-2", "advertising")), line(entry("E-2", "service_fee"))]
    met = set()
    for rule in (rule for rule in own_routes(known) if "GET" in rule.methods):
        for one in theirs:
            shown = [
                [_read(owner, there, line_) for there in addresses(known, rule, line_)] for line_ in (one, NOWHERE)
            ]
            assert shown[0] == shown[1], rule.rule
            for status, text in shown[0]:
                assert "E-2花园" not in text
                assert SAID not in text
                assert status == 404 or "number" not in rule.arguments
        met.add(rule.endpoint)
    assert len(met) >= 9
    before = _count()
    for one in (*theirs, NOWHERE):
        found = token(owner, "/owner/questions/new")
        done = owner.post(
            f"/owner/questions/new?line={one}", data={"csrf_token": found, "kind": "objection", "text": SAID}
        )
        assert done.status_code == 404
    assert _count() == before


def _read(client, address: str, one: str) -> tuple[int, str]:
    """A page without what stands in its address and the form tokens."""
    answered = client.get(address)
    text = answered.get_data(as_text=True).replace(one.split("-")[1], "")
    without = re.sub(r"(?s)<svg.*?</svg>", "", text)
    return answered.status_code, re.sub(r'name="csrf_token"[^>]*value="[^"]+"', "", without)


def test_nobody_without_an_owners_session_sees_anything(known, signed_in):
    visitors = [known.test_client(), signed_in(Role.OFFICER, division=d.DISTRICT),
                signed_in(Role.ENTERPRISE, division=d.DISTRICT, uscc=d.USCC[0], login="co1")]  # fmt: skip
    for rule in own_routes(known):
        address = addresses(known, rule, line(entry("E-1", "advertising")))[0]
        for visitor in visitors:
            if "GET" in rule.methods:
                answered = visitor.get(address)
                assert answered.status_code == 302, address
                assert answered.headers["Location"].endswith("/owner/enter")
            else:
                assert visitor.post(address).status_code == 403
            assert answered.headers["Cache-Control"] == "no-store"


def _count() -> int:
    with reading() as db:
        return len(db.scalars(select(FundQuestion.id)).all())


def test_an_objection_is_marked_answered_in_public_and_counted(owner, known, signed_in):
    advertising = entry("E-1", "advertising")
    assert put(owner, of=line(advertising)).status_code == 303
    question = the_question()
    with reading() as db:
        (asked,) = api.questions(db, "E-1")
        counts = api.unanswered(db, TODAY)
        assert (asked.text, asked.ref, asked.answers) == ("", advertising.ref, ())  # its words are not public yet
        assert (counts.by_estate, counts.by_street) == ({"E-1": 1}, {d.STREETS[0]: 1})
        assert [flag.label for flag in flags(db, {advertising.ref})[advertising.ref]] == ["业主有异议"]
        (term,) = deadlines.of_subjects(db, [f"fund-question:{question}"])[f"fund-question:{question}"]
        assert (term.holder.uscc, term.last_day) == (d.USCC[0], date(2026, 10, 27))
    company = signed_in(Role.ENTERPRISE, division=d.DISTRICT, uscc=d.USCC[0], login="co1")
    page = company.get(f"/owners/questions/{question}").get_data(as_text=True)
    assert SAID in page
    assert "1201" not in page  # the company is not told who asks
    assert "李" not in page.split("<main")[1]
    other = signed_in(Role.ENTERPRISE, division=d.DISTRICT, uscc=d.USCC[1], login="co2")
    assert other.get(f"/owners/questions/{question}").status_code == 404
    assert "E-1花园" not in other.get("/owners/questions").get_data(as_text=True)
    assert answer(company, question).status_code == 303
    assert "已重新招租" in owner.get("/owner/questions").get_data(as_text=True)
    with reading() as db:
        (asked,) = api.questions(db, "E-1")
        assert (asked.text, asked.answers[0].outcome, asked.answers[0].speaker) == (SAID, "rejected", "enterprise")
        assert api.unanswered(db, TODAY).by_estate == {}
        assert flags(db, {advertising.ref}) == {}
        (term,) = deadlines.of_subjects(db, [f"fund-question:{question}"])[f"fund-question:{question}"]
        assert term.outcome == "rejected"


def test_an_officer_answers_for_the_committee_and_a_stale_answer_is_refused(owner, signed_in):
    put(owner, "question")
    question = the_question()
    officer = signed_in(Role.OFFICER, division=d.DISTRICT)
    stale = token(officer, f"/owners/questions/{question}")
    assert answer(officer, question, outcome="explained", publish="no").status_code == 303
    fields = {"csrf_token": stale, "seq": "0", "outcome": "explained", "text": "另一个答复", "publish": "yes"}
    assert officer.post(f"/owners/questions/{question}/answer", data=fields).status_code == 409
    with reading() as db:
        (asked,) = api.questions(db, "E-1")
        assert (asked.text, asked.answers[0].speaker) == ("", "committee")  # withheld for good
    reader = signed_in(Role.AUDITOR, division=d.DISTRICT)
    assert reader.get(f"/owners/questions/{question}").status_code == 200
    assert answer(officer, question, outcome="accepted").status_code == 422  # nothing was objected to


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "请写下要问的内容"),
        ("字" * 501, "最多填500个字"),
        ("请打13800001234", "手机号码"),
        ("3栋1202一直欠费", "不要写房号"),
        ("1202室欠费", "不要写房号"),
    ],
)
def test_a_question_that_tells_of_a_person_comes_back(owner, text, said):
    page = put(owner, "question", text)
    assert page.status_code == 422
    assert said in page.get_data(as_text=True)
    assert _count() == 0


def test_a_home_has_five_open_questions_and_housemates_do_not_read_each_other(owner, known):
    assert [put(owner, "question", f"{SAID}{n}").status_code for n in range(6)] == [303] * 5 + [422]
    mate = known.test_client()
    mate.environ_base["REMOTE_ADDR"] = "192.0.2.200"
    owned.ask(mate, name="李合住", last4="1111")
    owned.give(mate, owned.last_code())
    page = mate.get("/owner/questions").get_data(as_text=True)
    assert SAID not in page
    assert "5个问题还没有答复" in page


@pytest.mark.both_databases
def test_questions_and_answers_are_never_edited(instance):
    owned.found()
    with transaction() as db:
        holding = db.execute(select(api.queries.OwnerFacts.holding_id, api.queries.OwnerFacts.unit_id)).first()
        db.add(FundQuestion(id="q", estate_code="E-1", kind="question", text="x", holding_id=holding[0],
                            unit_id=holding[1], on=TODAY, recorded_at=clock.now()))  # fmt: skip
        db.flush()
        db.add(FundAnswer(question_id="q", seq=1, outcome="explained", text="y", public_text="", speaker="committee",
                          actor="a", on=TODAY, recorded_at=clock.now()))  # fmt: skip
    for statement in (
        FundQuestion.__table__.update().values(text="z"), FundQuestion.__table__.delete(),
        FundAnswer.__table__.update().values(text="z"), FundAnswer.__table__.delete(),
    ):  # fmt: skip
        with pytest.raises(DBAPIError), transaction() as db:
            db.execute(statement)
