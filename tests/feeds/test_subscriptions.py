"""Feeds and subscriptions: what they tell, that nobody is told who did not ask, retries, replay, leaving."""

import base64
import json
from contextlib import contextmanager
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, text

from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.keys import key_ring
from portal.shell.feeds import delivering, reach, service, topics
from portal.shell.feeds.models import FeedAttempt, FeedDelivery, FeedSubscription
from tests.registry.sheets import USCC
from tests.shell.public_district import GOOD
from tests.shell.public_fixtures import app, instance  # noqa: F401

SPACE = {"a": "http://www.w3.org/2005/Atom"}
HOOK = "https://listener.example/hook"
LISTED = date(2026, 6, 1)  # entries are in force


@pytest.fixture(autouse=True)
def today(instance):  # noqa: F811
    with clock.on(LISTED):
        yield


@pytest.fixture
def listener(monkeypatch):
    """What was posted, and the status that answers: ``listener.status``."""

    class Listener:
        status = 200
        posts: list = []

        def post(self, url, body, headers):
            if self.status == 0:
                raise reach.Refused("private")
            self.posts.append((url, body, headers))
            return reach.Answered(self.status, body)

    made = Listener()
    made.posts = []
    monkeypatch.setattr(reach, "post", made.post)
    return made


def _subscribed(channel="webhook", topic="list:red", address=HOOK):
    with transaction() as db:
        asked = service.subscribe(db, channel, topic, address, "zh")
    with transaction() as db:
        service.confirm(db, asked.code)
    return asked


def _news(monkeypatch, *names):
    """What a topic holds from now on."""
    made = [
        topics.Entry(f"test/{name}", clock.now() + timedelta(seconds=1), name, f"{name}。", "/lists", {"name": name})
        for name in names
    ]
    monkeypatch.setattr(topics, "entries", lambda _db, _code: made)


@pytest.mark.parametrize(
    "path",
    ["/feeds/lists/red.atom", "/feeds/lists/black.atom", f"/feeds/estates/{GOOD}.atom", f"/feeds/enterprises/{USCC[0]}.atom",
     "/feeds/corrections.atom", "/en/feeds/lists/red.atom"],
)  # fmt: skip
def test_feeds_are_atom(client, path):
    with clock.on(date(2026, 11, 22)):
        answer = client.get(path)
    assert answer.mimetype == "application/atom+xml"
    top = ElementTree.fromstring(answer.data)
    for name in ("a:id", "a:title", "a:updated", "a:author/a:name"):
        assert top.find(name, SPACE).text
    ids = [entry.find("a:id", SPACE).text for entry in top.findall("a:entry", SPACE)]
    assert len(ids) == len(set(ids))
    stamps = [entry.find("a:updated", SPACE).text for entry in top.findall("a:entry", SPACE)]
    assert stamps == sorted(stamps, reverse=True)


def test_a_list_feed_tells_its_entries(client):
    told = client.get("/feeds/lists/red.atom").text
    entered = client.get("/api/v1/lists?kind=red").json["items"]
    assert entered
    assert all(row["name"] in told and row["decision"] in told for row in entered if row["name"])


def test_corrections_tell_old_new_reason_and_decider(client):
    with clock.on(date(2026, 11, 22)):
        items = client.get("/feeds/corrections.json").json["items"]
    mine = next(item for item in items if item["period"] == "2026Q3")
    assert (mine["reason"], mine["decided_by"]) == ("补充确认两个月的检查", "district_lead")
    change = next(row for row in mine["changes"] if row["estate_code"] == "BA-010" and row["field"] == "status")
    assert change["old"] != change["new"]


def test_what_is_not_public_yet_is_in_no_feed(client):
    with clock.on(date(2026, 11, 11)):
        assert "补充确认" not in client.get("/feeds/corrections.atom").text
        assert "2026年第三季度" in client.get(f"/feeds/estates/{GOOD}.atom").text
    with clock.on(date(2026, 10, 1)):
        assert "2026年第三季度" not in client.get(f"/feeds/estates/{GOOD}.atom").text


def test_only_news_after_the_confirmation_is_sent_once(listener, monkeypatch):
    asked = _subscribed()
    assert delivering.run() == {"queued": 0, "tried": 0, "sent": 0}, "what was known before is no news"
    _news(monkeypatch, "甲")
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert delivering.run()["sent"] == 1
        assert delivering.run() == {"queued": 0, "tried": 0, "sent": 0}
    url, body, _headers = listener.posts[0]
    assert url == HOOK
    assert json.loads(body)["facts"] == {"name": "甲"}
    with reading() as db:
        assert service.log_of(db, asked.id)[0].attempts[0].outcome == "delivered"


def test_nobody_is_told_who_did_not_confirm(listener, monkeypatch):
    with transaction() as db:
        service.subscribe(db, "webhook", "list:red", HOOK, "zh")
    _news(monkeypatch, "甲")
    with clock.at(clock.now() + timedelta(minutes=1)):
        delivering.run()
    assert listener.posts == []


def test_the_signature_holds(listener, monkeypatch):
    _subscribed()
    _news(monkeypatch, "甲")
    with clock.at(clock.now() + timedelta(minutes=1)):
        delivering.run()
        now = clock.now()
    _url, body, headers = listener.posts[0]
    signature = base64.b64decode(headers["Webhook-Signature"].removeprefix("v1a,"))
    signed = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.".encode() + body
    key_id, key = key_ring().signing_key()
    key.public_key().verify(signature, signed)
    assert headers["Webhook-Key-Id"] == key_id
    assert abs(int(headers["Webhook-Timestamp"]) - now.timestamp()) < 5


def test_silence_is_tried_again_with_patience_then_paused(listener, monkeypatch):
    asked, listener.status = _subscribed(), 500
    _news(monkeypatch, "甲")
    moment = clock.now() + timedelta(minutes=1)
    with clock.at(moment):
        assert delivering.run() == {"queued": 1, "tried": 1, "sent": 0}
    for wait in delivering.WAITS:
        with clock.at(moment + wait - timedelta(seconds=2)):
            assert delivering.deliver_due()["tried"] == 0
        moment += wait + timedelta(seconds=1)
        with clock.at(moment):
            assert delivering.deliver_due()["tried"] == 1
    with clock.at(moment + timedelta(days=9)):
        assert delivering.run() == {"queued": 0, "tried": 0, "sent": 0}
    with reading() as db:
        assert service.state(db, asked.id).step == "suspended"
        assert len(service.log_of(db, asked.id)[0].attempts) == len(delivering.WAITS) + 1


def test_an_address_inside_is_refused_and_on_record(listener, monkeypatch):
    asked, listener.status = _subscribed(), 0
    _news(monkeypatch, "甲")
    with clock.at(clock.now() + timedelta(minutes=1)):
        delivering.run()
    with reading() as db:
        attempt = db.scalars(select(FeedAttempt)).one()
        assert (attempt.outcome, attempt.note) == ("refused", "private")
        assert service.state(db, asked.id).step == "confirmed"


def test_sent_again_on_request(client, listener, monkeypatch):
    asked = _subscribed()
    _news(monkeypatch, "甲")
    with clock.at(clock.now() + timedelta(minutes=1)):
        delivering.run()
        with reading() as db:
            first = service.log_of(db, asked.id)[0].delivery.id
        page = f"/feeds/manage/{asked.code}"
        assert client.submit(f"{page}/resend", {"delivery": first}, page=page).status_code == 303
        assert delivering.run() == {"queued": 0, "tried": 1, "sent": 1}
    assert [json.loads(body)["facts"]["name"] for _url, body, _headers in listener.posts] == ["甲", "甲"]
    assert listener.posts[0][2]["Webhook-Id"] != listener.posts[1][2]["Webhook-Id"]


def test_leaving_destroys_the_address(client, listener, monkeypatch):
    asked = _subscribed()
    with reading() as db:
        mark = delivering.leave_code(db.get_one(FeedSubscription, asked.id))
    assert client.page(f"/feeds/leave/{mark}").h1
    assert client.post(f"/feeds/leave/{asked.id}.wrong").status_code == 404
    assert client.post(f"/feeds/leave/{mark}").status_code == 200, "one click, no form of ours"
    assert client.post(f"/feeds/leave/{mark}").status_code == 200
    _news(monkeypatch, "甲")
    with clock.at(clock.now() + timedelta(minutes=1)):
        delivering.run()
    with reading() as db:
        assert service.address_of(db, db.get_one(FeedSubscription, asked.id)) is None
        with pytest.raises(DomainError):
            service.confirm(db, asked.code)
    assert listener.posts == []


def test_no_address_in_the_clear_anywhere():
    address = "someone.private@example.org"
    _subscribed("email", "corrections", address)
    with reading() as db:
        for table in ("feed_subscription", "feed_step", "audit_log"):
            assert address not in str(db.execute(text(f"SELECT * FROM {table}")).all())


def test_the_forms(client, listener):
    answer = client.submit("/feeds", {"topic": "list:red", "channel": "webhook", "address": HOOK})
    assert answer.status_code == 303
    manage = answer.headers["Location"]
    assert "等待确认" in client.page(manage).text
    assert client.get(manage).headers["Cache-Control"] == "no-store"
    assert client.submit(f"{manage}/confirm", page=manage).status_code == 303
    assert "已确认" in client.page(manage).text
    assert client.submit(f"{manage}/leave", page=manage).status_code == 303
    assert "已退订" in client.page(manage).text
    assert (
        client.submit("/feeds", {"topic": "list:red", "channel": "webhook", "address": "http://a"}).status_code == 422
    )
    assert client.submit("/feeds", {"topic": "list:red", "channel": "email", "address": "nobody"}).status_code == 422
    assert client.submit("/feeds", {"topic": "estate:NONE", "channel": "email", "address": "a@b.cn"}).status_code == 422
    assert client.get("/feeds/manage/none").status_code == 404


def test_a_silent_address_is_not_confirmed(client, listener):
    answer = client.submit("/feeds", {"topic": "list:red", "channel": "webhook", "address": HOOK})
    listener.status, manage = 404, answer.headers["Location"]
    assert client.submit(f"{manage}/confirm", page=manage).status_code == 409
    assert "等待确认" in client.page(manage).text


def test_nobody_has_us_ask_a_whole_town(client):
    """However many addresses one asker writes down, few of them are asked."""
    met = [
        client.submit("/feeds", {"topic": "list:red", "channel": "email", "address": f"p{n}@example.org"}).status_code
        for n in range(12)
    ]
    assert met == [200] * 10 + [422] * 2


def test_a_subscription_is_no_hammer(client, listener, monkeypatch):
    asked = _subscribed()
    _news(monkeypatch, "甲")
    with clock.at(clock.now() + timedelta(minutes=1)):
        delivering.run()
        with reading() as db:
            first = service.log_of(db, asked.id)[0].delivery.id
        page = f"/feeds/manage/{asked.code}"
        met = [client.submit(f"{page}/resend", {"delivery": first}, page=page).status_code for _n in range(12)]
    assert met == [303] * 10 + [429] * 2


def test_one_listener_at_a_time_keeps_us_waiting(client, listener):
    manage = client.submit("/feeds", {"topic": "list:red", "channel": "webhook", "address": HOOK}).headers["Location"]
    from portal.shell.feeds import views

    with views._asking:
        assert client.submit(f"{manage}/confirm", page=manage).status_code == 429
    assert client.submit(f"{manage}/confirm", page=manage).status_code == 303


def test_a_mail_that_is_not_taken_is_no_fault_of_ours(client, monkeypatch):
    from portal.kernel.settings import reload_settings
    from portal.shell.feeds import views

    @contextmanager
    def nobody():
        raise ConnectionRefusedError
        yield

    monkeypatch.setenv("SMTP_HOST", "mail.example")
    reload_settings()
    monkeypatch.setattr(views, "mail_server", nobody)
    asked = {"topic": "list:red", "channel": "email", "address": "someone@example.org"}
    assert client.submit("/feeds", asked).status_code == 422
    odd = asked | {"address": "so(me@example.org"}
    assert client.submit("/feeds", odd).status_code == 422


def test_a_title_brings_no_header_of_its_own(monkeypatch):
    with transaction() as db:
        asked = service.subscribe(db, "email", "list:red", "someone@example.org", "zh")
    with reading() as db:
        asks = delivering.question(db.get_one(FeedSubscription, asked.id), "someone@example.org", "code")
    made = delivering._mail(
        "someone@example.org", "甲\r\nBcc: all@example.org\x0b", ["a\r\n.\r\nb"], "https://x.example"
    )
    assert (made["Bcc"], made["Subject"]) == (None, "甲 Bcc: all@example.org")
    assert asks["To"] == "someone@example.org"


def test_mail_asks_first_and_can_be_left(client, listener, monkeypatch):
    sent = []

    class Server:
        send_message = staticmethod(sent.append)

    @contextmanager
    def server():
        yield Server

    from portal.kernel.settings import reload_settings
    from portal.shell.feeds import views

    monkeypatch.setenv("SMTP_HOST", "mail.example")
    reload_settings()
    monkeypatch.setattr(views, "mail_server", server)
    monkeypatch.setattr(delivering, "mail_server", server)
    assert client.submit("/feeds", {"topic": "list:red", "channel": "email", "address": "a@b.cn"}).status_code == 200
    assert [message["To"] for message in sent] == ["a@b.cn"]
    link = next(line for line in sent[0].get_content().splitlines() if "/feeds/manage/" in line)
    with transaction() as db:
        service.confirm(db, link.rsplit("/", 1)[1])
    _news(monkeypatch, "甲")
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert delivering.run()["sent"] == 1
    assert sent[1]["Subject"] == "甲"
    assert sent[1]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    monkeypatch.delenv("SMTP_HOST")
    reload_settings()


def test_an_address_cannot_be_flooded():
    with transaction() as db:
        for _number in range(service.ASKED_A_DAY):
            service.subscribe(db, "email", "corrections", "a@b.cn", "zh")
        with pytest.raises(DomainError):
            service.subscribe(db, "email", "list:red", "A@b.cn", "zh")
        with pytest.raises(NotFound):
            service.subscribe(db, "email", "list:green", "c@d.cn", "zh")
    with reading() as db:
        assert db.scalars(select(FeedDelivery)).all() == []


def test_a_round_reads_a_hundred_and_never_what_is_no_longer_news(listener, monkeypatch):
    asked = _subscribed()
    with transaction() as db:
        service.queue(db, asked.id, [(f"test/{n}", str(n), "{}") for n in range(delivering.AT_ONCE + 1)])
    queued = clock.now()
    with clock.at(queued + delivering.NEWS_FOR):
        assert delivering.deliver_due() == {"tried": 0, "sent": 0}
    with clock.at(queued + delivering.NEWS_FOR - timedelta(seconds=1)):
        assert [delivering.deliver_due()["sent"] for _round in range(3)] == [delivering.AT_ONCE, 1, 0]
