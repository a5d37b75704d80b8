"""Two processes at once cannot open a case, number a document or make an entry twice."""

import threading
from datetime import date

import pytest
from sqlalchemy import func, select

from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.periods import Year
from scoring.lists import api, queries
from scoring.lists.models import ListCase, ListEntry
from tests.lists.year import LEAD, LEAD_2, OFFICER, OFFICER_2, rate
from tests.ratings.district import USCC

PROPOSED, DECIDED = date(2026, 2, 10), date(2026, 3, 3)


def _together(*deeds) -> list[int]:
    """Run deeds at the same moment, each in its own transaction; gives what each moved, 0 where it was refused."""
    ready, moved = threading.Barrier(len(deeds)), []

    def run(verb, actor, year, on):
        ready.wait()
        try:
            with transaction() as db:
                moved.append(getattr(api, verb)(db, actor, Year(year), on=on).red)
        except DomainError:
            moved.append(0)

    threads = [threading.Thread(target=run, args=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(moved) == len(deeds)
    return sorted(moved)


@pytest.mark.both_databases
def test_two_at_once(district):
    rate("E1", 5)
    rate("E2", 5)
    rate("E3", 5, uscc=USCC[1])
    rate("E1", 5, year=2024)
    assert _together(("propose", OFFICER, 2025, PROPOSED), ("propose", OFFICER_2, 2025, PROPOSED),
                     ("propose", OFFICER, 2024, PROPOSED)) == [0, 1, 3]  # fmt: skip
    assert _together(("decide", LEAD, 2025, DECIDED), ("decide", LEAD_2, 2025, DECIDED)) == [0, 3]
    assert _together(("publish", LEAD, 2025, DECIDED), ("publish", LEAD_2, 2025, DECIDED)) == [0, 3]
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(ListCase)) == 4
        assert db.scalar(select(func.count()).select_from(ListEntry)) == 3
        documents = [
            s.document for c, _l in queries.cases(db) for s in queries.steps_of(db, c.id) if s.step == "public_notice"
        ]
    assert len(set(documents)) == 4
