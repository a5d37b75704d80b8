"""A district with estates whose vetoes go their whole way; everybody is wired as in the portal."""

import pytest

from portal.kernel.access import Role
from tests.lists.year import found
from tests.people import make_person
from tests.ratings.district import USCC


@pytest.fixture
def district(instance, app):
    """Two estates of the first company; officer, lawyer and lead as persons."""
    found({"E1": USCC[0], "E2": USCC[0]})
    for login, role in (("officer", Role.OFFICER), ("lawyer", Role.OFFICER), ("lead", Role.LEAD)):
        make_person(role, None, None, login)
    return instance
