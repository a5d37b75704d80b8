"""What anybody may have the portal do is counted before it is done, and no sign makes it much more than it looks."""

import io

from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.receipts import journal
from portal.shell.feeds import service
from portal.shell.opendata import archive
from portal.shell.public.bidder.questions import SHOWN, question
from portal.shell.public.kept import state
from tests.shell.public_fixtures import app, instance  # noqa: F401


def test_one_sign_is_not_eighteen():
    assert question(name="ﷺ" * (SHOWN // 2)).flaw == "too_long"
    assert question(name="海" * SHOWN).flaw == ""


def test_sheets_that_cannot_be_read_are_counted_too(client, monkeypatch):
    monkeypatch.setattr(journal, "LOOKS", 3)
    met = []
    for _n in range(5):
        sent = {"file": (io.BytesIO(b"PK\x03\x04 no workbook"), "names.xlsx")}
        met.append(client.submit("/lists/check", sent, page="/lists/check").status_code)
    assert met == [422, 422, 422, 429, 429]


def test_papers_are_counted_whether_or_not_they_get_a_number(client, monkeypatch):
    monkeypatch.setattr(journal, "LOOKS", 2)
    paper = "/ratings/1990/E-0/certificate/plaque"
    met = [client.submit(paper, page="/lists/check", strict=False).status_code for _n in range(4)]
    assert met == [404, 404, 429, 429]


def test_a_subscription_makes_nobody_pack_the_data_again(instance):  # noqa: F811
    def states():
        with reading() as db:
            return archive.state(db, clock.today()), state.state()

    before = states()
    with transaction() as db:
        service.subscribe(db, "email", "list:red", "someone@example.org", "zh")
    assert states() == before
