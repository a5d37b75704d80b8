"""How much memory a process took."""

import re
from pathlib import Path


def peak_mb() -> float:
    """Of this process since it was started, in megabytes (getrusage would count what its parent held at the fork)."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024  # type: ignore[index]
