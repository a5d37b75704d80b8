"""The day in which all tests live, with the commands and servers they start: they begin at ten in the morning of this day
whatever the machine's calendar says, so that what passes today passes in a year and at midnight.

``TESTS_TODAY=2027-03-22 tools/test.sh`` looks ahead: each rule that changes with the days still holds then.
"""

import os
from datetime import UTC, date, datetime
from pathlib import Path

from portal.kernel import clock
from tests.clockwork import sitecustomize

DAY = date.fromisoformat(os.environ.get("TESTS_TODAY", "2026-11-23"))
FOLDER = Path(sitecustomize.__file__).parent


def begin() -> None:
    """For this process and all it starts."""
    ahead = clock.day_start(DAY, 10) - datetime.now(UTC)
    os.environ[sitecustomize.AHEAD] = str(ahead.total_seconds())
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(FOLDER), os.environ.get("PYTHONPATH")]))
    sitecustomize.set_clock()
