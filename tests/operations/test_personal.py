"""Commands on personal data: the data key changes batch by batch, and a text message is read by who passes it on, with a trace."""

import pytest
from click.testing import CliRunner
from cryptography.exceptions import InvalidTag
from sqlalchemy import select

from portal.kernel import clock, keys, sms
from portal.kernel.access import Role
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.shell import cli_personal
from portal.shell.cli import cli
from tests.people import make_person

PHONE, TEXT = "13577778888", "验证码135790，10分钟内有效"


def _run(*words: str):
    return CliRunner().invoke(cli, list(words))


def _told(action: str) -> list[tuple[str, str, str]]:
    with reading() as db:
        rows = select(AuditEntry.actor, AuditEntry.subject, AuditEntry.detail).where(AuditEntry.action == action)
        return [tuple(row) for row in db.execute(rows.order_by(AuditEntry.seq))]


@pytest.mark.both_databases
def test_the_data_key_changes_in_batches_and_all_stays_readable(instance, monkeypatch):
    monkeypatch.setattr(cli_personal, "BATCH", 2)
    with transaction() as db:
        held = {f"person:{n}": keys.seal(db, f"person:{n}", f"甲{n}") for n in range(5)}
        case = keys.seal(db, "mediation:c", "案")
        keys.seal(db, "person:gone", "没了")
        keys.destroy(db, "person:gone", clock.now())
    old = keys.key_ring().current("data").key_id
    with monkeypatch.context() as broken:  # it stops in the middle, and goes on where it was
        batches = iter([cli_personal._rewrap_batch])
        broken.setattr(cli_personal, "_rewrap_batch", lambda *given: next(batches)(*given))
        assert _run("keys", "rewrap", "data", "--new-key").exit_code == 1
    newest = keys.key_ring().current("data").key_id
    assert newest != old
    with reading() as db:
        assert sum(row.key_id == newest for row in db.scalars(select(keys.SubjectKey))) == 2
    assert "3把" in _run("keys", "rewrap", "data").output
    assert "0把" in _run("keys", "rewrap", "data").output
    (keys.key_ring().folder / f"{old}.key").unlink()
    keys.key_ring()._loaded.clear()
    with reading() as db:
        assert [keys.unseal(db, subject, token) for subject, token in held.items()] == [f"甲{n}" for n in range(5)]
        assert keys.unseal(db, "mediation:c", case) == "案"  # wrapped by another purpose
        assert keys.unseal(db, "person:gone", "x") is None
    counts = [detail for _actor, _subject, detail in _told("key.rewrapped")]
    assert counts == ['{"count":2,"purpose":"data"}', '{"count":2,"purpose":"data"}', '{"count":1,"purpose":"data"}']
    assert len(_told("key.rotated")) == 1


def test_a_message_waits_enciphered_and_is_read_with_a_trace(instance):
    sms.outbox().send(sms.Message(PHONE, TEXT))
    (file,) = sms.outbox().folder.iterdir()
    assert not [word for word in (PHONE, "验证码", "135790") if word.encode() in file.read_bytes()]
    (name,) = _run("outbox", "list").output.split()
    officer, auditor = make_person(Role.OFFICER), make_person(Role.AUDITOR)
    assert _run("outbox", "show", name, "--as", auditor).exit_code == 1
    assert _told("look.sms") == []
    shown = _run("outbox", "show", name, "--as", officer)
    assert shown.output == f"{PHONE}\n{TEXT}\n"
    assert [(subject, detail) for _actor, subject, detail in _told("look.sms")] == [(f"sms:{name}", "{}")]
    assert officer in _told("look.sms")[0][0]
    assert _run("outbox", "drop", name, "--as", officer).exit_code == 0
    assert _run("outbox", "list").output == ""
    assert _run("outbox", "show", "../../portal", "--as", officer).exit_code == 1


def test_a_renamed_message_does_not_open(instance):
    sms.outbox().send(sms.Message(PHONE, TEXT))
    (file,) = sms.outbox().folder.iterdir()
    file.rename(file.with_name("20260101T000000-other.sealed"))
    with pytest.raises(InvalidTag):
        sms.outbox().read("20260101T000000-other")


def test_a_program_carries_what_waits_and_keeps_what_it_refuses(instance, tmp_path):
    for phone in (PHONE, "13500000000"):
        sms.outbox().send(sms.Message(phone, TEXT))
    took = tmp_path / "took"
    program = ("sh", "-c", f'read phone; [ "$phone" = {PHONE} ] && cat >> {took}')
    assert _run("outbox", "carry", "--", *program).exit_code == 1
    assert took.read_text() == f"{TEXT}\n"
    (left,) = sms.outbox().waiting()
    assert sms.outbox().read(left).phone == "13500000000"
    assert _run("outbox", "carry", "--", "true").exit_code == 0
    assert sms.outbox().waiting() == []
