"""A small district for every test of the registry, and no subscribers from other tests."""

import pytest

from portal.kernel import hooks
from tests.registry import sheets


@pytest.fixture
def district(instance):
    """Divisions, companies, managers, estates and contracts of ``sheets``, imported."""
    sheets.bring_all()
    return instance


@pytest.fixture
def pinned(monkeypatch):
    """``pinned["E-1"] = [day]``: days on which published results hold an estate."""
    days: dict[str, list] = {}
    monkeypatch.setitem(hooks._subscribers, "registry.pinned", [lambda _db: days])
    return days
