"""What leaves a case by other ways than its pages: logs, mails and notices, calendar entries, names and metadata of files,
addresses, JSON. None of them carries what was said, asked, signed or answered, nor who."""

import io
import logging
import zipfile
from datetime import timedelta

import pytest
from docx import Document
from pypdf import PdfReader
from sqlalchemy import text

from mediation.cases import api as cases
from portal.kernel import clock
from portal.kernel.db import reading, transaction
from tests.mediation.centre import (
    FIRM,
    MEDIATORS,
    PLACES,
    REGISTRAR,
    TODAY,
    filed,
    found,
    hour,
    mediating,
    owner,
    party_of,
    room,
    terms,
)
from tests.mediation.test_pages import do, enter, people

NAME, PHONE, CLAIM, SAID, FILE, REMARK, MINUTES = (
    "欧阳密", "13712345678", "诉求密文甲", "双方密文乙", "文件密名丙", "感受密文丁", "记录密文戊",
)  # fmt: skip
SECRETS = (NAME, PHONE, CLAIM, SAID, FILE, REMARK, MINUTES)


def _leaks(told: str) -> list[str]:
    return [secret for secret in SECRETS if secret in told]


@pytest.fixture
def course(app, client, instance, caplog):
    """A case from filing to opinions, through pages and verbs, with every log record of it."""
    found()
    caplog.set_level(logging.DEBUG)
    with clock.on(TODAY):
        registrar, mediator, company = people(app)
        with transaction() as db:
            case_id = mediating(db, applicants=[owner(NAME, PHONE)], claim=CLAIM)
            mine = party_of(db, case_id)
            for wall, who in (("joint", mine), ("applicant", mine), ("respondent", FIRM)):
                here = room(db, MEDIATORS[0], case_id, wall)
                cases.say(db, who, here, SAID)
                file_id = cases.add_file(db, who, here, b"%PDF-1.7 x", f"{FILE}.pdf")
            session = cases.book(db, MEDIATORS[0], case_id, "joint", PLACES[0], hour(TODAY, 11), hour(TODAY, 12))
            code = cases.new_entry_code(db, REGISTRAR, mine.login.removeprefix("party:"), way="seen")
            number = cases.case_view(db, REGISTRAR, case_id).code
            neighbour = filed(db, applicants=[owner("邻居", "13900001111")]).case_id
        assert enter(client, number, code).status_code == 303
    with clock.on(TODAY, hour=13):
        with transaction() as db:
            minutes = cases.hold_session(db, MEDIATORS[0], session, MINUTES)
            paper = cases.draft(db, MEDIATORS[0], case_id, terms(TODAY), text=SAID)
            sha = cases.paper(db, FIRM, paper).sha256
            for who in (party_of(db, case_id), FIRM, MEDIATORS[0]):
                cases.sign(db, who, paper, sha)
        said = {**dict.fromkeys(cases.QUESTIONS, "no"), "remark": REMARK}
        assert do(client, "/mediation/mine", case_id, "fair", "talks", **said).status_code == 303
        with transaction() as db:
            cases.remind(db, REGISTRAR, on=TODAY + timedelta(days=7))
        yield {"case": case_id, "file": file_id, "papers": (minutes, paper), "session": session, "client": client,
               "company": company, "registrar": registrar, "mediator": mediator, "neighbour": neighbour}  # fmt: skip


def test_logs_notices_mails_deadlines_and_texts_tell_nothing(course, instance, caplog):
    heard = caplog.text + "".join(record.getMessage() + str(record.__dict__) for record in caplog.records)
    with reading() as db:
        for query in ("SELECT text || params || link FROM notice", "SELECT title || link FROM deadline",
                      "SELECT action || subject || detail FROM audit_log"):  # fmt: skip
            rows = db.scalars(text(query)).all()
            assert rows
            heard += "".join(str(row) for row in rows)
    for path in instance.instance.rglob("*"):
        if path.is_file() and path.suffix in (".log", ".eml", ".txt", ".json"):
            words = path.read_text(errors="ignore")
            heard += words.split("\n", 1)[1] if path.parent.name == "sms" else words  # the phone itself is the address
    assert _leaks(heard) == []


def test_headers_names_and_metadata_of_files_tell_nothing(course):
    client, base = course["client"], "/mediation/mine"
    answers = [client.get(f"{base}/files/{course['file']}", strict=False)]  # the company's own room: 404
    paths = [f"{base}/{course['case']}/sessions/{course['session']}.ics", f"{base}/{course['case']}/bundle.zip"]
    paths += [f"{base}/papers/{paper}{ending}" for paper in course["papers"] for ending in (".pdf", ".docx")]
    answers += [client.get(path, strict=False) for path in paths]
    assert [one.status_code for one in answers] == [404, *[200] * len(paths)]
    told = "".join(f"{one.request.url}{dict(one.headers)}" for one in answers)
    calendar, bundle, *papers = answers[1:]
    told += calendar.text
    archive = zipfile.ZipFile(io.BytesIO(bundle.data))
    told += "".join(archive.namelist()) + archive.comment.decode() + archive.read("index.json").decode()
    for one in papers:
        if one.data.startswith(b"%PDF"):
            reader = PdfReader(io.BytesIO(one.data))
            told += f"{reader.metadata}{reader.xmp_metadata and reader.xmp_metadata.stream.get_data()}"
        else:
            core = Document(io.BytesIO(one.data)).core_properties
            told += "".join(str(getattr(core, name)) for name in ("title", "author", "subject", "comments", "keywords"))
    assert _leaks(told) == []


def test_open_data_json_feeds_and_public_pages_tell_nothing(course, app):
    anybody = app.test_client()
    adapter = app.url_map.bind("localhost")
    plain = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    public = [
        rule for rule in plain if any(word in rule.rule for word in ("mediation", "/api/", "/feeds", "/data", "/lists"))
    ]
    assert len(public) > 10
    for rule in public:
        answer = anybody.get(adapter.build(rule.endpoint), strict=False)
        told = answer.get_data().decode(errors="ignore")
        answer.close()
        assert _leaks(told) == [], rule.rule
        assert course["case"] not in told, rule.rule
