"""Nobody hears anybody: these tests call the verbs themselves."""

import pytest

from portal.kernel import hooks
from tests.lists.year import found
from tests.ratings.district import USCC


@pytest.fixture
def _silence(monkeypatch: pytest.MonkeyPatch) -> None:
    for event in list(hooks._subscribers):
        monkeypatch.setitem(hooks._subscribers, event, [])


@pytest.fixture
def district(instance, _silence):
    """Two estates of the first company and its manager, one of the second."""
    found({"E1": USCC[0], "E2": USCC[0], "E3": USCC[1]})
    return instance
