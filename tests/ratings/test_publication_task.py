"""A publication that takes longer than a request waits: it goes on as a task of the person, and publishes once."""

from sqlalchemy import select

from portal.kernel import task_deeds, tasks
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading
from scoring.ratings import tasks as publication
from scoring.ratings.models import Release
from tests.ratings import district as d
from tests.ratings.test_quarter_views import april as april
from tests.ratings.test_quarter_views import district as district


def _task(task_id: str) -> tasks.TaskView:
    with reading() as db:
        return tasks.view(db, task_id)


def test_a_long_publication_goes_on_as_a_task_and_publishes_once(district, signed_in, monkeypatch):
    officer, address = signed_in("officer", division=d.DISTRICT), "/ratings/quarter/2025Q1/publish"
    seen = officer.page(address).find("input", attrs={"name": "seen"})["value"]
    monkeypatch.setattr(task_deeds, "ended", lambda task_id, _runners, apart: _task(task_id))
    first, second = (officer.submit(address, {"seen": seen}).location for _press in range(2))
    assert first.startswith("/tasks/")
    assert "已排队" in officer.page(first).get_text()
    for where in (first, second):
        assert tasks.run_one(where.rsplit("/", 1)[1], {kind.name: kind.run for kind in publication.TASKS})
    done = officer.page(first)
    assert "已告知企业" in done.get_text()
    assert officer.get(done.find("a", string="查看这次公布")["href"]).status_code == 200
    assert "发生了变化，没有公布" in officer.page(second).get_text()
    with reading() as db:
        assert len(db.scalars(select(Release)).all()) == 1
        rows = db.execute(select(AuditEntry.actor).where(AuditEntry.action == "quarter.published")).scalars().all()
    assert rows == ["t-officer-440306000000"]
