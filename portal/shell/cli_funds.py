"""The commands ``portal funds``: bring a bank's file to an account, prove a period of it."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import click

from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.periods import Month, Quarter, Year
from portal.shell.cli_parts import AS, ON, act_day, acting, parsed, ready, say


@click.group()
def funds() -> None:
    """Owners' common funds: bank statements and their proof."""


def period_of(text: str) -> Month | Quarter | Year:
    """``2025-01``, ``2025Q1`` or ``2025``. DomainError otherwise."""
    if re.fullmatch(r"\d{4}", text):
        return Year.parse(text)
    return Quarter.parse(text) if "Q" in text.upper() else Month.parse(text)


@funds.command("import")
@click.argument("account")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--format", "format_name", default="", metavar="camt053|mt940|ofx|PROFILE", help="default: told from the content"
)
@ON
@AS
def import_(account: str, file: Path, format_name: str, on: date | None, login: str | None) -> None:
    """Import a bank's file; what does not add up is kept, named, and exits with 1."""
    ready()
    from disclosure.funds import api as disclosure

    taken = disclosure.import_file(
        acting(login), account, file.read_bytes(), file.name, on=act_day(on), format_name=format_name
    )
    say(f"statements {taken.statements}, lines {taken.lines}, known {taken.known}")
    if taken.flaws:
        sentences = [disclosure.flaw_sentence(flaw) for flaw in taken.flaws]
        raise DomainError("\n".join([_("对账单已经保存，但账目不符："), *sentences]))


@funds.command("proof")
@click.argument("account")
@click.argument("period")
def proof(account: str, period: str) -> None:
    """Opening, in, out, closing, statement balance and difference (bank less books) of a month, quarter or year.

    The proof that the pages show, and every stored line against what the bank delivered.
    """
    ready()
    from disclosure.funds import api as disclosure
    from disclosure.ledger import api as ledger

    days = parsed(period_of, period)
    with reading() as db:
        (made,) = ledger.proofs(db, account, [days], deep=True)
    figures = (
        ("opening", made.opening_fen), ("in", made.in_fen), ("out", made.out_fen), ("closing", made.closing_fen),
        ("statement balance", made.bank_fen), ("difference", made.difference_fen),
    )  # fmt: skip
    for name, fen in figures:
        say(f"{name} {'-' if fen is None else disclosure.print_fen(fen)}")
    if not made.proven:
        raise DomainError(f"not proven: {_unproven(made)}")
    if not made.holds:
        raise DomainError("\n".join([_("账目与银行对账单不符。"), *map(disclosure.flaw_sentence, made.flaws)]))


@funds.command("statements")
@click.argument("account")
def statements(account: str) -> None:
    """The standing statements of an account, with the ids that withdraw takes."""
    ready()
    from disclosure.funds import api as disclosure

    with reading() as db:
        disclosure.account(db, account)
        for one in disclosure.statements(db, account):
            flawed = "" if one.flaws == "[]" else " does not add up"
            say(f"{one.id} {one.from_on}..{one.to_on} lines {one.lines}{flawed}")


@funds.command("withdraw")
@click.argument("statement")
@click.option("--reason", required=True, help="public")
@ON
@AS
def withdraw(statement: str, reason: str, on: date | None, login: str | None) -> None:
    """Take back a statement that the bank delivered wrong; its lines count no more."""
    ready()
    from disclosure.funds import api as disclosure

    with transaction() as db:
        disclosure.withdraw(db, acting(login), statement, reason=reason, on=act_day(on))
    say(f"withdrawn {statement}")


@funds.command("try")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--format", "format_name", default="", metavar="camt053|mt940|ofx|PROFILE")
def try_(folder: Path, format_name: str) -> None:
    """Read every file of a folder as an import would, and print what comes of each; nothing is stored.

    Exits with 1 when a file is refused. Works without a database: the shipped layouts are used.
    """
    from disclosure.funds import api as disclosure

    tried = disclosure.try_folder(folder, format_name, clock.today())
    for one in tried:
        for words in one.words:
            say(f"{one.state:8} {one.name}: {words}")
    states = [one.state for one in tried]
    say(f"files {len(tried)}, " + ", ".join(f"{name} {states.count(name)}" for name in ("ok", "flawed", "refused")))
    if "refused" in states:
        raise SystemExit(1)


def _unproven(made: Any) -> str:
    if made.bank_fen is None:
        return _("对账单没有到%(day)s，不能核对。请先导入这一天的对账单。", day=made.last.isoformat())
    return _("最早的对账单晚于%(day)s，没有这一天的期初余额，不能核对。", day=made.first.isoformat())
