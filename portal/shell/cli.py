"""The command line ``portal``: unattended, from any folder; exit 0 done, 1 refused (reasons on stderr), 2 wrong usage."""

import atexit
import gc
import logging
import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from portal.kernel import clock, schema
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError, InputRefused
from portal.kernel.files_store import StoreAway
from portal.kernel.i18n import _
from portal.kernel.periods import Quarter, Year
from portal.kernel.settings import reload_settings, settings
from portal.shell.cli_funds import funds
from portal.shell.cli_operations import backup, evidence, restore
from portal.shell.cli_parts import AS, ON, DayParam, InstantParam, act_day, acting, parsed, ready, say, writing
from portal.shell.cli_personal import outbox, retention, rewrap

TARGET = click.Path(readable=False, path_type=Path)  # what stands in the way of writing there shows at the writing


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Property service supervision: checks, scores, stars, credit, lists."""


@cli.command()
def init() -> None:
    """Create or upgrade the database."""
    schema.upgrade()
    from scoring.standards import api as standards

    with transaction() as db:
        standards.seed(db, acting(None))
    say(_("数据库已就绪：%(url)s", url=settings().database_url.rsplit("@")[-1]))


@cli.command()
@click.option("--estates", type=click.IntRange(1, 20000), default=600, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--until", show_default="2026-10", metavar="YYYY-MM", help="2025-01 up to the running month")
@click.option("--sign-ins", is_flag=True, help="only print one sign-in per role of the loaded demo")
def demo(estates: int, seed: int, until: str | None, sign_ins: bool) -> None:
    """Load the deterministic demo district into an empty database."""
    # this process only loads: looking for cycles as often as usual takes a tenth of it
    gc.set_threshold(100_000, 20, 20)
    from portal.kernel.periods import Month
    from portal.shell.demo import api as district

    gc.freeze()  # what was imported stays
    ready()
    if sign_ins:
        district.print_sign_ins(say)
        return
    month = None if until is None else parsed(Month.parse, until)
    district.load(estates=estates, seed=seed, until=month, say=say)


@cli.command()
@click.option("--port", type=int, help="default: PORT or 8000")
@click.option("--host", default="127.0.0.1", show_default=True)
def serve(port: int | None, host: str) -> None:
    """Serve the web portal."""
    ready()
    from portal.shell.server import run

    if port:
        os.environ["PORT"] = str(port)  # links name the port that answers
        reload_settings()
    run(host, settings().port)


@cli.command()
def worker() -> None:
    """Run scheduled and background jobs."""
    ready()
    from portal.shell.jobs import run_worker

    run_worker()


def _kind(name: str) -> Any:
    from portal.shell import wiring

    found = wiring.kinds()
    if name not in found:
        raise click.UsageError(f"unknown KIND {name!r}; one of: {', '.join(found)}")
    return found[name]


@cli.command()
@click.argument("kind")
@click.argument("file", type=TARGET)
def template(kind: str, file: Path) -> None:
    """Write a blank import sheet."""
    from portal.kernel.sheets.template import write_template

    found = _kind(kind)
    with writing(file):
        write_template(found.sheet, file)
    say(str(file))


@cli.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="check and count, store nothing")
@AS
def import_(kind: str, file: Path, dry_run: bool, login: str | None) -> None:
    """Import a sheet (.xlsx or .csv), whole or not at all."""
    found = _kind(kind)
    ready()
    from portal.kernel.importing import ImportContext
    from portal.shell.importing import run_import

    context = ImportContext(on=clock.today(), past_months=True)
    counts = run_import(acting(login), found, file.read_bytes(), file.name, context, dry_run=dry_run)
    for note in [] if dry_run else counts.notes:  # a trial makes no sign-in codes that work
        say(note)
    say(f"imported {counts.added}, updated {counts.updated}, unchanged {counts.unchanged}")


@cli.group()
def quarter() -> None:
    """Initial result, street review and publication of a quarter."""


def _rating_verb(verb: str, kind: Any, text: str, login: str | None, on: date | None, **scope: Any) -> dict[str, Any]:
    """Run ``<verb>_quarter`` or ``<verb>_year`` and give its counts."""
    from scoring.ratings import api as ratings

    period = parsed(kind.parse, text)
    ready()
    with transaction() as db:
        deed = getattr(ratings, f"{verb}_{kind.__name__.lower()}")
        return vars(deed(db, acting(login), period, on=act_day(on), **scope))


@quarter.command("prepare")
@click.argument("period")
@click.option("--division", metavar="CODE")
@ON
@AS
def quarter_prepare(period: str, division: str | None, on: date | None, login: str | None) -> None:
    """Make the initial result."""
    done = _rating_verb("prepare", Quarter, period, login, on, division=division)
    say(_("%(period)s：初评%(estates)s个小区，其中%(changed)s个有变化。", period=period, **done))


@quarter.command("confirm")
@click.argument("period")
@click.option("--division", metavar="CODE")
@ON
@AS
def quarter_confirm(period: str, division: str | None, on: date | None, login: str | None) -> None:
    """Street review: confirm the submitted checks and the result of the communities."""
    done = _rating_verb("confirm", Quarter, period, login, on, division=division)
    say(_("%(period)s：确认%(checks)s份检查、%(communities)s个社区。", period=period, **done))


@quarter.command("publish")
@click.argument("period")
@ON
@AS
def quarter_publish(period: str, on: date | None, login: str | None) -> None:
    """District publication; run again, it publishes what changed."""
    done = _rating_verb("publish", Quarter, period, login, on)
    say(_("%(period)s：公布%(rows)s行，其中更正%(revisions)s行。", period=period, **done))


@cli.group()
def year() -> None:
    """Yearly ratings."""


@year.command("prepare")
@click.argument("period")
@click.option(
    "--cluster", metavar="ADDRESS", help="rate by division on a Dask cluster, for example tcp://10.0.0.5:8786"
)
@click.option(
    "--parquet", metavar="FOLDER", default="", help="with --cluster: workers read files written there, not the database"
)
@ON
@AS
def year_prepare(period: str, cluster: str | None, parquet: str, on: date | None, login: str | None) -> None:
    """Compute the ratings and show what is missing."""
    from scoring.ratings import api as ratings

    if parquet and not cluster:
        raise click.UsageError("--parquet goes with --cluster")
    done = _rating_verb("prepare", Year, period, login, on, where=ratings.Where(cluster, parquet))
    say(_("%(period)s：准备%(estates)s个小区，其中%(changed)s个有变化。", period=period, **done))


@year.command("publish")
@click.argument("period")
@ON
@AS
def year_publish(period: str, on: date | None, login: str | None) -> None:
    """Publish the ratings; run again, it publishes what changed."""
    done = _rating_verb("publish", Year, period, login, on)
    say(_("%(period)s：公布%(rows)s行，其中更正%(revisions)s行。", period=period, **done))


@cli.group()
def lists() -> None:
    """Red and black lists."""


def _list_command(verb: str, help_text: str) -> None:
    @lists.command(verb, help=help_text)
    @click.argument("period")
    @click.option(
        "--as", "login", metavar="LOGIN", required=True, help="the officer who proposes, the lead who decides"
    )
    @ON
    def command(period: str, login: str, on: date | None) -> None:
        from portal.kernel.periods import Year
        from scoring.lists import api

        wanted = parsed(Year.parse, period)
        ready()
        with transaction() as db:
            done = getattr(api, verb)(db, acting(login), wanted, on=act_day(on))
        say(_("%(period)s：红榜%(red)s项，黑榜%(black)s项。", period=period, red=done.red, black=done.black))


_list_command("propose", "Propose candidates: serve the notices, open the public notice.")
_list_command("decide", "Decide once the time for responses has run out.")
_list_command("publish", "Serve the decisions and make them effective.")


@cli.group()
def export() -> None:
    """Files for others."""


@export.command("open-data")
@click.argument("folder", type=TARGET)
@click.option("--as-of", type=DayParam(), help="what was public on that day, default today")
@click.option("--known-at", type=InstantParam(), help="as known then, for example 2026-01-25T08:00:00Z, default now")
def export_open_data(folder: Path, as_of: date | None, known_at: datetime | None) -> None:
    """Write the public data set."""
    ready()
    from portal.shell.opendata import api as opendata

    with reading() as db, writing(folder):
        manifest = opendata.export(db, folder, act_day(as_of), known_at)
    say(_("已导出%(n)s个文件到%(folder)s", n=len(manifest["files"]), folder=folder))


cli.add_command(funds)
cli.add_command(backup)
cli.add_command(restore)
cli.add_command(evidence)
cli.add_command(retention)
cli.add_command(outbox)


@cli.group("audit")
def audit_group() -> None:
    """The audit log."""


@audit_group.command("verify")
def audit_verify() -> None:
    """Check every row of the log and both heads."""
    from portal.kernel import audit

    ready()
    with reading() as db:
        count, found = audit.verify(db)
    if found:
        raise DomainError(f"audit_log row {found.seq}: {found.message}")
    say(_("操作日志校验通过：共%(n)s条。", n=count))


@audit_group.command("adopt")
@click.option("--reason", required=True, help="why the head outside the log was lost, or lies ahead of it")
@AS
def audit_adopt(reason: str, login: str | None) -> None:
    """Accept a whole log whose head outside was lost, or was left ahead by a recovery; a row of the log says so."""
    from portal.kernel import audit

    ready()
    with transaction() as db:
        is_adopted = audit.adopt(db, acting(login), reason)
    say(_("已确认操作日志，理由已写入日志。") if is_adopted else _("操作日志校验通过，不需要确认。"))


@cli.group("keys")
def keys_group() -> None:
    """The key ring."""


@keys_group.command("rotate")
@click.argument("purpose", type=click.Choice(["signing"]))
@AS
def keys_rotate(purpose: str, login: str | None) -> None:
    """Sign with a new key from now on; what old keys signed stays verifiable. Every call makes a key."""
    from portal.receipts import api as receipts

    ready()
    with transaction() as db:
        key_id = receipts.rotate_signing_key(db, acting(login))
    say(_("新的签名密钥：%(key)s。旧密钥签过的回执仍然可以核验。", key=key_id))


keys_group.add_command(rewrap)


@cli.command()
@click.argument("day", type=DayParam())
@click.argument("n", type=click.IntRange(0, 2000))
def workdays(day: date, n: int) -> None:
    """Print the N-th working day after DATE."""
    from portal.deadlines import api as deadlines

    ready()
    with reading() as db:
        found = deadlines.nth_working_day(db, day, n)
        say(found.isoformat())
        if unsure := deadlines.provisional_years(db, day, found):
            years = _("、").join(str(year) for year in unsure)
            click.echo(
                _("%(years)s年的放假安排不在日历里，只扣除周末和法定节日，通知公布后可能变动。", years=years), err=True
            )


def _away(error: OperationalError | StoreAway) -> str:
    if isinstance(error, StoreAway):
        return _("证据文件的对象存储不能使用：%(error)s", error=error.strerror)
    return _("数据库连不上，或者正忙：%(error)s", error=error.orig)


def _refusal(error: InputRefused) -> list[str]:
    """Each problem with its place, then what they come to, unless that is what the one problem says."""
    said = [str(problem) for problem in error.problems]
    if [error.summary] == [problem.message for problem in error.problems]:
        return said
    every = _("有%(n)s处错误，没有导入任何数据。请按上面的位置改好，重新上传整份文件。", n=error.count)
    return [*said, error.summary or every]


def main() -> None:
    """Entry point: errors of the domain become exit code 1 with their sentences on stderr."""
    # who ends need not look for garbage first: through all that was loaded it takes a second
    atexit.register(gc.freeze)
    os.environ.setdefault("MPLCONFIGDIR", str(settings().instance / "matplotlib"))
    logging.getLogger().addHandler(logging.NullHandler())  # what a command has to say is its own; servers log
    try:
        cli.main(standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(1)
    except click.Abort:
        sys.exit(1)
    except InputRefused as error:
        for line in _refusal(error):
            click.echo(line, err=True)
        sys.exit(1)
    except DomainError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except (OperationalError, StoreAway) as error:
        click.echo(_away(error), err=True)
        sys.exit(1)
