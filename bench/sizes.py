"""``python -m bench.sizes``: bytes of each kind of record on PostgreSQL (table and indexes), and deeds a second through the audit log.

What docs/scale.md multiplies: a tenth of a district (150 estates, a year, every item result a row) is prepared and published on a
PostgreSQL that is started for it; then some clients do deeds as fast as they are acknowledged.
"""

import os
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

ESTATES, CLIENTS, SECONDS = 150, 4, 10.0


def bytes_by_table(db: Any) -> dict[str, tuple[int, int]]:
    """Table to (rows, bytes with indexes), partitions counted with their table; the largest first."""
    from sqlalchemy import text

    question = text(
        "SELECT COALESCE(p.inhparent, c.oid)::regclass::text, SUM(pg_total_relation_size(c.oid))::bigint FROM pg_class c "
        "LEFT JOIN pg_inherits p ON p.inhrelid = c.oid WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace "
        "GROUP BY 1 ORDER BY 2 DESC"
    )
    found = {}
    for name, size in db.execute(question).all():
        rows = db.scalar(text(f'SELECT count(*) FROM "{name}"'))  # noqa: S608  names come from the catalogue
        if rows >= ESTATES:
            found[name] = (rows, size)
    return found


def deeds(clients: int, seconds: float) -> float:
    """Acknowledged deeds a second, each one row of the audit log."""
    from portal.kernel import audit
    from portal.kernel.access import system_actor
    from portal.kernel.db import transaction

    counts, until = [0] * clients, time.monotonic() + seconds

    def work(place: int) -> None:
        while time.monotonic() < until:
            with transaction() as db:
                audit.record(db, system_actor("bench"), "trial.done", f"trial:{place}:{counts[place]}")
            counts[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def _cost() -> float:
    """Processor seconds of this process for one deed."""
    began = time.process_time()
    done = deeds(1, 2.0) * 2.0
    return (time.process_time() - began) / done


def main() -> int:
    """Print both."""
    from tests import postgres

    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder)
        run.chmod(0o711)
        url = postgres.create_database(run, "bench")
        (run / "instance").mkdir()
        os.environ.update(PORTAL_INSTANCE=str(run / "instance"), DATABASE_URL=url)
        try:
            _measure()
        finally:
            postgres.stop(run)
    return 0


def _measure() -> None:
    from bench import facts, portal_year
    from portal.kernel.db import reading, transaction
    from portal.kernel.periods import Year
    from scoring.ratings import api as ratings

    portal_year.load(facts.make(portal_year.standard(), ESTATES))
    day = date(2026, 1, 25)
    for quarter in Year(2025).quarters:
        for deed in (ratings.prepare_quarter, ratings.publish_quarter):
            with transaction() as db:
                deed(db, portal_year.ACTOR, quarter, on=day)
    for deed in (ratings.prepare_year, ratings.publish_year):
        with transaction() as db:
            deed(db, portal_year.ACTOR, Year(2025), on=day)
    alone, together = deeds(1, SECONDS / 2), deeds(CLIENTS, SECONDS)
    with reading() as db:
        for name, (rows, size) in bytes_by_table(db).items():
            print(f"{name:24}{rows:>12,} rows{size / rows:>10.0f} bytes a row")
    print(f"{alone:.0f} deeds/s by one client, {together:.0f} by {CLIENTS}; on one core alone {1 / _cost():.0f}")


if __name__ == "__main__":
    sys.exit(main())
