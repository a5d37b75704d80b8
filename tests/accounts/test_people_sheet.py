"""The sheet ``people``: added, changed, left alone; refused cell by cell; names only sealed in the log."""

import json

import pytest
from sqlalchemy import func, select

from portal.accounts import api, passwords, sessions
from portal.accounts.models import Person
from portal.kernel import hooks, keys
from portal.kernel.access import Role, person_actor
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError, InputRefused, NotFound
from portal.kernel.i18n import using
from tests.accounts.people import STREET, bring, person, sheet

USCC = "9144030071526726XG"


@pytest.fixture
def register(instance, monkeypatch):
    """A register with one street, one community and one enterprise."""
    answers = {"divisions.known": {"440306000000", STREET, "440306017010"}, "enterprises.known": {USCC}}
    for event, codes in answers.items():
        monkeypatch.setitem(hooks._subscribers, event, [lambda _db, codes=codes: codes])
    with using("zh"):
        yield


def refused(data: bytes, actor=None) -> dict[str, str]:
    with pytest.raises(InputRefused) as caught:
        bring(data, actor) if actor else bring(data)
    return {problem.cell: problem.message for problem in caught.value.problems}


def audit_rows() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(AuditEntry))


@pytest.mark.both_databases
def test_new_people_get_a_code_that_only_its_hash_remembers(register):
    counts = bring(sheet(("lihua", "李华", "reviewer", STREET), ("ent", "陈一", "企业用户", "440306000000", USCC)))
    assert (counts.added, counts.updated, counts.unchanged) == (2, 0, 0)
    logins, codes = zip(*(note.split(": ") for note in counts.notes), strict=True)
    assert logins == ("lihua", "ent")
    with reading() as db:
        stored = db.get_one(Person, "lihua")
        assert stored.password_hash is None
        assert stored.code_hash.startswith("$argon2id$")
        assert passwords.verify_code(stored.code_hash, codes[0])
        assert passwords.verify_code(stored.code_hash, codes[0].lower().replace("-", " "))
        assert not passwords.verify_code(stored.code_hash, codes[1])
        assert db.get_one(Person, "ent").uscc == USCC
        told = "".join(db.scalars(select(AuditEntry.detail)))
    assert not any(code in told for code in codes)


@pytest.mark.both_databases
def test_same_file_twice_changes_nothing(register):
    data = sheet(("lihua", "李华", "reviewer", STREET))
    bring(data)
    before = audit_rows()
    counts = bring(data)
    assert (counts.added, counts.updated, counts.unchanged, counts.notes) == (0, 0, 1, [])
    assert audit_rows() == before


def test_change_is_audited_with_old_and_new_and_ends_sessions(register):
    bring(sheet(("lihua", "李华", "reviewer", STREET), ("wang", "王五", "officer", STREET)))
    with transaction() as db:
        found = db.get_one(Person, "lihua")
        found.password_hash = passwords.hash_password("four odd words here")
        token = sessions.open_session(db, found)
    counts = bring(sheet(("lihua", "李华", "inspector", "440306017010"), ("wang", "王五", "officer", STREET)))
    assert (counts.added, counts.updated, counts.unchanged) == (0, 1, 1)
    with reading() as db:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "person.changed")).one()
        assert json.loads(entry.detail) == {
            "old": {"role": "reviewer", "division_code": STREET},
            "new": {"role": "inspector", "division_code": "440306017010"},
        }
        assert sessions.actor_for_session(db, token) is None


def test_name_enters_the_log_sealed_only(register):
    bring(sheet(("lihua", "欧阳小明", "reviewer", STREET)))
    bring(sheet(("lihua", "欧阳大明", "reviewer", STREET)))
    with reading() as db:
        details = list(db.scalars(select(AuditEntry.detail).where(AuditEntry.subject == "person:lihua")))
        assert len(details) == 2
        assert not any("明" in detail for detail in details)
        changed = json.loads(details[1])
        assert keys.unseal(db, "person:lihua", changed["old"]["name"]["sealed"]) == "欧阳小明"
        assert keys.unseal(db, "person:lihua", changed["new"]["name"]["sealed"]) == "欧阳大明"


def test_every_bad_cell_is_named_and_nothing_is_stored(register):
    found = refused(
        sheet(
            ("good", "李华", "reviewer", STREET),
            ("bad login", "李华", "reviewer", STREET),
            ("a", "", "reviewer", STREET),
            ("b", "李华", "boss", STREET),
            ("c", "李华", "reviewer", "440306099000"),
            ("d", "李华", "reviewer", "440306"),
            ("e", "李华", "enterprise", STREET),
            ("f", "李华", "enterprise", STREET, "91110000600037341L"),
            ("g", "李华", "officer", STREET, USCC),
            ("good", "李华", "reviewer", STREET),
            ("good", "", "enterprise", "440306099000", "91110000600037341L"),
            ("h", "李华", "enterprise", STREET, "no code"),
        )
    )
    cells = ("A3", "B4", "C5", "D6", "D7", "E8", "E9", "E10", "A11", "A12", "B12", "D12", "E12", "E13")
    assert sorted(found) == sorted(f"people!{cell}" for cell in cells), "all of a row, each once"
    assert "第2行" in found["people!A11"]
    assert "没有统一社会信用代码" in found["people!E9"]
    with reading() as db:
        assert api.people_in(db) == []


def test_city_above_the_register_is_known(register):
    assert bring(sheet(("city", "李华", "officer", "440300000000"))).added == 1


def test_empty_register_takes_the_code_s_form(instance, monkeypatch):
    monkeypatch.setitem(hooks._subscribers, "divisions.known", [lambda _db: set()])
    assert bring(sheet(("lihua", "李华", "reviewer", STREET))).added == 1


def test_street_administrator_stays_in_the_street(register):
    admin = person_actor("admin.street", Role.ADMIN, STREET)
    assert bring(sheet(("a", "李华", "inspector", "440306017010")), admin).added == 1
    assert list(refused(sheet(("b", "李华", "officer", "440306000000")), admin)) == ["people!D2"]


def test_actor_for_a_login(register):
    person("lihua")
    with reading() as db:
        actor = api.person_actor_for(db, "lihua", via="cli:root")
        assert (actor.role, actor.division_code, actor.audit_name) == (Role.REVIEWER, STREET, "lihua (cli:root)")
        with pytest.raises(NotFound):
            api.person_actor_for(db, "nobody")
    with transaction() as db:
        db.get_one(Person, "lihua").disabled_at = db.get_one(Person, "lihua").recorded_at
    with reading() as db, pytest.raises(DomainError):
        api.person_actor_for(db, "lihua")


def test_people_by_role_and_place(register):
    for login, role, division in [
        ("b", "inspector", "440306017010"),
        ("a", "reviewer", STREET),
        ("c", "officer", "440306000000"),
    ]:
        person(login, role, division)
    with reading() as db:
        assert [view.login for view in api.people_in(db)] == ["a", "b", "c"]
        assert [view.login for view in api.people_in(db, within=STREET)] == ["a", "b"]
        assert [view.login for view in api.people_in(db, role=Role.OFFICER)] == ["c"]
        assert api.person(db, "a").state == "active"


def test_trial_on_the_command_line_shows_no_code(instance, tmp_path):
    """A code of a trial would open nothing."""
    from click.testing import CliRunner

    from portal.shell.cli import cli

    path = tmp_path / "people.csv"
    path.write_text("login,name,role,division_code\nlihua,李华,reviewer,440306017000\n")
    trial = CliRunner().invoke(cli, ["import", "people", str(path), "--dry-run"])
    assert trial.exit_code == 0, trial.output
    assert trial.output == "imported 1, updated 0, unchanged 0\n"
    done = CliRunner().invoke(cli, ["import", "people", str(path)])
    assert done.output.startswith("lihua: ")
    assert done.output.endswith("imported 1, updated 0, unchanged 0\n")
