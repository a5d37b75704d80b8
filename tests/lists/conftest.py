"""Only the lists hear of anything: these tests call the verbs themselves."""

import pytest

from portal.kernel import hooks
from portal.shell import wiring
from scoring.adverse import api as adverse
from scoring.lists import api as lists
from tests.lists.year import found
from tests.ratings.district import USCC

HEARD = {
    "document.numbers": [lists.highest_number],
    "document.served": [lists.on_document_served],
    "adverse.case": [lists.adverse_case],
    "adverse.cases": [lists.adverse_cases],
    "record.flags": [adverse.record_flags],
}


@pytest.fixture
def _silence(monkeypatch: pytest.MonkeyPatch) -> None:
    wiring.wire()  # before anybody is silenced: whoever makes the application later finds everybody wired
    for event in list(hooks._subscribers):
        monkeypatch.setitem(hooks._subscribers, event, list(HEARD.get(event, ())))


@pytest.fixture
def district(instance, _silence):
    """Two estates of the first company and its manager, one of the second."""
    found({"E1": USCC[0], "E2": USCC[0], "E3": USCC[1]})
    return instance
