"""The daily mail: off by default, once a day, one line for each due thing, nothing personal, and a link that ends it."""

import socketserver
from datetime import date
from email import message_from_string
from email.header import decode_header, make_header

import pytest

from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import transaction
from portal.kernel.settings import reload_settings
from portal.notices import mailing
from tests.network import answering
from tests.people import DISTRICT, make_person

DAY = date(2026, 3, 5)


class MailServer(socketserver.ThreadingTCPServer):
    """As much of SMTP as a mail needs, on loopback; refuses the recipients in ``refused``."""

    daemon_threads = allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails: list[str] = []
        self.refused: set[str] = set()


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].upper()
            if verb == "RCPT TO" and any(address in line for address in self.server.refused):
                self.say("550 no such box")
            elif verb == "DATA":
                self.say("354 go on")
                self.server.mails.append(self._data())
                self.say("250 kept")
            elif verb == "QUIT":
                return self.say("221 bye")
            else:
                self.say("250 ok")
        return None

    def _data(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        return "\n".join(lines)


@pytest.fixture
def post(instance, app, monkeypatch):
    server = MailServer()
    for name, value in (("HOST", "127.0.0.1"), ("PORT", str(server.server_address[1])), ("SECURITY", "none"),
                        ("FROM", "portal@example.org")):  # fmt: skip
        monkeypatch.setenv(f"SMTP_{name}", value)
    reload_settings()
    with answering(server):
        yield server


def _due(subject: str, on: date, login: str) -> None:
    with clock.on(on), transaction() as db:
        holder = deadlines.Holder(Role.OFFICER, DISTRICT, login=login)
        args = {"holder": holder, "title": "翠湖花园 张三", "endpoint": "work.index"}
        deadlines.start(db, _actor(login), "check.review", subject, **args)


def _actor(login: str):
    from portal.kernel.access import person_actor

    return person_actor(login, Role.OFFICER, DISTRICT)


def _chooses(signed_in, login: str, address: str = "", prefix: str = "") -> None:
    with clock.on(DAY):
        client = signed_in(Role.OFFICER, login=login)
        data = {"email": address or f"{login}@example.org"}
        assert client.submit(f"{prefix}/notices/digest", data, page=f"{prefix}/notices/digest").status_code == 303


def _send() -> dict:
    with clock.on(DAY, 8):
        return dict(mailing.send_digests())


def test_a_mail_a_day_with_a_line_for_each(post, signed_in):
    _due("check:late", date(2026, 2, 24), "mei")
    _due("check:soon", date(2026, 2, 27), "mei")
    _due("check:later", date(2026, 3, 4), "mei")
    _chooses(signed_in, "mei")
    _chooses(signed_in, "idle")
    assert _send() == {"sent": 1}
    assert _send() == {"sent": 0}, "nobody gets two on a day"
    mail = message_from_string(post.mails[0])
    body = mail.get_payload(decode=True).decode()
    lines = [line for line in body.splitlines() if line.startswith("- ")]
    assert lines == ["- 审核检查：已逾期，应于2026年3月2日办结", "- 审核检查：最迟2026年3月5日办结"]
    assert str(make_header(decode_header(mail["Subject"]))) == "2件事快到期或者已逾期"
    assert mail["To"] == "mei@example.org"
    assert [word in body for word in ("翠湖花园", "张三", "check:")] == [False] * 3


def test_the_link_ends_it_without_signing_in(post, signed_in, client):
    _due("check:late", date(2026, 2, 24), "mei")
    _chooses(signed_in, "mei", prefix="/en")
    _send()
    mail = message_from_string(post.mails[0])
    link = mail["List-Unsubscribe"].strip("<>").split("//")[1].split("/", 1)[1]
    assert "overdue, was due on" in mail.get_payload(decode=True).decode()
    assert client.get(f"/{link}").headers["Cache-Control"] == "no-store"
    assert client.submit(f"/{link}").status_code == 200
    assert client.get(f"/{link}").status_code == 404
    with clock.on(date(2026, 3, 6), 8):
        assert mailing.send_digests() == {"sent": 0}


def test_one_bad_address_keeps_nobody_elses_back(post, signed_in):
    for login in ("ann", "ben"):
        _due(f"check:{login}", date(2026, 2, 24), login)
        _chooses(signed_in, login)
    post.refused.add("ann@example.org")
    with pytest.raises(mailing.JobFailed, match='"failed": 1'):
        _send()
    assert len(post.mails) == 1


def test_off_by_default_and_odd_addresses_are_refused(instance, app, signed_in):
    make_person(Role.OFFICER, login="mei")
    with clock.on(DAY):
        assert mailing.send_digests() == {"sent": 0, "off": True}
        officer = signed_in(Role.OFFICER, login="mei")
        assert "没有开通发邮件" in officer.page("/notices/digest").get_text()
        for odd in ("", "nobody", "a@b", "a@example.org\r\nBcc: x@example.org", "a@example.org, b@example.org"):
            assert officer.submit("/notices/digest", {"email": odd}, page="/notices/digest").status_code == 422, odd
        assert officer.submit("/notices/digest", {"email": "a@example.org"}, page="/notices/digest").status_code == 303
        assert "a@example.org" in officer.page("/notices/digest").get_text()
        assert officer.submit("/notices/digest/leave", page="/notices/digest").status_code == 303
        assert "a@example.org" not in officer.page("/notices/digest").get_text()
