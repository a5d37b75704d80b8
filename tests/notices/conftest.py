"""Only what is named here hears of anything: these tests look at the notices alone."""

import pytest

from portal.kernel import hooks


@pytest.fixture
def desk(instance, app, monkeypatch):  # the app first: its making connects who hears
    """An initialised portal in which nobody hears announcements; what is served is noted in the list."""
    served: list[tuple[str, object]] = []
    for event in list(hooks._subscribers):
        monkeypatch.setitem(hooks._subscribers, event, [])
    hear = lambda _db, actor, document, on: served.append((document.number, on))  # noqa: E731, ARG005
    monkeypatch.setitem(hooks._subscribers, "document.served", [hear])
    return served
