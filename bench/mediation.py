"""``python -m bench.mediation [100000]``: the mediator's queue and the statistics page over many cases of two years.

On a database of its own. Prints the first call of a page (figures made) and the median of those after it (kept until the next
deed), in milliseconds.
"""

import os
import random
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

KINDS = ("fees", "repair", "parking", "noise", "common_parts", "funds")
WAYS = (
    ("submitted", "acceptance_check", "consent_pending", "mediating", "agreed", "signed", "judicial_window", "confirmed",
     "performing", "performed", "archived"),
    ("submitted", "acceptance_check", "consent_pending", "mediating", "terminated", "archived"),
    ("submitted", "acceptance_check", "consent_pending", "declined", "archived"),
    ("submitted", "acceptance_check", "consent_pending", "mediating"),
)  # fmt: skip
MEDIATORS, ESTATES, FIRST = 200, 600, date(2024, 11, 1)


def rows(count: int, at: Any) -> dict[str, list[dict[str, Any]]]:
    """Rows of cases, steps, parties and assignments; every twentieth case is still open, 25 and more to each mediator."""
    chance = random.Random(7)
    cases, steps, parties, given = [], [], [], []
    for number in range(count):
        case_id, day = f"C{number:08d}", FIRST + timedelta(days=chance.randrange(700))
        way = WAYS[3] if number % 20 == 0 else WAYS[number % 3]
        estate = chance.randrange(ESTATES)
        place = f"4403060{17 + estate % 10}{estate % 30:03d}"
        cases.append({"id": case_id, "code": f"TJ-B-{number:08d}", "track": "dispute", "channel": "owner",
                      "estate_code": f"{place}-{estate:04d}", "division_code": place, "kind": chance.choice(KINDS),
                      "filed_on": day, "contract_starts_on": None, "actor": "bench", "recorded_at": at})  # fmt: skip
        for seq, step in enumerate(way, 1):
            steps.append({"case_id": case_id, "seq": seq, "step": step, "on": day, "at": at, "code": "", "reason": "",
                          "actor": "bench", "superseded_at": None if seq == len(way) else at})  # fmt: skip
            day += timedelta(days=chance.randrange(1, 9))
        for side in ("applicant", "respondent"):
            parties.append({"id": f"{side[0]}{number:08d}", "version": 1, "case_id": case_id, "side": side, "kind": "other",
                            "uscc": None, "person": "", "power": "none", "spoken_for_by": None, "joined_on": FIRST,
                            "left_on": None, "actor": "bench", "recorded_at": at, "superseded_at": None})  # fmt: skip
        if "mediating" in way:
            given.append({"id": f"A{number:08d}", "case_id": case_id, "login": f"med-{number % MEDIATORS}",
                          "part": "mediator", "chosen_by": "office", "on": FIRST, "actor": "bench", "recorded_at": at,
                          "superseded_at": None})  # fmt: skip
    return {"cases": cases, "steps": steps, "parties": parties, "given": given}


def measure(count: int) -> dict[str, tuple[float, float]]:
    """What is asked to (first, median of the later ones), in milliseconds."""
    from mediation.cases import api as cases
    from mediation.cases.models import record
    from mediation.statistics import queries
    from portal.kernel import clock, schema
    from portal.kernel.access import Role, person_actor
    from portal.kernel.bulk import insert_rows
    from portal.kernel.db import reading, transaction
    from portal.kernel.kept import kept

    schema.upgrade()
    found = rows(count, clock.now())
    with transaction() as db:
        for name, model in (("cases", record.MediationCase), ("steps", record.MediationStep),
                            ("parties", record.MediationParty), ("given", record.MediationAssignment)):  # fmt: skip
            insert_rows(db, model.__table__, found[name])
    since, until = FIRST + timedelta(days=365), FIRST + timedelta(days=729)
    me = person_actor("med-0", Role.MEDIATOR, "440306000000")

    def figures() -> None:
        with reading() as db:
            kept(db, "bench", lambda: queries.report(db, since, until))

    def desk() -> None:
        with reading() as db:
            cases.queue(db, me, limit=50)
            cases.counts(db, me)

    return {"mediator's queue": _timed(desk), "statistics": _timed(figures)}


def _timed(deed: Any) -> tuple[float, float]:
    took = []
    for _round in range(6):
        began = time.perf_counter()
        deed()
        took.append((time.perf_counter() - began) * 1000)
    return took[0], median(took[1:])


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PORTAL_INSTANCE"] = folder
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'portal.db'}"
        for name, (first, later) in measure(count).items():
            print(f"{count:,} cases, {name}: {first:.0f} ms at first, {later:.0f} ms later")


if __name__ == "__main__":
    main()
