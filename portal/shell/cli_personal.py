"""``portal retention``, ``portal outbox``, ``portal keys rewrap``: personal data that end, wait, or change their key."""

import subprocess
from typing import TYPE_CHECKING

import click

from portal.kernel import audit, keys, sms
from portal.kernel.access import Actor, Permission, require
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.shell.cli_parts import AS, acting, ready, say

if TYPE_CHECKING:
    from portal.operations.api import Due

BATCH = 500
_PATIENCE = 60  # seconds for the program that carries one message


def _told(due: "Due") -> str:
    held = (
        _("，暂缓%(n)s条（%(why)s）", n=sum(due.held.values()), why=_("、").join(sorted(due.held))) if due.held else ""
    )
    before = due.before.isoformat() if due.before else ""
    return f"{due.rule.code}  " + _("截至%(before)s：%(n)s条", before=before, n=due.number) + held


@click.group("retention", invoke_without_command=True)
@click.option("--dry-run", is_flag=True, help="only say what would go")
@AS
@click.pass_context
def retention(ctx: click.Context, dry_run: bool, login: str | None) -> None:
    """Clear what its term of retention keeps no longer, rule by rule; nothing that is held."""
    if ctx.invoked_subcommand:
        return
    ready()
    from portal.operations import api as operations

    actor = acting(login)
    require(actor.may(Permission.RETENTION_HOLD))
    if dry_run:
        with reading() as db:
            found = [due for due in operations.retention_due(db) if due.rule.is_ours and due.before]
        say(_("以下为试运行，没有清理任何数据。"))
    else:
        found = operations.clear_due(actor)
    for due in found:
        if due.number or due.held:
            say(_told(due))
    say(_("共%(n)s条规则，%(gone)s条记录。", n=len(found), gone=sum(due.number for due in found)))


@retention.command("hold")
@click.argument("subject")
@click.option("--reason", required=True)
@AS
def hold(subject: str, reason: str, login: str | None) -> None:
    """Keep SUBJECT (manager:CODE, owner:ID, estate:CODE, rule:CODE …) whatever its term says."""
    ready()
    from portal.operations import api as operations

    with transaction() as db:
        operations.hold(db, acting(login), subject, reason)
    say(_("已暂缓清理%(subject)s。", subject=subject))


@retention.command("lift")
@click.argument("subject")
@click.option("--reason", required=True)
@AS
def lift(subject: str, reason: str, login: str | None) -> None:
    """Let the term of SUBJECT count again."""
    ready()
    from portal.operations import api as operations

    with transaction() as db:
        operations.lift(db, acting(login), subject, reason)
    say(_("已恢复按期清理%(subject)s。", subject=subject))


@retention.command("attach")
@click.argument("year", type=click.IntRange(2000, 2200))
@click.option("--reason", required=True)
@AS
def attach(year: int, reason: str, login: str | None) -> None:
    """Bring the item results of YEAR back that were set aside, and hold them (PostgreSQL)."""
    ready()
    from portal.operations import api as operations

    actor = acting(login)
    require(actor.may(Permission.RETENTION_HOLD))
    with transaction() as db:
        operations.attach_year(db, actor, year, reason)
    say(_("%(year)s年的检查结果已经接回，并已暂缓清理。", year=year))


@click.command("rewrap")
@click.argument("purpose", type=click.Choice(["data", "mediation"]))
@click.option("--new-key", is_flag=True, help="make a new key of the purpose first")
@AS
def rewrap(purpose: str, new_key: bool, login: str | None) -> None:
    """Wrap the keys of people or cases under the newest key of PURPOSE, batch by batch; stopped, it goes on where it was."""
    ready()
    actor = acting(login)
    require(actor.may(Permission.PEOPLE_EDIT))
    if new_key:
        with transaction() as db:
            made = keys.key_ring().rotate(purpose)
            audit.record(db, actor, "key.rotated", f"key:{made}", {"new": made})
        say(_("新的密钥：%(key)s。请备份密钥文件夹，旧密钥要保留到旧备份都不再需要。", key=made))
    total = 0
    while done := _rewrap_batch(actor, purpose):
        total += done
    say(_("已换用最新密钥包裹%(n)s把个人密钥。", n=total))


def _rewrap_batch(actor: Actor, purpose: str) -> int:
    with transaction() as db:
        done = keys.rewrap(db, purpose, BATCH)
        if done:
            newest = keys.key_ring().current(purpose).key_id
            audit.record(db, actor, "key.rewrapped", f"key:{newest}", {"purpose": purpose, "count": done})
    return done


@click.group("outbox")
def outbox() -> None:
    """Text messages that wait in the instance folder, enciphered, until somebody carries them."""


@outbox.command("list")
def waiting() -> None:
    """Names of the messages that wait, oldest first; nothing of what they say."""
    ready()
    for name in sms.outbox().waiting():
        say(name)


@outbox.command("show")
@click.argument("name")
@AS
def show(name: str, login: str | None) -> None:
    """Print the phone and the text of one message for who passes it on; the look is audited, the message stays."""
    ready()
    actor = acting(login)
    require(actor.may(Permission.OWNERS_EDIT) or actor.may(Permission.MEDIATION_REGISTER))
    message = sms.outbox().read(name)
    with transaction() as db:
        audit.record(db, actor, "look.sms", f"sms:{name}")
    say(f"{message.phone}\n{message.text}")


@outbox.command("drop")
@click.argument("name")
@AS
def drop(name: str, login: str | None) -> None:
    """Delete one message that was passed on."""
    ready()
    actor = acting(login)
    require(actor.may(Permission.OWNERS_EDIT) or actor.may(Permission.MEDIATION_REGISTER))
    sms.outbox().read(name)
    with transaction() as db:
        audit.record(db, actor, "sms.passed-on", f"sms:{name}")
    sms.outbox().drop(name)


@outbox.command("carry")
@click.argument("program", nargs=-1, required=True)
def carry(program: tuple[str, ...]) -> None:
    """Run PROGRAM for each message, the phone on the first line of its input, then the text; what it took (exit 0) goes."""
    ready()
    box, failed = sms.outbox(), 0
    names = box.waiting()
    for name in names:
        message = box.read(name)
        try:
            done = subprocess.run(
                program,
                input=f"{message.phone}\n{message.text}\n",
                text=True,
                check=False,
                timeout=_PATIENCE,
                capture_output=True,
            )
            taken = done.returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            taken = False
        if taken:
            box.drop(name)
        failed += not taken
    if failed:
        raise DomainError(_("%(n)s条短信没有发出，留在待发文件夹里。", n=failed))
    say(_("已发出%(n)s条短信。", n=len(names)))
