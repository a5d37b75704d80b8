"""All tests live in one day, whatever the machine's calendar says, and so does every process they start."""

import subprocess
import sys

from portal.kernel import clock
from tests import today

CODE = "from portal.kernel import clock; print(clock.today())"


def test_this_process_lives_in_the_run_s_day():
    assert clock.today() == today.DAY


def test_a_process_that_it_starts_does(tmp_path):
    said = subprocess.run([sys.executable, "-c", CODE], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == today.DAY.isoformat()
