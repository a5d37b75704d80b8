"""Starts the portal's processes quickly: loads the code once and forks a web server or a worker whenever asked.

Reads lines ``web PORT`` and ``worker`` from standard input and answers each with the process id on standard output. Each child leads
a process group of its own, so that it can be killed with all that it started. When the input ends, everything ends.
"""

import os
import signal
import sys
from contextlib import suppress

from portal.kernel import db
from portal.shell import jobs, server
from portal.shell.app import create_app

WARM = (
    "layout/",
    "parts/",
    "checks/step",
    "checks/inspection",
    "office/task",
    "office/imports",
    "ratings/quarter_preview",
)


def main() -> None:
    """Until the input ends."""
    app = create_app()  # loaded before the fork, as the server does it; once for all servers of the trial
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.startswith(WARM)):
        app.jinja_env.get_template(name)
    server.create_app = lambda: app  # type: ignore[assignment]
    db.dispose()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    begun: list[int] = []
    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(line.split())
        begun.append(pid)
        print(pid, flush=True)
    for pid in begun:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    os._exit(0)  # nothing of this process is to be tidied up


def _become(words: list[str]) -> None:
    """From here on this process is what ``portal serve`` or ``portal worker`` is."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    silent = os.open(os.devnull, os.O_RDWR)
    os.dup2(silent, 0)
    os.dup2(silent, 1)
    sys.argv = ["portal", *words]
    try:
        if words[0] == "web":
            server.run("127.0.0.1", int(words[1]))
        else:
            jobs.run_worker()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
