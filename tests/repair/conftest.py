"""A district with a black entry in force that its company may have repaired."""

from datetime import date

import pytest

from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading, transaction
from portal.kernel.periods import Year
from scoring.lists import api as lists
from scoring.lists import queries
from tests.lists.year import LEAD_2, OFFICER, found, rate, veto
from tests.people import make_person
from tests.ratings.district import USCC

LISTED = date(2026, 3, 5)


@pytest.fixture
def entry(instance, app, monkeypatch):
    """The case of the entry: E2, listed by the officer and lead2 on 5 March 2026."""
    from portal.kernel import hooks

    found({"E1": USCC[0], "E2": USCC[0]})
    monkeypatch.setitem(hooks._subscribers, "veto.decided", [])
    rate("E2", None, status="vetoed")
    veto("E2")
    for verb, actor, day in (("propose", OFFICER, date(2026, 2, 10)), ("decide", LEAD_2, date(2026, 3, 3)),
                             ("publish", LEAD_2, LISTED)):  # fmt: skip
        with clock.on(day), transaction() as db:
            getattr(lists, verb)(db, actor, Year(2025), on=day)
    for login, role in (("officer", Role.OFFICER), ("lawyer", Role.OFFICER), ("lead", Role.LEAD), ("lead2", Role.LEAD)):
        make_person(role, None, None, login)
    with reading() as db:
        return next(case.id for case, last in queries.cases(db) if last.step == "effective")
