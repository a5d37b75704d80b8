"""A release of the open data and its recomputation, asked for by an officer, as tasks."""

import shutil
import zipfile

import pytest
from sqlalchemy import select

from portal.kernel import tasks
from portal.kernel.access import Role
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading
from portal.shell.office.running import runners
from portal.shell.opendata import releases
from portal.shell.opendata import tasks as long_work
from tests.shell.public_fixtures import instance as instance

ME = "t-officer-440306000000"


def _pressed(officer, deed: str) -> str:
    answer = officer.submit(f"/office/data/{deed}", page="/office/data")
    assert answer.status_code == 303
    return answer.headers["Location"]


def _spoil(number: str) -> None:
    """One published total of the release gets another value."""
    path = releases.path_of(number)
    draft = path.with_suffix(".draft")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(draft, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("/quarter_scores.csv"):
                header, first, *rest = data.decode("utf-8-sig").splitlines()
                cells = first.split(",")
                cells[header.split(",").index("score")] = "1.23"
                data = "\n".join([header, ",".join(cells), *rest, ""]).encode()
            new.writestr(name, data)
    shutil.move(draft, path)


def test_an_officer_releases_the_data_and_recomputes_them(signed_in):
    officer = signed_in(Role.OFFICER)
    assert "还没有数据版本" in officer.page("/office/data").get_text()
    assert "已生成数据版本" in officer.page(_pressed(officer, "release")).get_text()
    assert "数据没有变化" in officer.page(_pressed(officer, "release")).get_text()
    newest = releases.releases()[0]
    with reading() as db:
        query = select(AuditEntry.actor, AuditEntry.subject).where(AuditEntry.action == "open-data.released")
        assert [tuple(row) for row in db.execute(query)] == [(ME, f"release:{newest.number}")]
    _spoil(newest.number)
    page = officer.page(_pressed(officer, "recompute")).get_text()
    assert "个不一致" in page
    assert "published 1.23, recomputed" in page
    assert newest.number in officer.page("/office/data").get_text()


def test_what_is_cancelled_before_it_writes_leaves_nothing(signed_in, monkeypatch):
    officer = signed_in(Role.OFFICER)
    begun = []

    def stopped(task, progress):
        tasks.wish_file(task.id).write_text(task.person)
        begun.append(task.id)
        return long_work._export(task, progress)

    monkeypatch.setattr("portal.shell.office.imports.runners", lambda: {**runners(), long_work.EXPORT: stopped})
    where = _pressed(officer, "release")
    assert begun
    assert "已取消" in officer.page(where).get_text()
    assert releases.releases() == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.INSPECTOR])
def test_nobody_else_asks_for_it(signed_in, role):
    assert signed_in(role).get("/office/data", strict=False).status_code == 403
