#!/usr/bin/env python3
"""Promote a standby while clients write, many times, with synchronous commit and without; print what was acknowledged and lost.

    tools/failover.py [ROUNDS] [CLIENTS] [SECONDS]      (default 5 rounds of each kind, 4 clients, 3 seconds of load before the end)

Starts its own PostgreSQL servers in a temporary folder on loopback; needs the environment of the tests (make test makes it). Exits 1
when an acknowledged deed is lost with synchronous commit, when one is done twice, or when a loss is not told by the audit log.
"""

import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
ROOT = Path(tempfile.mkdtemp(prefix="portal-failover-", dir="/tmp"))
ROOT.chmod(0o711)
os.environ.update(PORTAL_INSTANCE=str(ROOT / "nobody"), PORTAL_SECRET_KEY="only for a trial")  # noqa: S106  never served

from portal.kernel import audit, db  # noqa: E402
from portal.kernel.db import reading  # noqa: E402
from portal.kernel.settings import reload_settings  # noqa: E402
from tests import databases, postgres, replication  # noqa: E402


def trial(backup: Path, instance: Path, name: str, waits: bool, clients: int, seconds: float) -> dict[str, float]:
    """One failover: how many deeds were acknowledged, lost, done twice; seconds without service; whether the log tells."""
    shutil.copytree(instance, ROOT / name)
    with replication.pair(backup, ROOT / f"{name}-servers", "t_failover") as pair:
        os.environ.update(PORTAL_INSTANCE=str(ROOT / name), DATABASE_URL=pair.url)
        reload_settings()
        if waits:
            pair.wait_for_every_commit()
        with replication.at_work([f"c{n}" for n in range(clients)]) as working:
            time.sleep(seconds)
            pair.primary.kill()
            pair.standby.promote()
            before = [len(client.acknowledged) for client in working]
            replication.until(lambda: all(len(c.acknowledged) > n for c, n in zip(working, before, strict=True)), 60)
        with reading() as session:
            found, wrong = replication.on_record(session), audit.verify(session)[1]
        db.dispose()
    acknowledged = [deed for client in working for deed in client.acknowledged]
    return {
        "acknowledged": len(acknowledged),
        "lost": sum(deed not in found for deed in acknowledged),
        "twice": sum(count > 1 for count in found.values()),
        "longest": max(client.longest for client in working),
        "log_tells": wrong is not None,
    }


def main() -> int:
    """Both kinds in turn."""
    rounds, clients, seconds = (
        int(sys.argv[n]) if len(sys.argv) > n else default for n, default in ((1, 5), (2, 4), (3, 3))
    )
    bad = False
    signal.signal(signal.SIGTERM, lambda *_told: sys.exit(1))  # so that the servers end too
    try:
        place = databases.postgres_place(ROOT, ROOT / "instance", "t_failover")
        backup = replication.back_up(postgres.server(ROOT), ROOT / "backup")
        for waits in (True, False):
            told = [
                trial(backup, place.instance, f"{'sync' if waits else 'async'}-{n}", waits, clients, seconds)
                for n in range(rounds)
            ]
            total = {key: sum(one[key] for one in told) for key in ("acknowledged", "lost", "twice")}
            print(
                f"{'synchronous' if waits else 'asynchronous'} commit, {rounds} promotions: "
                f"{total['acknowledged']:.0f} acknowledged, {total['lost']:.0f} lost, {total['twice']:.0f} done twice; "
                f"lost in a round {[int(one['lost']) for one in told]}; "
                f"longest wait for an answer {max(one['longest'] for one in told):.1f} s",
                flush=True,
            )
            bad |= bool(total["twice"]) or (waits and bool(total["lost"]))
            bad |= any(bool(one["lost"]) != bool(one["log_tells"]) for one in told)
    finally:
        postgres.stop(ROOT)
        shutil.rmtree(ROOT, ignore_errors=True)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
