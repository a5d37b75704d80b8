"""The small district of these tests, on a day on which the October check of 2026 is due."""

import pytest

from portal.kernel import clock
from tests.checks import district as small


@pytest.fixture
def district(instance):
    small.build()
    with clock.on(small.DAY):
        yield instance
