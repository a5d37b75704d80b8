"""Kill web, worker and database at random points while clients work; prove that nothing acknowledged is lost or doubled.

    python -m tools.faults [ROUNDS] [--database sqlite|postgres|both] [--seed N]      (default 200 rounds, both, seed 1)

Runs in a temporary folder on loopback, with a PostgreSQL server of its own; needs the environment of the tests (``make test`` makes it).
Prints what was acknowledged and what is wrong; exits 1 when anything is.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

ROOT = Path(tempfile.mkdtemp(prefix="portal-faults-", dir="/tmp"))
ROOT.chmod(0o711)
os.environ.update(PORTAL_INSTANCE=str(ROOT / "nobody"), PORTAL_SECRET_KEY="only for a trial")  # noqa: S106  never served

from portal.kernel.settings import reload_settings  # noqa: E402
from tests import databases, postgres  # noqa: E402
from tools.faults.processes import Database  # noqa: E402
from tools.faults.trial import Result, Trial  # noqa: E402

RECOMPUTE = [sys.executable, "-m", "scoring.recompute"]


def trial(kind: str, rounds: int, seed: int) -> Result:
    """One trial on a database of its own, and the portal's own commands on what is left of it."""
    folder = ROOT / f"portal-{kind}"
    place = (
        databases.postgres_place(ROOT, folder, "t_faults")
        if kind == "postgres"
        else databases.sqlite_place(ROOT, folder)
    )
    os.environ.update(PORTAL_INSTANCE=str(place.instance), DATABASE_URL=place.url)
    reload_settings()
    database = Database.of(ROOT) if kind == "postgres" else None
    result = Trial(place, database, estates=20 + 3 * rounds).run(seed, rounds, ROOT / f"{kind}.log")
    for command in ([databases.PORTAL, "audit", "verify"], [databases.PORTAL, "export", "open-data", folder / "open"],
                    [*RECOMPUTE, folder / "open"]):  # fmt: skip
        done = subprocess.run(command, env=databases.command_environment(place), capture_output=True, text=True,
                              cwd=databases.PROJECT, check=False)  # fmt: skip
        if done.returncode:
            result.wrong.append(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}")
    return result


def main() -> int:
    """Both databases in turn."""
    asked = argparse.ArgumentParser(
        prog="python -m tools.faults", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    asked.add_argument("rounds", nargs="?", type=int, default=200)
    asked.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--keep", action="store_true", help="leave the folder behind")
    wish, bad = asked.parse_args(), False
    signal.signal(signal.SIGTERM, lambda *_told: sys.exit(1))  # so that the servers end too
    try:
        for kind in ["sqlite", "postgres"] if wish.database == "both" else [wish.database]:
            result = trial(kind, wish.rounds, wish.seed)
            print(f"{kind}: {result.rounds} rounds (seed {wish.seed}), {result.seconds:.0f} s")
            print(f"  killed        {_told(result.kills)}")
            print(f"  acknowledged  {_told(result.acknowledged)}")
            print(f"  tried again   {_told(result.failures)}")
            print(f"  wrong         {len(result.wrong)}", *result.wrong[:50], sep="\n    ", flush=True)
            bad |= bool(result.wrong)
    finally:
        with suppress(RuntimeError):
            postgres.stop(ROOT)
        if wish.keep:
            print(f"left in {ROOT}")
        else:
            shutil.rmtree(ROOT, ignore_errors=True)
    return int(bad)


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "-"


if __name__ == "__main__":
    sys.exit(main())
