"""``python -m bench.mediation [100000]``: pages of the mediation centre over many cases of two years, as they are answered.

On a database of its own: the mediator's queue, the office's queue, the office's statistics and the counts for everybody, each
rendered whole by the application. The sums of the night are made first, as the worker makes them. Prints the first answer of a
process and the median of those after a deed each (nothing kept) and of those without one (figures kept), in milliseconds.
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
MEDIATORS, ESTATES, COMPANIES, FIRST = 200, 600, 90, date(2024, 11, 1)


def rows(count: int, at: Any) -> dict[str, list[dict[str, Any]]]:
    """Rows of cases with all that belongs to them; every twentieth case is still open, 25 and more to each mediator."""
    chance = random.Random(7)
    cases, steps, parties, given, asks, answers, papers, promises, promise_steps = ([] for _table in range(9))
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
            firm = f"91440300{estate % COMPANIES:010d}" if side == "respondent" else None
            parties.append({"id": f"{side[0]}{number:08d}", "version": 1, "case_id": case_id, "side": side, "kind": "other",
                            "uscc": firm, "person": "", "power": "none", "spoken_for_by": None, "joined_on": FIRST,
                            "left_on": None, "actor": "bench", "recorded_at": at, "superseded_at": None})  # fmt: skip
        if "mediating" in way:
            given.append({"id": f"A{number:08d}", "case_id": case_id, "login": f"med-{number % MEDIATORS}",
                          "part": "mediator", "chosen_by": "office", "on": FIRST, "actor": "bench", "recorded_at": at,
                          "superseded_at": None})  # fmt: skip
        if "consent_pending" in way:
            asks.append({"id": f"Q{number:08d}", "case_id": case_id, "purpose": "mediate", "ref": "", "sides": "respondent",
                         "on": cases[-1]["filed_on"], "at": at, "actor": "bench"})  # fmt: skip
            if number % 7:
                answers.append({"ask_id": f"Q{number:08d}", "party_id": f"r{number:08d}", "yes": True,
                                "on": cases[-1]["filed_on"], "at": at, "actor": "bench"})  # fmt: skip
        if "signed" in way:
            papers.append({"id": f"P{number:08d}", "case_id": case_id, "kind": "agreement", "ref": "", "year": 2025,
                           "seq": number, "number": f"B{number}", "content": "", "sha256": "0" * 64,
                           "verify_code": f"V{number:08d}", "on": FIRST, "actor": "bench", "recorded_at": at})  # fmt: skip
            promises.append({"id": f"W{number:08d}", "case_id": case_id, "paper_id": f"P{number:08d}", "seq": 1,
                             "side": "respondent", "due_on": FIRST, "terms": "", "recorded_at": at})  # fmt: skip
            promise_steps.append({"promise_id": f"W{number:08d}", "seq": 1, "step": "made", "on": FIRST, "at": at, "note": "",
                                  "file_id": None, "actor": "bench", "superseded_at": None})  # fmt: skip
    return {"cases": cases, "steps": steps, "parties": parties, "given": given, "asks": asks, "answers": answers,
            "papers": papers, "promises": promises, "promise_steps": promise_steps}  # fmt: skip


def fill(count: int) -> float:
    """Write the cases and add them up; the milliseconds of the latter."""
    from mediation.cases import api as cases
    from mediation.cases.models import papers, record
    from portal.kernel import clock, schema
    from portal.kernel.bulk import insert_rows
    from portal.kernel.db import transaction

    schema.upgrade()
    found = rows(count, clock.now())
    models = {"cases": record.MediationCase, "steps": record.MediationStep, "parties": record.MediationParty,
              "given": record.MediationAssignment, "asks": record.MediationAsk, "answers": record.MediationAnswer,
              "papers": papers.MediationPaper, "promises": papers.MediationPromise,
              "promise_steps": papers.MediationPromiseStep}  # fmt: skip
    with transaction() as db:
        for name, model in models.items():
            insert_rows(db, model.__table__, found[name])
    began = time.perf_counter()
    with transaction() as db:
        cases.add_up(db)
    return (time.perf_counter() - began) * 1000


def measure(count: int) -> dict[str, tuple[float, float, float]]:
    """Page to (first, median after a deed, median of later ones), in milliseconds."""
    from portal.kernel.access import Role
    from portal.shell.app import create_app
    from tests.people import session_cookie

    adding = fill(count)
    app = create_app()
    office, mediator, anybody = app.test_client(), app.test_client(), app.test_client()
    office.set_cookie(*session_cookie(Role.REGISTRAR, "440306000000", None, "reg"))
    mediator.set_cookie(*session_cookie(Role.MEDIATOR, "440306000000", None, "med-0"))
    anybody.get("/help")  # templates of the frame
    pages = {"mediator's queue": (mediator, "/mediation/cases"), "office's queue": (office, "/mediation/cases"),
             "statistics": (office, "/mediation/statistics"), "statistics of a street":
             (office, "/mediation/statistics?place=440306018000"), "counts for everybody": (anybody, "/mediation/counts"),
             "fairness for everybody": (anybody, "/mediation/fairness")}  # fmt: skip
    found = {name: _timed(client, path) for name, (client, path) in pages.items()}
    return {**found, "the worker's sums of the night": (adding, adding, adding)}


def _timed(client: Any, path: str) -> tuple[float, float, float]:
    def once() -> float:
        began = time.perf_counter()
        answer = client.get(path)
        took = (time.perf_counter() - began) * 1000
        assert answer.status_code == 200, (path, answer.status_code)
        return took

    first, after = once(), []
    for _round in range(5):
        _deed()
        after.append(once())
    return first, median(after), median(once() for _round in range(5))


def _deed() -> None:
    """Something is done somewhere: what was kept is worth nothing."""
    from portal.kernel import audit
    from portal.kernel.access import system_actor
    from portal.kernel.db import transaction

    with transaction() as db:
        audit.record(db, system_actor("bench"), "bench.deed", "bench")


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PORTAL_INSTANCE"] = folder
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'portal.db'}"
        for name, (first, after, later) in measure(count).items():
            print(f"{count:,} cases, {name}: {first:.0f} ms at first, {after:.0f} ms after a deed, {later:.0f} ms kept")


if __name__ == "__main__":
    main()
