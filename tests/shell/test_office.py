"""My work, imports in two steps, tasks, the audit log and the jobs, as people meet them."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text

from portal.accounts.models import Person
from portal.kernel import audit, clock, hooks, jobs, keys, tasks
from portal.kernel.access import Actor, Role
from portal.kernel.audit import AuditEntry
from portal.kernel.db import engine, reading, transaction
from portal.kernel.jobs import Job, JobFailed
from portal.kernel.work import WorkItem
from portal.shell.office import words
from portal.shell.office.running import RUNNERS, upload_path
from tests.accounts.people import STREET, sheet, token_of

ME = "t-admin-440306000000"
GOOD = (("lihua", "李华", "reviewer", STREET), ("wang", "王五", "officer", STREET))


@pytest.fixture
def admin(signed_in, monkeypatch):
    for event in ("divisions.known", "enterprises.known", "work.items"):
        monkeypatch.setitem(hooks._subscribers, event, [])
    return signed_in(Role.ADMIN)


def upload(client, data: bytes, kind: str = "people", filename: str = "people.xlsx"):
    token = token_of(client.page(f"/imports?kind={kind}"))
    form = {"csrf_token": token, "file": (io.BytesIO(data), filename)}
    return client.post(f"/imports/{kind}", data=form, content_type="multipart/form-data")


def follow(client, answer):
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"], client.page(answer.headers["Location"])


def press(client, page, ending: str):
    form = page.find("form", action=lambda value: value and value.endswith(ending))
    assert form is not None, f"no button for {ending}"
    return client.post(form["action"], data={"csrf_token": token_of(form)})


def people() -> set[str]:
    with reading() as db:
        return set(db.scalars(select(Person.login))) - {ME}


# ---- imports


def test_import_is_tried_then_stored_and_codes_are_shown_once(admin):
    where, page = follow(admin, upload(admin, sheet(*GOOD)))
    assert "会新增2行，更新0行，未变0行" in page.get_text()
    assert people() == set(), "a trial stores nothing"
    stored_at, page = follow(admin, press(admin, page, "/confirm"))
    assert "导入完成：新增2行" in page.get_text()
    assert people() == {"lihua", "wang"}
    with reading() as db:
        raw = db.execute(text("SELECT result FROM task ORDER BY created_at DESC")).scalars().first()
    shown = press(admin, page, "/codes")
    assert shown.status_code == 200
    assert "lihua" in shown.text
    code = shown.text.split("lihua")[1].split("<td")[1].split(">")[1].split("<")[0].strip()
    assert len(code) == 14
    assert code not in raw
    assert admin.post(f"{stored_at}/codes", data={"csrf_token": token_of(page)}).status_code == 409
    assert "显示一次性登录码" not in admin.get(stored_at).text
    assert not list(tasks.folder().glob("*.upload")), "the file goes once it is imported"
    assert "已经导入或者过期清理" in admin.page(where).get_text()


def test_confirming_twice_stores_once(admin):
    where, page = follow(admin, upload(admin, sheet(*GOOD)))
    press(admin, page, "/confirm")
    again = press(admin, page, "/confirm")
    assert "过期清理" in follow(admin, again)[1].get_text()
    with reading() as db:
        assert len(db.scalars(select(AuditEntry).where(AuditEntry.action == "import.stored")).all()) == 1


def test_same_file_again_offers_nothing_to_import(admin):
    data = sheet(*GOOD)
    press(admin, follow(admin, upload(admin, data))[1], "/confirm")
    page = follow(admin, upload(admin, data))[1]
    assert "未变2行" in page.get_text()
    assert "不用导入" in page.get_text()
    assert page.find("form", action=lambda value: value and value.endswith("/confirm")) is None


def test_bad_cells_are_listed_and_nothing_is_kept(admin):
    rows = [("bad login", "李华", "reviewer", STREET)] * 250
    _where, page = follow(admin, upload(admin, sheet(*rows)))
    cells = [code.get_text() for code in page.select(".cell-errors code")]
    assert cells[:2] == ["people!A2", "people!A3"]
    assert len(cells) == 200
    assert "这里列出前200处，共250处" in page.get_text()
    assert page.find("form", action=lambda value: value and value.endswith("/confirm")) is None
    assert not list(tasks.folder().glob("*.upload"))
    assert people() == set()


def test_another_administrator_sees_no_cells_of_the_file(admin, signed_in):
    where, page = follow(admin, upload(admin, sheet(("bad login", "李华", "reviewer", STREET))))
    assert page.select(".cell-errors code")
    second = signed_in(Role.ADMIN, login="second.admin").page(where)
    assert not second.select(".cell-errors code")
    assert "bad login" not in second.get_text()


def test_no_file_says_so(admin):
    answer = upload(admin, b"")
    assert answer.status_code == 422
    assert "请选择要导入的xlsx或csv文件" in answer.text


def test_template_downloads_as_a_sheet_that_reads_back(admin):
    answer = admin.get("/imports/people/template.xlsx")
    assert answer.status_code == 200
    head = [cell.value for cell in load_workbook(io.BytesIO(answer.data)).worksheets[0][1]]
    assert head == ["登录名", "姓名", "角色", "辖区代码", "企业"]


def test_only_kinds_one_may_bring(admin, signed_in):
    links = [a["href"] for a in admin.page("/imports").select("main a") if "kind=" in a["href"]]
    assert links == ["/imports?kind=people"]
    auditor = signed_in(Role.AUDITOR)
    assert auditor.get("/imports").status_code == 403
    assert auditor.get("/imports/people/template.xlsx").status_code == 403
    token = token_of(auditor.page("/account"))
    assert auditor.post("/imports/people", data={"csrf_token": token}).status_code == 403
    assert admin.get("/imports/nothing/template.xlsx").status_code == 404


def test_right_lost_between_trial_and_import_stores_nothing(admin):
    _where, page = follow(admin, upload(admin, sheet(*GOOD)))
    with transaction() as db:
        task = db.execute(text("SELECT id FROM task")).scalar_one()
        started = tasks.start(
            db, Actor(ME, None, None), "import", {**tasks.view(db, task).request, "upload": task, "dry_run": False}
        )
        db.get_one(Person, ME).role = "auditor"
    tasks.run_one(started.id, RUNNERS)
    with reading() as db:
        assert tasks.view(db, started.id).status == "refused"
    assert people() == set()


# ---- tasks


def test_task_belongs_to_who_started_it(admin, signed_in):
    where, page = follow(admin, upload(admin, sheet(*GOOD)))
    auditor, second = signed_in(Role.AUDITOR), signed_in(Role.ADMIN, login="second.admin")
    assert auditor.get(where).status_code == 404
    seen = second.page(where)
    assert seen.find("form", action=lambda value: value and value.endswith("/confirm")) is None
    token = {"csrf_token": token_of(seen)}
    assert second.post(f"/imports/{where.rsplit('/', 1)[1]}/confirm", data=token).status_code == 404
    stored, _page = follow(admin, press(admin, page, "/confirm"))
    assert second.post(f"{stored}/codes", data=token).status_code == 404


def test_unfinished_task_page_comes_again_by_itself(admin):
    with transaction() as db:
        task = tasks.start(db, Actor(ME, None, None), "audit-verify", {})
    waiting = admin.get(f"/tasks/{task.id}")
    assert waiting.headers["Refresh"] == "2"
    assert "已排队" in waiting.text
    with engine().begin() as connection:
        query = text("UPDATE task SET status = 'running', stage = 'store', done = 25, total = 100, started_at = :t")
        moment = clock.now() - timedelta(minutes=3)
        connection.execute(query, {"t": moment.replace(tzinfo=None).isoformat(" ")})
    running = admin.get(f"/tasks/{task.id}")
    assert running.headers["Refresh"] == "2"
    assert "已完成25，共100" in running.text
    assert "还需约10分钟" in running.text
    with engine().begin() as connection:
        connection.execute(text("UPDATE task SET status = 'failed', result = '{}'"))
    assert "Refresh" not in admin.get(f"/tasks/{task.id}").headers


def test_worker_does_what_a_web_process_left(instance):
    from portal.shell.office import api

    with transaction() as db:
        task = tasks.start(db, Actor(ME, None, None), "audit-verify", {})
    drain = next(job for job in api.jobs() if job.name == "tasks")
    assert drain.run() == {"rows": 1}
    with reading() as db:
        assert tasks.view(db, task.id).status == "done"


# ---- the audit log


@pytest.fixture
def auditor(signed_in):
    return signed_in(Role.AUDITOR)


def write(action: str, subject: str, detail=None, login: str = "zhang") -> None:
    with transaction() as db:
        audit.record(db, Actor(login, None, None), action, subject, detail)


def shown_subjects(client, query: str) -> list[str]:
    rows = client.page(f"/audit?{query}").select("tbody tr")
    return [row.find_all("td")[3].get_text(strip=True) for row in rows]


def test_log_is_filtered(auditor):
    with clock.on(date(2026, 3, 1)):
        write("check.confirmed", "check:1")
    with clock.on(date(2026, 3, 2)):
        write("check.returned", "check:2", login="li")
    assert shown_subjects(auditor, "action=check.") == ["check:2", "check:1"]
    assert shown_subjects(auditor, "actor=li") == ["check:2"]
    assert shown_subjects(auditor, "subject=check:1") == ["check:1"]
    assert shown_subjects(auditor, "last=2026-03-01&action=check") == ["check:1"]
    assert shown_subjects(auditor, "first=2026-03-02&last=2026-03-02&action=check") == ["check:2"]
    assert "没有符合条件的记录" in auditor.page("/audit?actor=nobody").get_text()


def test_log_has_pages(auditor):
    with transaction() as db:
        for number in range(120):
            audit.record(db, Actor("zhang", None, None), "many.done", f"n:{number}")
    found = [subject for page in (1, 2, 3) for subject in shown_subjects(auditor, f"action=many.done&page={page}")]
    assert found == [f"n:{number}" for number in reversed(range(120))]


def test_personal_value_is_readable_until_its_key_is_destroyed(auditor):
    with transaction() as db:
        audit.record(
            db, Actor("zhang", None, None), "person.added", "person:w", {"name": audit.sealed(db, "person:w", "王小明")}
        )
    write("other.done", "person:w")
    listed = auditor.page("/audit?subject=person:w")
    assert "王小明" not in str(listed)
    assert "加密的个人信息" in str(listed)
    (seq,) = [field["value"] for field in listed.select("input[name=seq]")]
    opened = auditor.submit("/audit/personal", {"seq": seq}, page="/audit?subject=person:w")
    assert "王小明" in opened.text
    with reading() as db:  # the look stands in the log, without the name
        looks = select(AuditEntry.subject, AuditEntry.detail).where(AuditEntry.action == "look.audit-row")
        assert [tuple(row) for row in db.execute(looks)] == [("person:w", f'{{"seq":{seq}}}')]
    assert auditor.submit("/audit/personal", {"seq": int(seq) + 1}, page="/audit").status_code == 404
    assert "王小明" not in auditor.get("/audit.csv").text
    with transaction() as db:
        keys.destroy(db, "person:w", clock.now())
    page = auditor.get("/audit?subject=person:w").text
    assert "王小明" not in page
    assert "已按规定销毁" in page


def test_export_is_what_is_shown(auditor):
    write("check.confirmed", "check:1", {"note": "=1+1"})
    write("other.done", "x:1")
    lines = auditor.get("/audit.csv?action=check").get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert lines[0] == "seq,at,actor,action,subject,detail,hash"
    assert len(lines) == 2
    assert "check:1" in lines[1]


def test_verify_button_says_what_it_found(auditor):
    write("check.confirmed", "check:1")
    _where, page = follow(auditor, press(auditor, auditor.page("/audit"), "/audit/verify"))
    assert "操作日志校验通过" in page.get_text()
    with engine().begin() as connection:
        connection.execute(text("DROP TRIGGER audit_log_no_update"))
        connection.execute(text("UPDATE audit_log SET actor = 'li' WHERE subject = 'check:1'"))
        row = connection.scalar(text("SELECT seq FROM audit_log WHERE subject = 'check:1'"))
    _where, page = follow(auditor, press(auditor, auditor.page("/audit"), "/audit/verify"))
    assert f"第{row}条被改动过" in page.get_text()


def test_log_is_for_auditors(signed_in):
    for role in Role:
        if role not in (Role.AUDITOR, Role.ENTERPRISE):
            client = signed_in(role)
            assert [client.get(path).status_code for path in ("/audit", "/audit.csv")] == [403, 403], role


@pytest.mark.parametrize(
    "found",
    ["missing", "changed", "unknown key", "cut off", "not in the head", "outside head missing", "outside head unreadable",
     "outside head lost"],
)  # fmt: skip
def test_every_finding_has_words(found):
    assert "7" in words.finding_words(7, found)


# ---- jobs and my work


def test_failed_nightly_check_is_shown_where_it_matters(admin, signed_in):
    def finds():
        raise JobFailed({"rows": 6, "seq": 7, "found": "changed"})

    auditor, officer = signed_in(Role.AUDITOR), signed_in(Role.OFFICER)
    sentence = "操作日志校验没有通过"
    assert all(sentence not in client.page("/work").get_text() for client in (admin, auditor, officer))
    jobs.fire(Job(jobs.AUDIT_CHECK, finds, cron="30 2 * * *"), datetime(2026, 11, 20, 18, 30, tzinfo=UTC))
    assert sentence in admin.page("/work").get_text()
    assert sentence in auditor.page("/work").get_text()
    assert sentence not in officer.page("/work").get_text()
    page = admin.page("/admin/jobs").get_text()
    assert "2026-11-21 02:30" in page
    assert "第7条被改动过" in page
    jobs.fire(Job(jobs.AUDIT_CHECK, lambda: {"rows": 8}, cron="30 2 * * *"), datetime(2026, 11, 21, 18, 30, tzinfo=UTC))
    assert sentence not in admin.page("/work").get_text()
    assert officer.get("/admin/jobs").status_code == 403


def test_work_is_sorted_by_deadline(admin, monkeypatch):
    today = clock.today()

    def some(_db, actor):
        assert actor.login == ME
        return [
            WorkItem("以后", "office.audit", {"page": 2}, today + timedelta(days=9), 2),
            WorkItem("随时", "no.such_page"),
        ]

    def more(_db, actor):
        return [WorkItem("已晚", "accounts.people", {"q": "x"}, today - timedelta(days=1), 3, "说明文字")]

    monkeypatch.setitem(hooks._subscribers, "work.items", [some, more, lambda _db, actor: None])
    page = admin.page("/work")
    rows = page.select("tbody tr")
    assert [row.th.get_text(strip=True) for row in rows] == ["已晚", "以后", "随时"]
    assert [row.th.a["href"] if row.th.a else "" for row in rows] == ["/admin/people?q=x", "/audit?page=2", ""]
    assert "6件事等您办理，其中3件已逾期" in page.h1.get_text()
    assert "已逾期1天" in rows[0].get_text()


def test_work_says_when_nothing_waits(admin):
    assert admin.page("/work").h1.get_text(strip=True) == "没有待办事项"
    assert admin.page("/en/work").h1.get_text(strip=True) == "Nothing to do"


def test_every_role_has_its_first_screen(signed_in):
    for role in Role:
        if role is not Role.ENTERPRISE:
            assert signed_in(role).page("/work").h1.get_text(strip=True)


def test_upload_waits_readable_by_the_portal_only(admin):
    where, _page = follow(admin, upload(admin, sheet(*GOOD)))
    path = upload_path(where.rsplit("/", 1)[1])
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
