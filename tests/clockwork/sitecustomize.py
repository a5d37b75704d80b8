"""Every Python process of a test run begins with this file, which ``tests/today.py`` puts on its path: the portal's clock
runs, but in the run's day."""

import os
from datetime import UTC, datetime, timedelta

AHEAD = "TESTS_AHEAD"  # seconds by which that day lies after the machine's


def set_clock() -> None:
    """Set the portal's clock in this process."""
    from portal.kernel import clock

    clock.now = lambda: clock._frozen.get() or datetime.now(UTC) + timedelta(seconds=float(os.environ[AHEAD]))


if AHEAD in os.environ:
    set_clock()
