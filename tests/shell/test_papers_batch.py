"""All certificates of a year in one file, made by a task: one paper for each estate with stars, for who asked."""

import io
import zipfile

import pypdf
import pytest

from portal.kernel import task_progress, tasks
from portal.kernel.access import Role
from portal.kernel.db import reading
from portal.shell.batches import tasks as batches
from portal.shell.public.papers import prints
from tests.shell.public_fixtures import app as app
from tests.shell.public_fixtures import instance as instance

PAGE = "/office/papers/2025"
STREET = "440306017000"


@pytest.fixture
def officer(signed_in):
    return signed_in(Role.OFFICER)


def codes(street: str = "") -> list[str]:
    with reading() as db:
        return batches.rated(db, 2025, street)


def asked(client, **values) -> str:
    answer = client.submit(PAGE, {"shape": "plaque", "street": "", **values})
    assert answer.status_code == 303, answer.text
    return answer.location


def test_a_street_gets_its_certificates_in_one_file(officer, signed_in, monkeypatch):
    few = codes(STREET)[:2]
    assert len(few) == 2
    assert set(codes(STREET)) < set(codes())
    monkeypatch.setattr(batches, "rated", lambda _db, _year, street: few if street == STREET else [])
    assert "证书和海报" in officer.page(PAGE).get_text()
    where = asked(officer, street=STREET)
    page = officer.page(where)
    link = page.find("a", string="下载ZIP文件")["href"]
    with officer.get(link) as answer:
        assert answer.mimetype == "application/zip"
        archive = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    assert [name[:-16] for name in archive.namelist()] == few
    first = archive.namelist()[0]
    text = "".join(part.extract_text() for part in pypdf.PdfReader(io.BytesIO(archive.read(first))).pages)
    assert first[-15:-4] in text
    assert signed_in(Role.LEAD).get(link).status_code == 404
    batches.file_of(where.rsplit("/", 1)[1]).unlink()
    assert "已经清理" in officer.page(where).get_text()


def test_it_stops_between_two_estates_and_leaves_no_file(officer, monkeypatch):
    drawn = []

    def draw(receipt):
        drawn.append(receipt["payload"]["items"][0]["estate_code"])
        with reading() as db:
            [mine] = tasks.of_person(db, "t-officer-440306000000")
        tasks.wish_file(mine.id).write_text(mine.person)
        return b"%PDF"

    monkeypatch.setattr(prints, "plaque", draw)
    monkeypatch.setattr(task_progress, "_EVERY", 0)
    twice = codes()[:1] * 2
    monkeypatch.setattr(batches, "rated", lambda _db, _year, _street: twice)
    assert "已取消" in officer.page(asked(officer)).get_text()
    assert len(drawn) == 1
    assert [path.name for path in tasks.folder().iterdir() if path.suffix != ".lock"] == []


def test_only_the_papers_of_ones_own_area(signed_in):
    own = signed_in(Role.OFFICER, division="440306018000", login="of-a-street")
    choices = [option["value"] for option in own.page(PAGE).find("select", id="street").find_all("option")]
    assert STREET not in choices
    assert "" not in choices
    assert own.submit(PAGE, {"shape": "plaque", "street": STREET}).status_code == 422
    assert signed_in(Role.AUDITOR).get(PAGE).status_code == 403
