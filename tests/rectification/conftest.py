"""The small district of the checks, with people of two companies and everybody who has a part in requests to fix."""

import pytest

from portal.shell import wiring
from tests.checks.conftest import district as district
from tests.checks.conftest import kept_district as kept_district


@pytest.fixture(autouse=True)
def _wired():
    wiring.wire()
