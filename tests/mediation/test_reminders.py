"""The morning job: the window of the court on day 20 and 27, promises three days ahead, cases where nothing happens."""

from datetime import timedelta

import pytest

from mediation.cases import api as cases
from portal.kernel import clock
from portal.kernel.access import system_actor
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotAllowed
from portal.notices import api as notices
from tests.mediation.centre import FIRM, MEDIATORS, REGISTRAR, TODAY, agreed, found, mediating, state

M1 = MEDIATORS[0]


def test_reminders_come_on_their_days(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        one, two = mediating(db), mediating(db, MEDIATORS[1])
        agreed(db, one)
    told = {}
    for days in range(8, 32):
        with clock.on(TODAY + timedelta(days=days)), transaction() as db:
            lapsed = cases.lapse(db, REGISTRAR)
            for name, count in {"lapsed": lapsed, **cases.remind(db, REGISTRAR)}.items():
                if count:
                    told.setdefault(name, []).append(days)
    # the other promise is due on day 10: its reminder came on day 7, before the first of these mornings
    assert told == {"window": [20, 27], "promises": [17], "idle": [10], "lapsed": [31], "fairness": [8]}
    with clock.on(TODAY + timedelta(days=31)), transaction() as db:
        assert (state(db, one), state(db, two)) == ("performing", "mediating")
        heard = {actor.login: [one.text for one in notices.recent(db, actor)] for actor in (FIRM, M1, MEDIATORS[1])}
    assert sum("司法确认" in text for text in heard["company"]) == 2
    assert sum("到期" in text for text in heard["med1"]) == 1
    assert sum("没有进展" in text for text in heard["med2"]) == 1
    assert not any("王小明" in text or "电梯" in text for texts in heard.values() for text in texts)


def test_only_a_person_hands_on_a_lead(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db)
        with pytest.raises(NotAllowed):
            cases.hand_lead(db, system_actor("job:x"), case_id)
        with pytest.raises(DomainError):
            cases.hand_lead(db, REGISTRAR, case_id)
