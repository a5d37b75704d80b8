"""What every command of the command line shares: dates and periods of acts, who acts, and what it says."""

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from portal.kernel import clock, schema
from portal.kernel.access import Actor, system_actor
from portal.kernel.db import reading
from portal.kernel.errors import DomainError
from portal.kernel.files_store import StoreAway
from portal.kernel.i18n import _


class DayParam(click.ParamType):
    """``YYYY-MM-DD``, not in the future: the date of an act (a malformed one is wrong usage, a future one is refused)."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like 2025-04-12", param, ctx)


class InstantParam(click.ParamType):
    """``2026-01-25T08:00:00Z``, past (a malformed one is wrong usage, a future one is refused). One without a fraction stands
    for its whole second."""

    name = "INSTANT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant, aware."""
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            self.fail(f"{value!r} is not an instant like 2026-01-25T08:00:00Z", param, ctx)
        if found > clock.now():
            raise DomainError(_("时间%(value)s还没有到。", value=value))
        return found if found.microsecond else found.replace(microsecond=999_999)


def act_day(on: date | None) -> date:
    """The date of the act, today when none is given."""
    day = on or clock.today()
    if day > clock.today():
        raise DomainError(_("日期%(day)s还没有到，请填写今天或更早的日期。", day=day))
    return day


def acting(login: str | None) -> Actor:
    """``--as LOGIN``, or the system user with every permission."""
    from portal.accounts import api as accounts

    channel = f"cli:{getpass.getuser()}"
    if not login:
        return system_actor(channel)
    with reading() as db:
        return accounts.person_actor_for(db, login, via=channel)


def parsed(kind: Callable[[str], Any], text: str) -> Any:
    """A period of the command line; a malformed one is wrong usage."""
    try:
        return kind(text)
    except DomainError as error:
        raise click.UsageError(str(error)) from error


def ready() -> None:
    """Refuse to work on a database that is missing or of another release; connect the slices."""
    if not schema.is_current():
        raise DomainError(_("数据库还没有建立或版本不符，请先运行portal init。"))
    from portal.shell import wiring

    wiring.wire()


def say(text: str) -> None:
    """Print a line of the answer."""
    click.echo(text)


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """What keeps a command from writing where it was told to is a reason; an error of the portal's own files passes."""
    try:
        yield
    except OSError as error:
        if isinstance(error, StoreAway) or not _is_about(target, error):
            raise
        raise DomainError(_("写不进%(path)s：%(error)s", path=target, error=error.strerror or error)) from error


def _is_about(target: Path, error: OSError) -> bool:
    """A full disk names no file; else the file is the target, lies in it, or is a folder on the way to it."""
    if not isinstance(error.filename, str | bytes | os.PathLike):
        return True
    wanted, named = target.absolute(), Path(os.fsdecode(error.filename)).absolute()
    return named.is_relative_to(wanted) or wanted.is_relative_to(named)


AS = click.option("--as", "login", metavar="LOGIN", help="act as this person (audited)")
ON = click.option("--on", type=DayParam(), help="date of the act, default today")
