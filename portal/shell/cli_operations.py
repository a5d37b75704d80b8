"""``portal backup``, ``portal restore`` and ``portal evidence check``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from portal.kernel import audit
from portal.kernel.access import Actor
from portal.kernel.db import dispose, reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.shell.cli_parts import acting, ready, say

if TYPE_CHECKING:
    from portal.operations.api import Restored

SHOWN = 20


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write everything into FILE, evidence files included, while the portal runs."""
    ready()
    from portal.operations import api as operations
    from portal.shell import wiring

    wiring.features()  # every slice's tables
    done = operations.backup(file.resolve())
    say(_("已备份到%(file)s：%(tables)s张表%(rows)s行，%(files)s个文件，%(mb)sMB。", file=file, tables=len(done.tables),
          rows=done.rows, files=done.files, mb=-(-done.size // 1_000_000)))  # fmt: skip
    if done.encrypted:
        say(_("备份已加密，含%(n)s把密钥。没有PORTAL_BACKUP_KEY不能打开备份，请另行保管。", n=done.keys))
    else:
        say(
            _(
                "没有设置PORTAL_BACKUP_KEY：备份没有加密，不含任何密钥。只凭这份备份，恢复后不能读取加密的个人信息，请另行保存密钥文件夹。"
            )
        )
    for name in done.damaged[:SHOWN]:
        click.echo(_("文件%(name)s已经损坏，没有备份。", name=name), err=True)
    if done.damaged:
        click.echo(_("共有%(n)s个文件损坏，其余都已备份。", n=len(done.damaged)), err=True)


@click.group()
def evidence() -> None:
    """Evidence files: photos, papers, and whatever else a row names by its SHA-256."""


@evidence.command("check")
def check_evidence() -> None:
    """Read every file and hold it against the rows; a line for each that is missing, altered or nobody's.

    Exits 1 when one is missing or altered. Nobody's files do no harm.
    """
    ready()
    from portal.operations import api as operations
    from portal.shell import wiring

    wiring.features()
    with reading() as db:
        found = operations.check_files(db, at_once=True)
    for kind, names in (("missing", found.missing), ("altered", found.altered), ("orphan", found.orphans)):
        for name in names:
            click.echo(f"{kind} {name}")
    told = _("读了%(n)s个文件：缺失%(missing)s个，改动%(altered)s个，没有记录引用%(orphans)s个。", n=found.checked,
             missing=len(found.missing), altered=len(found.altered), orphans=len(found.orphans))  # fmt: skip
    if found.missing or found.altered:
        raise DomainError(told)
    say(told)


def _lost(purpose: str, n: int) -> str:
    sentences = {
        "data": _("缺少数据密钥：%(n)s个人或者事项的加密信息（姓名、电话、证据说明等）不能读取。", n=n),
        "mediation": _("缺少调解密钥：%(n)s件调解案件的姓名、电话、请求和笔录不能读取。", n=n),
        "identity": _("缺少身份证号散列密钥：%(n)s名项目负责人不能再按身份证号识别，重新导入会作为新人员登记。", n=n),
        "audit": _("缺少日志密钥：恢复前的%(n)s条操作日志能看，但不能校验。", n=n),
    }
    return sentences.get(purpose, _("缺少密钥%(purpose)s：涉及%(n)s条记录。", purpose=purpose, n=n))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Bring FILE back into an empty portal, whole or not at all; checks every byte before it writes any."""
    from portal.operations import api as operations
    from portal.shell import wiring

    done = operations.restore(file.resolve())
    dispose()
    wiring.features()
    wiring.wire()
    found = done.backup
    say(_("已恢复%(made)s的备份：%(tables)s张表%(rows)s行，%(files)s个文件。", made=found.made_at, tables=len(found.tables),
          rows=found.rows, files=found.files))  # fmt: skip
    for purpose, n in done.unreadable:
        say(_lost(purpose, n))
    if done.new_key:
        say(_("备份里没有密钥，已生成新的签名密钥%(key)s。以前签发的回执仍可用保存的公钥核验。", key=done.new_key))
    for name in found.damaged[:SHOWN]:
        click.echo(_("备份时文件%(name)s已经损坏，没有恢复。", name=name), err=True)
    _note(acting(None), done)


def _note(actor: Actor, done: "Restored") -> None:
    """The log is verified, and says from now on that it was restored."""
    missing = [purpose for purpose, _n in done.unreadable]
    if "audit" not in missing:
        with reading() as db:
            count, wrong = audit.verify(db)
        if wrong:
            click.echo(_("操作日志校验没有通过：第%(n)s条（%(what)s）。", n=wrong.seq, what=wrong.message), err=True)
        else:
            say(_("操作日志校验通过：共%(n)s条。", n=count))
    detail = {
        "made_at": done.backup.made_at,
        "rows": done.backup.rows,
        "files": done.backup.files,
        "missing_keys": missing,
    }
    with transaction() as db:
        audit.record(db, actor, "portal.restored", "portal", detail)
